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
 * its source has been copied, while the device may still be busy with what came before.
 */
final class Transfers {
    private static final int SLOTS = 8;
    private static final long SLOT = 1L << 20;

    /** An event that keeps no time, which makes waiting for it cheaper. */
    private static final int CU_EVENT_DISABLE_TIMING = 2;

    private final CUstream stream;
    private final Pointer pinned = new Pointer();
    private final MemorySegment staging;
    private final List<CUevent> written = new ArrayList<>();
    private int next;

    Transfers(CUstream stream) {
        this.stream = stream;
        Status.check(cuMemAllocHost(pinned, SLOTS * SLOT), "cuMemAllocHost");
        staging = MemorySegment.ofBuffer(pinned.getByteBuffer(0, SLOTS * SLOT));
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
            copyToHost(address + at, pinned, piece);
            Status.check(cuStreamSynchronize(stream), "cuStreamSynchronize");
            MemorySegment.copy(staging, 0, target, at, piece);
        }
    }

    /**
     * Enqueues a read to native memory. Where that is not pinned, the driver itself waits until it
     * is done.
     */
    void enqueueRead(long address, MemorySegment target) {
        copyToHost(address, Pointer.to(target.asByteBuffer()), target.byteSize());
    }

    private void copyToHost(long address, Pointer host, long bytes) {
        Status.check(
                cuMemcpyDtoHAsync(host, Address.of(address), bytes, stream),
                "cuMemcpyDtoHAsync of " + bytes + " bytes");
    }

    /** Codes do not matter any more. */
    void close() {
        written.forEach(event -> cuEventDestroy(event));
        cuMemFreeHost(pinned);
    }
}
