package dev.weft.backend;

import dev.weft.DType;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * A backend that lets another do everything. What stands between a device and its backend extends
 * this: one that keeps calls, times them, checks them or lets them fail overrides {@link #run}.
 */
public abstract class ForwardingBackend implements Backend {
    private final Backend backend;

    /** Stands before {@code backend}. */
    protected ForwardingBackend(Backend backend) {
        this.backend = backend;
    }

    /** The backend behind this. */
    protected final Backend backend() {
        return backend;
    }

    @Override
    public void run(KernelCall call) {
        backend.run(call);
    }

    @Override
    public Duration time(KernelCall call) {
        return backend.time(call);
    }

    @Override
    public DeviceInfo info() {
        return backend.info();
    }

    @Override
    public DeviceBuffer allocate(DType dtype, long elements) {
        return backend.allocate(dtype, elements);
    }

    @Override
    public void reserve(Reserve reserve) {
        backend.reserve(reserve);
    }

    @Override
    public void release(DeviceBuffer buffer) {
        backend.release(buffer);
    }

    @Override
    public void upload(MemorySegment source, View target) {
        backend.upload(source, target);
    }

    @Override
    public void download(View source, MemorySegment target) {
        backend.download(source, target);
    }

    @Override
    public void downloadLater(View source, MemorySegment target) {
        backend.downloadLater(source, target);
    }

    @Override
    public void upload(double[] source, View target) {
        backend.upload(source, target);
    }

    @Override
    public void download(View source, double[] target) {
        backend.download(source, target);
    }

    @Override
    public void gemmPrecision(GemmPrecision precision) {
        backend.gemmPrecision(precision);
    }

    @Override
    public Recording record(Runnable calls) {
        return backend.record(calls);
    }

    @Override
    public void synchronize() {
        backend.synchronize();
    }

    @Override
    public void close() {
        backend.close();
    }
}
