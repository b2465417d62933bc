package dev.weft.benchmarks.library;

import dev.weft.Device;
import dev.weft.Scope;

import java.util.function.Supplier;

/**
 * Work of kernels on a device of Weft's.
 *
 * @param scope what owns its tensors
 * @param kernels enqueues it, and allocates nothing
 * @param values of the result
 * @param times how often a run does the work
 */
record DeviceWork(Device device, Scope scope, Runnable kernels, Supplier<float[]> values, int times)
        implements Work {
    DeviceWork(Device device, Scope scope, Runnable kernels, Supplier<float[]> values) {
        this(device, scope, kernels, values, 1);
    }

    @Override
    public void run() {
        kernels.run();
        device.backend().synchronize();
    }

    @Override
    public float[] result() {
        return values.get();
    }

    @Override
    public void close() {
        scope.close();
    }
}
