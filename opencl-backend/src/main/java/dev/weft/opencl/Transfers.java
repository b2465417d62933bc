package dev.weft.opencl;

import static org.lwjgl.opencl.CL10.CL_MAP_READ;
import static org.lwjgl.opencl.CL10.CL_MAP_WRITE;
import static org.lwjgl.opencl.CL10.CL_MEM_ALLOC_HOST_PTR;
import static org.lwjgl.opencl.CL10.CL_MEM_READ_WRITE;
import static org.lwjgl.opencl.CL10.clCreateBuffer;
import static org.lwjgl.opencl.CL10.clReleaseMemObject;
import static org.lwjgl.opencl.CL10.nclEnqueueMapBuffer;
import static org.lwjgl.opencl.CL10.nclEnqueueReadBuffer;
import static org.lwjgl.opencl.CL10.nclEnqueueUnmapMemObject;
import static org.lwjgl.opencl.CL10.nclEnqueueWriteBuffer;
import static org.lwjgl.opencl.CL12.CL_MAP_WRITE_INVALIDATE_REGION;
import static org.lwjgl.system.MemoryUtil.NULL;
import static org.lwjgl.system.MemoryUtil.memAddress;

import org.lwjgl.system.MemoryUtil;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.IntBuffer;

/**
 * Copies between the host and buffers: mapped where the device shares the host's memory, by way of
 * pinned memory where it has its own.
 */
final class Transfers {
    /** Bytes that are mapped at a time. */
    private static final long PIECE = 64L << 20;

    private static final long STAGING = 8L << 20;

    /** Bytes of a read that is a scalar or a few. */
    private static final int FEW = 4096;

    private final long context;
    private final long queue;
    private final boolean sharesMemory;
    private final IntBuffer code = MemoryUtil.memAllocInt(1);
    private final MemorySegment few = Arena.ofAuto().allocate(FEW);
    private long staging;
    private long staged;

    Transfers(long context, long queue, boolean sharesMemory) {
        this.context = context;
        this.queue = queue;
        this.sharesMemory = sharesMemory;
    }

    /** Copies the source to a buffer, from a byte offset on. */
    void write(MemorySegment source, long memory, long offset) {
        long bytes = source.byteSize();
        if (sharesMemory) {
            for (long at = 0; at < bytes; at += PIECE) {
                long piece = Math.min(PIECE, bytes - at);
                MemorySegment mapped =
                        map(memory, offset + at, piece, CL_MAP_WRITE_INVALIDATE_REGION);
                MemorySegment.copy(source, at, mapped, 0, piece);
                unmap(memory, mapped);
            }
            return;
        }
        MemorySegment pinned = staging();
        for (long at = 0; at < bytes; at += STAGING) {
            long piece = Math.min(STAGING, bytes - at);
            MemorySegment.copy(source, at, pinned, 0, piece);
            Status.check(
                    nclEnqueueWriteBuffer(
                            queue, memory, 1, offset + at, piece, staged, 0, NULL, NULL),
                    "clEnqueueWriteBuffer of " + piece + " bytes");
        }
    }

    /** Copies from a buffer, from a byte offset on, all that the target holds. */
    void read(long memory, long offset, MemorySegment target) {
        long bytes = target.byteSize();
        if (bytes <= FEW) {
            // One command, where mapping takes two.
            enqueueRead(memory, offset, few.asSlice(0, bytes), true);
            MemorySegment.copy(few, 0, target, 0, bytes);
            return;
        }
        if (sharesMemory) {
            for (long at = 0; at < bytes; at += PIECE) {
                long piece = Math.min(PIECE, bytes - at);
                MemorySegment mapped = map(memory, offset + at, piece, CL_MAP_READ);
                MemorySegment.copy(mapped, 0, target, at, piece);
                unmap(memory, mapped);
            }
            return;
        }
        MemorySegment pinned = staging();
        for (long at = 0; at < bytes; at += STAGING) {
            long piece = Math.min(STAGING, bytes - at);
            enqueueRead(memory, offset + at, pinned.asSlice(0, piece), true);
            MemorySegment.copy(pinned, 0, target, at, piece);
        }
    }

    /** Enqueues a read; the target must stay until it is done. */
    void enqueueRead(long memory, long offset, MemorySegment target, boolean waits) {
        Status.check(
                nclEnqueueReadBuffer(
                        queue,
                        memory,
                        waits ? 1 : 0,
                        offset,
                        target.byteSize(),
                        target.address(),
                        0,
                        NULL,
                        NULL),
                "clEnqueueReadBuffer of " + target.byteSize() + " bytes");
    }

    /** Waits for the queue: the host sees the memory itself. */
    @SuppressWarnings("restricted")
    private MemorySegment map(long memory, long offset, long bytes, long access) {
        long address =
                nclEnqueueMapBuffer(
                        queue, memory, 1, access, offset, bytes, 0, NULL, NULL, memAddress(code));
        Status.check(code.get(0), "clEnqueueMapBuffer of " + bytes + " bytes");
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    private void unmap(long memory, MemorySegment mapped) {
        Status.check(
                nclEnqueueUnmapMemObject(queue, memory, mapped.address(), 0, NULL, NULL),
                "clEnqueueUnmapMemObject");
    }

    /** Host memory that the device can copy from without a copy by the driver. */
    @SuppressWarnings("restricted")
    private MemorySegment staging() {
        if (staging == 0) {
            long buffer =
                    clCreateBuffer(
                            context, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, STAGING, code);
            Status.check(code.get(0), "clCreateBuffer of " + STAGING + " bytes for staging");
            staging = buffer;
        }
        // A driver may find the memory behind the buffer only now, or not, and be asked again.
        if (staged == 0) {
            staged = map(staging, 0, STAGING, CL_MAP_READ | CL_MAP_WRITE).address();
        }
        return MemorySegment.ofAddress(staged).reinterpret(STAGING);
    }

    /** Codes do not matter any more. */
    void close() {
        if (staging != 0) {
            clReleaseMemObject(staging);
        }
        MemoryUtil.memFree(code);
    }
}
