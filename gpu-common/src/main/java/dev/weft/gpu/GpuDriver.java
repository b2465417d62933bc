package dev.weft.gpu;

import dev.weft.backend.DeviceInfo;
import dev.weft.backend.DeviceLostException;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.GemmPrecision;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * One open device with one in-order queue: all that {@link GpuBackend} needs of OpenCL or CUDA.
 * Calls come from one thread at a time. Every method may throw a {@link DeviceLostException}; the
 * backend then calls nothing but {@link #close}.
 */
public interface GpuDriver extends AutoCloseable {
    /** What this device is. */
    DeviceInfo info();

    /** What kernels are chosen by. */
    GpuTraits traits();

    /**
     * Fresh memory with any content, aligned to at least 64 bytes.
     *
     * @return its handle, never 0
     * @throws DeviceOutOfMemoryException with the bytes asked for, free and in use
     */
    long allocate(long bytes);

    /** Gives memory back; what was enqueued before may still use it. */
    void release(long memory);

    /** Copies from host memory, which the caller may reuse at once, to byte {@code offset} on. */
    void write(MemorySegment source, long memory, long offset);

    /** Copies from byte {@code offset} on to host memory, when all before is done, and blocks. */
    void read(long memory, long offset, MemorySegment target);

    /**
     * As {@link #read}, but returns at once: the target, native memory, is filled when a later read
     * or {@link #synchronize} has returned.
     */
    void enqueueRead(long memory, long offset, MemorySegment target);

    /**
     * Compiles a source (once; later calls for the same source are cheap) and finds a kernel in it.
     *
     * @return the kernel's handle, never 0
     * @throws KernelBuildException where it does not compile, with the log and the numbered source
     */
    long kernel(KernelSource source, String name);

    /**
     * Enqueues a kernel.
     *
     * @param group work-items of a work-group
     * @param x work-groups along the first axis; likewise y and z
     */
    void launch(long kernel, Arguments arguments, int group, long x, long y, long z);

    /**
     * Enqueues a product by the vendor's library, {@link GpuTraits#gemmLibrary}.
     *
     * @return false where there is none, or it does not take such operands
     */
    default boolean multiply(MatrixProduct product, GemmPrecision precision) {
        return false;
    }

    /**
     * Records launches and products, which are not done meanwhile.
     *
     * @param launches launches kernels that have run before, and does nothing else
     * @return what enqueues them, or null where this driver has no way to record
     */
    default @Nullable LaunchGraph capture(Runnable launches) {
        return null;
    }

    /** Blocks until everything enqueued so far is done. */
    void synchronize();

    /**
     * How long the device has worked since the last call, by its own clock; waits for the queue.
     */
    Duration timeLaunches(Runnable launches);

    /** Waits for the queue and frees everything. Idempotent. */
    @Override
    void close();
}
