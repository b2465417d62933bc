package dev.weft.backend;

import dev.weft.DType;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A backend that lets another do everything. What stands between a device and its backend extends
 * this: one that keeps calls, times them, checks them or lets them fail overrides {@link #run}.
 */
public abstract class ForwardingBackend implements Backend {
    private final Supplier<Backend> backend;

    /** Stands before {@code backend}. */
    protected ForwardingBackend(Backend backend) {
        this(() -> backend);
    }

    /** Stands before whichever backend is given at the moment of a call. */
    protected ForwardingBackend(Supplier<Backend> backend) {
        this.backend = backend;
    }

    /** The backend behind this. */
    protected final Backend backend() {
        return backend.get();
    }

    @Override
    public boolean supports(KernelCall call) {
        return backend().supports(call);
    }

    @Override
    public @Nullable Tunable tunable() {
        return backend().tunable();
    }

    @Override
    public void run(KernelCall call) {
        backend().run(call);
    }

    @Override
    public Duration time(KernelCall call) {
        return backend().time(call);
    }

    @Override
    public DeviceInfo info() {
        return backend().info();
    }

    @Override
    public DeviceBuffer allocate(DType dtype, long elements) {
        return backend().allocate(dtype, elements);
    }

    @Override
    public void reserve(Reserve reserve) {
        backend().reserve(reserve);
    }

    @Override
    public void release(DeviceBuffer buffer) {
        backend().release(buffer);
    }

    @Override
    public @Nullable DeviceBuffer shared(DeviceBuffer buffer) {
        return backend().shared(buffer);
    }

    @Override
    public void upload(MemorySegment source, View target) {
        backend().upload(source, target);
    }

    @Override
    public void download(View source, MemorySegment target) {
        backend().download(source, target);
    }

    @Override
    public void downloadLater(View source, MemorySegment target) {
        backend().downloadLater(source, target);
    }

    @Override
    public void upload(double[] source, View target) {
        backend().upload(source, target);
    }

    @Override
    public void download(View source, double[] target) {
        backend().download(source, target);
    }

    @Override
    public void gemmPrecision(GemmPrecision precision) {
        backend().gemmPrecision(precision);
    }

    @Override
    public Recording record(Runnable calls) {
        return backend().record(calls);
    }

    @Override
    public void synchronize() {
        backend().synchronize();
    }

    @Override
    public void close() {
        backend().close();
    }
}
