package dev.weft.benchmarks.library;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.benchmarks.task.NetworkStep;
import dev.weft.benchmarks.task.NetworkTraining;

/**
 * A network's training on a device of Weft's.
 *
 * @param scope what owns its tensors
 */
record WeftNetworks(Scope scope, NetworkTraining training) implements Work {
    static WeftNetworks of(Device device, NetworkStep task) {
        Scope scope = device.scope();
        return new WeftNetworks(scope, new NetworkTraining(device, DType.F32, task));
    }

    @Override
    public void run() {
        training.step();
    }

    @Override
    public double[] result() {
        return training.result();
    }

    @Override
    public void close() {
        scope.close();
    }
}
