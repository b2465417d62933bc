package dev.weft.benchmarks.library;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.benchmarks.task.LayerPass;
import dev.weft.benchmarks.task.Operand;

import java.util.Arrays;
import java.util.List;

/**
 * Layers on tensors of Weft's, as a program calls them.
 *
 * @param scope what owns the operands
 */
record WeftLayers(Device device, Scope scope, LayerPass task, List<Tensor> operands, Tensor dy)
        implements Work {
    static WeftLayers of(Device device, LayerPass task) {
        Scope scope = device.scope();
        List<Tensor> operands =
                task.operands().stream().map(operand -> tensor(device, operand)).toList();
        return new WeftLayers(device, scope, task, operands, tensor(device, task.dy()));
    }

    private static Tensor tensor(Device device, Operand operand) {
        return device.tensor(operand.values(), operand.shape().toArray());
    }

    @Override
    public void run() {
        try (Scope _ = device.scope()) {
            List<Tensor> _ = task.results(operands, dy);
        }
        device.synchronize();
    }

    @Override
    public double[] result() {
        try (Scope _ = device.scope()) {
            return task.results(operands, dy).stream()
                    .flatMapToDouble(part -> Arrays.stream(part.toDoubleArray()))
                    .toArray();
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
