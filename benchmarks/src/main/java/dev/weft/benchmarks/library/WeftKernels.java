package dev.weft.benchmarks.library;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;
import dev.weft.benchmarks.task.CrossEntropy;
import dev.weft.benchmarks.task.Elementwise;
import dev.weft.benchmarks.task.Reduction;
import dev.weft.benchmarks.task.Softmax;
import dev.weft.benchmarks.task.SquaredError;
import dev.weft.benchmarks.task.Update;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Kernels on a device of Weft's, each straight into memory that is there already. */
final class WeftKernels {
    private WeftKernels() {}

    static Work elementwise(Device device, Elementwise task) {
        Scope scope = device.scope();
        View x = device.tensor(task.x()).view();
        Tensor result = device.empty(DType.F32, Shape.of(task.elements()));
        View y = result.view();
        UnaryOp op =
                switch (task.function()) {
                    case COPY -> UnaryOp.AFFINE;
                    case RELU -> UnaryOp.RELU;
                    case EXP -> UnaryOp.EXP;
                    case LOG -> UnaryOp.LOG;
                    case TANH -> UnaryOp.TANH;
                    case SIGMOID -> UnaryOp.SIGMOID;
                    case GELU -> UnaryOp.GELU_ERF;
                };
        Runnable kernel =
                task.function() == Elementwise.Function.COPY
                        ? () -> device.backend().run(new KernelCall.Copy(x, y))
                        : () -> device.backend().run(new KernelCall.Unary(op, 0, 0, x, y));
        return new DeviceWork(device, scope, kernel, result::toFloatArray);
    }

    static Work softmax(Device device, Softmax task) {
        Scope scope = device.scope();
        View x = device.tensor(task.x(), task.rows(), task.columns()).view();
        Tensor result = device.empty(DType.F32, x.shape());
        View y = result.view();
        return new DeviceWork(
                device,
                scope,
                () -> device.backend().run(new KernelCall.Softmax(task.log(), x, y)),
                result::toFloatArray);
    }

    static Work reduction(Device device, Reduction task) {
        Scope scope = device.scope();
        View x = device.tensor(task.x(), task.rows(), task.columns()).view();
        if (task.kind() == Reduction.Kind.ARGMAX) {
            Tensor indices = device.empty(DType.I32, Shape.of(task.rows()));
            View y = indices.view();
            return new DeviceWork(
                    device,
                    scope,
                    () -> device.backend().run(new KernelCall.Argmax(x, y)),
                    indices::toFloatArray);
        }
        Shape shape = Shape.of(task.kind().ofRows() ? task.rows() : 1, 1);
        Tensor result = device.empty(DType.F32, shape);
        View y = result.view();
        ReduceOp op =
                switch (task.kind()) {
                    case SUM -> ReduceOp.SUM;
                    case MEAN -> ReduceOp.MEAN;
                    case MAX, ARGMAX -> ReduceOp.MAX;
                };
        return new DeviceWork(
                device,
                scope,
                () -> device.backend().run(new KernelCall.Reduce(op, x, y)),
                result::toFloatArray);
    }

    static Work crossEntropy(Device device, CrossEntropy task) {
        Scope scope = device.scope();
        int rows = task.rows();
        View logits = device.tensor(task.logits(), rows, task.classes()).view();
        View labels = device.tensor(task.labels()).view();
        View losses = device.empty(DType.F32, Shape.of(rows)).view();
        Tensor mean = device.empty(DType.F32, Shape.of(1));
        View loss = mean.view();
        Tensor gradient = device.empty(DType.F32, logits.shape());
        View dLogits = gradient.view();
        return new DeviceWork(
                device,
                scope,
                () -> {
                    device.backend()
                            .run(
                                    new KernelCall.CrossEntropy(
                                            logits, labels, 1.0 / rows, losses, dLogits));
                    device.backend().run(new KernelCall.Reduce(ReduceOp.MEAN, losses, loss));
                },
                () -> joined(gradient, mean));
    }

    static Work squaredError(Device device, SquaredError task) {
        Scope scope = device.scope();
        Shape shape = Shape.of(task.elements());
        View x = device.tensor(task.x()).view();
        View t = device.tensor(task.t()).view();
        View losses = device.empty(DType.F32, shape).view();
        Tensor mean = device.empty(DType.F32, Shape.of(1));
        View loss = mean.view();
        Tensor gradient = device.empty(DType.F32, shape);
        View dx = gradient.view();
        View dLoss = device.full(1.0 / task.elements(), Shape.of(1)).view().expand(shape);
        return new DeviceWork(
                device,
                scope,
                () -> {
                    device.backend()
                            .run(new KernelCall.Loss(LossOp.SQUARED_ERROR, 0, x, t, losses));
                    device.backend().run(new KernelCall.Reduce(ReduceOp.MEAN, losses, loss));
                    device.backend()
                            .run(new KernelCall.LossGrad(LossOp.SQUARED_ERROR, 0, x, t, dLoss, dx));
                },
                () -> joined(gradient, mean));
    }

    private static float[] joined(Tensor gradient, Tensor loss) {
        float[] values = gradient.toFloatArray();
        float[] both = Arrays.copyOf(values, values.length + 1);
        both[values.length] = (float) loss.item();
        return both;
    }

    static Work update(Device device, Update task) {
        Scope scope = device.scope();
        UpdateRule rule = task.rule();
        Tensor parameters = device.tensor(task.p());
        View p = parameters.view();
        View g = device.tensor(task.g()).view();
        View control = device.tensor(new float[] {(float) Update.LR, 1}).view();
        View steps = device.tensor(new int[2]).view();
        View halt = device.tensor(new int[] {0}).view();
        List<View> states = new ArrayList<>();
        for (int i = 0; i < rule.states(); i++) {
            states.add(device.full(0, p.shape()).view());
        }
        return new DeviceWork(
                device,
                scope,
                () ->
                        device.backend()
                                .run(
                                        new KernelCall.Update(
                                                rule, control, steps, halt, p, g, states)),
                parameters::toFloatArray);
    }
}
