package dev.weft.benchmarks.library;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.backend.KernelCall;

import java.util.List;
import java.util.function.Supplier;

/**
 * Work of kernels on a device of Weft's.
 *
 * @param scope what owns its tensors
 * @param calls what it runs, into memory that is there already
 * @param values of the result
 */
record DeviceWork(Device device, Scope scope, List<KernelCall> calls, Supplier<double[]> values)
        implements Work {
    /** Whether the device can do it at all: some GPUs have no F64. */
    boolean isSupported() {
        return calls.stream().allMatch(device.backend()::supports);
    }

    @Override
    public void run() {
        for (KernelCall call : calls) {
            device.backend().run(call);
        }
        device.backend().synchronize();
    }

    @Override
    public double[] result() {
        return values.get();
    }

    @Override
    public void close() {
        scope.close();
    }
}
