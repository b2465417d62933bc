package dev.weft.benchmarks.peers;

import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.ConvolutionPass;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * Convolutions of libtorch's, by oneDNN, whose results are new tensors.
 *
 * @param owned what was allocated for it
 * @param operation makes the result
 */
record TorchConvolutions(PointerScope owned, Supplier<Tensor> operation) implements Work {
    /**
     * Empty where there is a gradient to take of a kernel of one element in steps: oneDNN 3 divides
     * by zero there on some processors, which ends the program.
     */
    static Optional<Work> of(ConvolutionPass task) {
        boolean isForward = task.pass() == ConvolutionPass.Pass.FORWARD;
        if (!isForward && task.kernel() == 1 && task.stride() > 1) {
            return Optional.empty();
        }
        try (PointerScope owned = new PointerScope()) {
            Supplier<Tensor> operation = operation(task);
            owned.extend();
            return Optional.of(new TorchConvolutions(owned, operation));
        }
    }

    private static Supplier<Tensor> operation(ConvolutionPass task) {
        int extent = task.outputExtent();
        Tensor x =
                Tensor.create(task.x(), task.batch(), task.inputs(), task.extent(), task.extent());
        Tensor weight =
                Tensor.create(
                        task.weight(),
                        task.outputs(),
                        task.inputs() / task.groups(),
                        task.kernel(),
                        task.kernel());
        Tensor dy = Tensor.create(task.dy(), task.batch(), task.outputs(), extent, extent);
        long[] stride = {task.stride(), task.stride()};
        long[] padding = {task.padding(), task.padding()};
        long[] dilation = {1, 1};
        if (task.pass() == ConvolutionPass.Pass.FORWARD) {
            TensorOptional bias = new TensorOptional();
            return () -> torch.conv2d(x, weight, bias, stride, padding, dilation, task.groups());
        }
        boolean byInput = task.pass() == ConvolutionPass.Pass.BY_INPUT;
        BoolPointer wanted = new BoolPointer(3);
        wanted.put(0, byInput);
        wanted.put(1, !byInput);
        wanted.put(2, false);
        LongArrayRefOptional bias = new LongArrayRefOptional();
        long[] outputPadding = {0, 0};
        return () -> {
            T_TensorTensorTensor_T gradients =
                    torch.convolution_backward(
                            dy,
                            x,
                            weight,
                            bias,
                            stride,
                            padding,
                            dilation,
                            false,
                            outputPadding,
                            task.groups(),
                            wanted);
            return byInput ? gradients.get0() : gradients.get1();
        };
    }

    @Override
    public void run() {
        try (PointerScope _ = new PointerScope()) {
            Tensor _ = operation.get();
        }
    }

    @Override
    public double[] result() {
        try (PointerScope _ = new PointerScope()) {
            return TorchWork.values(operation.get());
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
