package dev.weft.backend;

import dev.weft.DType;
import dev.weft.Shape;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * One open device: memory, transfers and kernels. Calls come from one thread at a time and are
 * executed in order.
 *
 * <p>To write a backend, implement this and {@link BackendProvider}, and subclass the conformance
 * suite.
 */
public interface Backend extends AutoCloseable {
    /** How many doubles are converted at a time, so that a large tensor needs little heap. */
    int BLOCK = 1 << 20;

    /** What this device is. */
    DeviceInfo info();

    /**
     * Fresh memory with any content, aligned to at least 64 bytes. The caller pools: this is called
     * rarely.
     *
     * @throws DeviceOutOfMemoryException with the bytes asked for
     */
    DeviceBuffer allocate(DType dtype, long elements);

    /**
     * What the device keeps for reuse, told once before any other call: an allocation of the
     * backend's own that fails, of scratch memory or for a transfer, goes through it, and throws a
     * {@link DeviceOutOfMemoryException} that names what it was for where there still is no memory.
     */
    default void reserve(Reserve reserve) {}

    /** Gives a buffer back to the system. No view of it is used afterwards. */
    void release(DeviceBuffer buffer);

    /**
     * Another device's memory, to be read on this one at the same time as on others.
     *
     * @param buffer is of any backend, and holds what was written before; nothing writes it
     *     afterwards
     * @return a handle of this backend, or null where it cannot read that memory. Whoever is the
     *     last to have a handle releases it, on its own backend, for all of them
     */
    default @Nullable DeviceBuffer shared(DeviceBuffer buffer) {
        return null;
    }

    /**
     * Copies from host memory, which the caller may reuse at once. {@code target} is contiguous;
     * types are the target's.
     */
    void upload(MemorySegment source, View target);

    /**
     * Copies to host memory and blocks until it is there. {@code source} is contiguous; types are
     * the source's.
     */
    void download(View source, MemorySegment target);

    /**
     * As {@link #download}, but may return at once: the values are in the target, which is native
     * memory, when a later {@link #download} or {@link #synchronize} has returned. So that several
     * values cost one wait.
     */
    default void downloadLater(View source, MemorySegment target) {
        download(source, target);
    }

    /**
     * {@link #upload} of doubles, rounded to the target's type unless the backend computes in
     * double.
     */
    default void upload(double[] source, View target) {
        for (int start = 0; start < source.length; start += BLOCK) {
            int count = Math.min(BLOCK, source.length - start);
            upload(rounded(source, start, count, target.dtype()), block(target, start, count));
        }
    }

    /** {@link #download} of the values as doubles. */
    default void download(View source, double[] target) {
        for (int start = 0; start < target.length; start += BLOCK) {
            int count = Math.min(BLOCK, target.length - start);
            View block = block(source, start, count);
            MemorySegment values = onHeap(source.dtype(), count);
            download(block, values);
            for (int i = 0; i < count; i++) {
                target[start + i] = Encoding.get(source.dtype(), values, i);
            }
        }
    }

    private static View block(View contiguous, long start, int count) {
        return View.contiguous(contiguous.buffer(), Shape.of(count), contiguous.offset() + start);
    }

    private static MemorySegment rounded(double[] source, int start, int count, DType dtype) {
        MemorySegment values = onHeap(dtype, count);
        for (int i = 0; i < count; i++) {
            Encoding.set(dtype, values, i, source[start + i]);
        }
        return values;
    }

    private static MemorySegment onHeap(DType dtype, int count) {
        return MemorySegment.ofArray(new byte[count * dtype.bytes()]);
    }

    /**
     * Whether this backend has a kernel for the call, as it is: with these types, on this hardware.
     * A device does others by simpler calls: F16, BF16, U8 and I8 in the type in which they
     * compute. So a backend need only have, for all types, {@link KernelCall.Fill}, {@link
     * KernelCall.Copy}, {@link KernelCall.Gather} and {@link KernelCall.Where}, and the rest for
     * F32 and I32, and for F64 and I64 where its hardware has them. What it has not at all is an
     * error of the device's.
     */
    default boolean supports(KernelCall call) {
        return true;
    }

    /** How this backend can be tuned, or null where it cannot. */
    default @Nullable Tunable tunable() {
        return null;
    }

    /**
     * Does a call that it supports, or enqueues it.
     *
     * @throws IndexOutOfBoundsException where an index is out of range: now, or when the device is
     *     next waited for
     */
    void run(KernelCall call);

    /**
     * What does a call that it supports again and again, as {@link #run} does it once: all work
     * that its arguments need is done now.
     */
    default Runnable prepare(KernelCall call) {
        return () -> run(call);
    }

    /**
     * Does a call and waits for it.
     *
     * @return how long it took, by the device's own clock where it has one: without what the host
     *     does for it
     */
    default Duration time(KernelCall call) {
        long start = System.nanoTime();
        run(call);
        synchronize();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /**
     * How {@link KernelCall.Gemm} may round its operands from now on; F32 until it is called.
     *
     * @throws UnsupportedOperationException where this device cannot do so, saying why
     */
    default void gemmPrecision(GemmPrecision precision) {
        if (precision != GemmPrecision.F32) {
            throw new UnsupportedOperationException(
                    info().selector()
                            + " multiplies matrices in f32 only, not in "
                            + precision.label());
        }
    }

    /**
     * Makes calls ready to be done again and again at less cost than by calling: a graph of
     * launches, where the device has such. Whether the calls are done meanwhile is not defined.
     *
     * @param calls calls kernels of this backend, and nothing else of it, always the same ones with
     *     the same arguments; has been run before, so that every kernel is compiled
     */
    default Recording record(Runnable calls) {
        return Recording.of(calls);
    }

    /** Blocks until everything enqueued so far is done. */
    void synchronize();

    /**
     * Waits for the queue and frees what the backend holds. Buffers were released before.
     * Idempotent.
     */
    @Override
    void close();
}
