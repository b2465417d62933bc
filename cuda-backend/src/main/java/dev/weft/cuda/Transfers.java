package dev.weft.cuda;

import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuMemAllocHost;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies between the host and the device by way of pinned memory, in slots: a write returns when
 * its source has been copied, while the device may still be busy with what came before. One more
 * slot is for reads that nobody waits for yet.
 */
final class Transfers {
    private static final int SLOTS = 8;
    private static final long SLOT = 1L << 20;

    /** An event that keeps no time, which makes waiting for it cheaper. */
    private static final int CU_EVENT_DISABLE_TIMING = 2;

    private final CUstream stream;
    private final Pointer pinned = new Pointer();
    private final MemorySegment staging;
    private final MemorySegment arriving;
    private final List<CUevent> written = new ArrayList<>();
    private final List<Arrival> arrivals = new ArrayList<>();
    private long arrivingBytes;
    private int next;

    /** What a read has enqueued: it is at {@code offset} of its slot when the stream is done. */
    private record Arrival(long offset, MemorySegment target) {}

    Transfers(CUstream stream) {
        this.stream = stream;
        Status.check(cuMemAllocHost(pinned, (SLOTS + 1) * SLOT), "cuMemAllocHost");
        MemorySegment all = MemorySegment.ofBuffer(pinned.getByteBuffer(0, (SLOTS + 1) * SLOT));
        staging = all.asSlice(0, SLOTS * SLOT);
        arriving = all.asSlice(SLOTS * SLOT);
        try {
            for (int i = 0; i < SLOTS; i++) {
                CUevent event = new CUevent();
                Status.check(cuEventCreate(event, CU_EVENT_DISABLE_TIMING), "cuEventCreate");
                written.add(event);
            }
        } catch (RuntimeException e) {
            cuMemFreeHost(pinned);
            written.forEach(event -> cuEventDestroy(event));
            throw e;
        }
    }

    /** Copies the source to the device. */
    void write(MemorySegment source, long address) {
        long bytes = source.byteSize();
        for (long at = 0; at < bytes; at += SLOT) {
            long piece = Math.min(SLOT, bytes - at);
            CUevent event = written.get(next);
            // An event that was never recorded is done.
            Status.check(cuEventSynchronize(event), "cuEventSynchronize");
            MemorySegment.copy(source, at, staging, next * SLOT, piece);
            Status.check(
                    cuMemcpyHtoDAsync(
                            Address.of(address + at),
                            pinned.withByteOffset(next * SLOT),
                            piece,
                            stream),
                    "cuMemcpyHtoDAsync of " + piece + " bytes");
            Status.check(cuEventRecord(event, stream), "cuEventRecord");
            next = (next + 1) % SLOTS;
        }
    }

    /** Copies from the device all that the target holds, when all before is done. */
    void read(long address, MemorySegment target) {
        long bytes = target.byteSize();
        // The slots are free when the stream has nothing left to do, which reading waits for.
        for (long at = 0; at < bytes; at += staging.byteSize()) {
            long piece = Math.min(staging.byteSize(), bytes - at);
            copyToHost(address + at, 0, piece);
            synchronize();
            MemorySegment.copy(staging, 0, target, at, piece);
        }
    }

    /** Enqueues a read: the target has it when {@link #read} or {@link #synchronize} returned. */
    void enqueueRead(long address, MemorySegment target) {
        long bytes = target.byteSize();
        if (bytes > SLOT - arrivingBytes) {
            read(address, target);
            return;
        }
        copyToHost(address, staging.byteSize() + arrivingBytes, bytes);
        arrivals.add(new Arrival(arrivingBytes, target));
        arrivingBytes += bytes;
    }

    private void copyToHost(long address, long offset, long bytes) {
        Status.check(
                cuMemcpyDtoHAsync(
                        pinned.withByteOffset(offset), Address.of(address), bytes, stream),
                "cuMemcpyDtoHAsync of " + bytes + " bytes");
    }

    /** Waits for the stream, and hands out what has arrived. */
    void synchronize() {
        Status.check(cuStreamSynchronize(stream), "cuStreamSynchronize");
        for (Arrival arrival : arrivals) {
            MemorySegment target = arrival.target;
            MemorySegment.copy(arriving, arrival.offset, target, 0, target.byteSize());
        }
        arrivals.clear();
        arrivingBytes = 0;
    }

    /** Codes do not matter any more. */
    void close() {
        written.forEach(event -> cuEventDestroy(event));
        cuMemFreeHost(pinned);
    }
}
