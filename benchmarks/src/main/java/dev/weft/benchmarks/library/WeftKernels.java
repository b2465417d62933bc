package dev.weft.benchmarks.library;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;
import dev.weft.benchmarks.task.CrossEntropy;
import dev.weft.benchmarks.task.Elementwise;
import dev.weft.benchmarks.task.Operation;
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

    private static DeviceWork work(Device device, Scope scope, KernelCall call, Tensor result) {
        return new DeviceWork(device, scope, List.of(call), result::toDoubleArray);
    }

    static DeviceWork elementwise(Device device, Elementwise task) {
        Scope scope = device.scope();
        View x = device.tensor(task.dtype(), task.x()).view();
        Tensor result = device.empty(task.dtype(), Shape.of(task.elements()));
        View y = result.view();
        KernelCall call =
                switch (task.function()) {
                    case COPY -> new KernelCall.Copy(x, y);
                    case RELU -> new KernelCall.Unary(UnaryOp.RELU, 0, 0, x, y);
                    case EXP -> new KernelCall.Unary(UnaryOp.EXP, 0, 0, x, y);
                    case LOG -> new KernelCall.Unary(UnaryOp.LOG, 0, 0, x, y);
                    case TANH -> new KernelCall.Unary(UnaryOp.TANH, 0, 0, x, y);
                    case SIGMOID -> new KernelCall.Unary(UnaryOp.SIGMOID, 0, 0, x, y);
                    case GELU -> new KernelCall.Unary(UnaryOp.GELU_ERF, 0, 0, x, y);
                };
        return work(device, scope, call, result);
    }

    static DeviceWork operation(Device device, Operation task) {
        Scope scope = device.scope();
        View a = device.tensor(task.dtype(), task.a()).view();
        Tensor result = device.empty(task.dtype(), Shape.of(task.elements()));
        View y = result.view();
        String name = task.function().name();
        KernelCall call;
        if (task.function().isBinary()) {
            View b = device.tensor(task.dtype(), task.b()).view();
            call = new KernelCall.Binary(BinaryOp.valueOf(name), a, b, y);
        } else {
            call = new KernelCall.Unary(UnaryOp.valueOf(name), 1, 0, a, y);
        }
        return work(device, scope, call, result);
    }

    static DeviceWork softmax(Device device, Softmax task) {
        Scope scope = device.scope();
        View x = device.tensor(task.dtype(), task.x(), task.rows(), task.columns()).view();
        Tensor result = device.empty(task.dtype(), x.shape());
        return work(device, scope, new KernelCall.Softmax(task.log(), x, result.view()), result);
    }

    static DeviceWork reduction(Device device, Reduction task) {
        Scope scope = device.scope();
        View x = device.tensor(task.dtype(), task.x(), task.rows(), task.columns()).view();
        if (task.kind() == Reduction.Kind.ARGMAX) {
            Tensor indices = device.empty(DType.I32, Shape.of(task.rows()));
            return work(
                    device,
                    scope,
                    new KernelCall.ArgReduce(ReduceOp.MAX, x, indices.view()),
                    indices);
        }
        Shape shape =
                switch (task.kind().axis()) {
                    case ALL -> Shape.of(1, 1);
                    case ROW -> Shape.of(task.rows(), 1);
                    case COLUMN -> Shape.of(1, task.columns());
                };
        Tensor result = device.empty(task.dtype(), shape);
        ReduceOp op =
                switch (task.kind()) {
                    case SUM, ONES_OVER_ROWS -> ReduceOp.SUM;
                    case MEAN, MEAN_OVER_ROWS -> ReduceOp.MEAN;
                    case MAX, ARGMAX -> ReduceOp.MAX;
                };
        return work(device, scope, new KernelCall.Reduce(op, x, result.view()), result);
    }

    static DeviceWork crossEntropy(Device device, CrossEntropy task) {
        Scope scope = device.scope();
        int rows = task.rows();
        View logits = device.tensor(task.logits(), rows, task.classes()).view();
        View labels = device.tensor(task.labels()).view();
        View losses = device.empty(DType.F32, Shape.of(rows)).view();
        Tensor loss = device.empty(DType.F32, Shape.of(1));
        Tensor gradient = device.empty(DType.F32, logits.shape());
        return new DeviceWork(
                device,
                scope,
                List.of(
                        new KernelCall.CrossEntropy(
                                logits, labels, 1.0 / rows, losses, gradient.view()),
                        new KernelCall.Reduce(ReduceOp.MEAN, losses, loss.view())),
                () -> joined(gradient, loss));
    }

    static DeviceWork squaredError(Device device, SquaredError task) {
        Scope scope = device.scope();
        Shape shape = Shape.of(task.elements());
        View x = device.tensor(task.x()).view();
        View t = device.tensor(task.t()).view();
        View losses = device.empty(DType.F32, shape).view();
        Tensor loss = device.empty(DType.F32, Shape.of(1));
        Tensor gradient = device.empty(DType.F32, shape);
        View dLoss = device.full(1.0 / task.elements(), Shape.of(1)).view().expand(shape);
        LossOp op = LossOp.SQUARED_ERROR;
        return new DeviceWork(
                device,
                scope,
                List.of(
                        new KernelCall.Loss(op, 0, x, t, losses),
                        new KernelCall.Reduce(ReduceOp.MEAN, losses, loss.view()),
                        new KernelCall.LossGrad(op, 0, x, t, dLoss, gradient.view())),
                () -> joined(gradient, loss));
    }

    private static double[] joined(Tensor gradient, Tensor loss) {
        double[] values = gradient.toDoubleArray();
        double[] both = Arrays.copyOf(values, values.length + 1);
        both[values.length] = loss.item();
        return both;
    }

    static DeviceWork update(Device device, Update task) {
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
        KernelCall call = new KernelCall.Update(rule, control, steps, halt, p, g, states);
        return work(device, scope, call, parameters);
    }
}
