package dev.weft.benchmarks.library;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.ConvolutionGeometry;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;
import dev.weft.benchmarks.task.ConvolutionPass;

import java.util.List;

/** Convolutions on a device of Weft's, straight into memory that is there already. */
final class WeftConvolutions {
    private WeftConvolutions() {}

    static DeviceWork of(Device device, ConvolutionPass task) {
        Scope scope = device.scope();
        int in = task.inputs() / task.groups();
        int extent = task.outputExtent();
        View x =
                device.tensor(
                                task.x(),
                                task.batch(),
                                task.inputs(),
                                1,
                                task.extent(),
                                task.extent())
                        .view();
        View weight =
                device.tensor(task.weight(), task.outputs(), in, 1, task.kernel(), task.kernel())
                        .view();
        View dy = device.tensor(task.dy(), task.batch(), task.outputs(), 1, extent, extent).view();
        ConvolutionGeometry geometry =
                ConvolutionGeometry.of(2)
                        .stride(task.stride())
                        .padding(task.padding())
                        .groups(task.groups());
        View like =
                switch (task.pass()) {
                    case FORWARD -> dy;
                    case BY_INPUT -> x;
                    case BY_WEIGHT -> weight;
                };
        Tensor result = device.empty(DType.F32, like.shape());
        View to = result.view();
        KernelCall call =
                switch (task.pass()) {
                    case FORWARD -> new KernelCall.Convolution(geometry, x, weight, to);
                    case BY_INPUT -> new KernelCall.ConvolutionInputGrad(geometry, dy, weight, to);
                    case BY_WEIGHT -> new KernelCall.ConvolutionWeightGrad(geometry, x, dy, to);
                };
        return new DeviceWork(device, scope, List.of(call), result::toDoubleArray);
    }
}
