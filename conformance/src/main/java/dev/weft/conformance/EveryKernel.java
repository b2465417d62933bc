package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Activation;
import dev.weft.backend.Backend;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.ConvolutionGeometry;
import dev.weft.backend.Epilogue;
import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;
import dev.weft.backend.Penalty;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;
import dev.weft.backend.Window;

import java.util.List;

/**
 * Calls every family of kernels once or twice at small sizes, with several groups where groups
 * share something, and compares nothing: to be run under a checker of memory accesses or data
 * races, which finds more than a comparison of results does. Also a program: its argument is the
 * device.
 */
public final class EveryKernel {
    /** The last line of output. */
    public static final String DONE = "every kernel ran";

    private static final Penalty PENALTY = new Penalty(0.001, 0.01, 0.02);

    private final Device device;
    private final Backend kernels;

    private EveryKernel(Device device) {
        this.device = device;
        kernels = device.backend();
    }

    /** Runs the kernels on the device that the first argument names, and prints {@link #DONE}. */
    public static void main(String[] arguments) {
        run(arguments[0]);
        System.out.println(DONE);
    }

    /** Runs the kernels on a device. */
    public static void run(String selector) {
        try (Device device = Devices.open(selector);
                Scope _ = device.scope()) {
            System.out.println(device.info().description() + " " + device.info().properties());
            EveryKernel every = new EveryKernel(device);
            every.elementwise();
            every.reductions();
            every.rows();
            every.indices();
            every.pooling();
            every.training();
            every.products();
            every.convolutions();
            device.synchronize();
        }
    }

    private Tensor f32(long... dims) {
        float[] values = new float[(int) Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 37 % 101 - 50) / 25f;
        }
        return device.tensor(values, dims);
    }

    private View output(DType dtype, long... dims) {
        return device.empty(dtype, Shape.of(dims)).view();
    }

    private void elementwise() {
        View x = f32(40, 9).view();
        View t = f32(9, 40).view().transpose();
        View y = output(DType.F32, 40, 9);
        kernels.run(new KernelCall.Fill(1.5, y));
        kernels.run(new KernelCall.Copy(t, y));
        kernels.run(new KernelCall.Copy(f32(70, 90).view().transpose(), output(DType.F32, 90, 70)));
        kernels.run(new KernelCall.Copy(x, output(DType.I32, 40, 9)));
        for (View in : List.of(x, t)) {
            kernels.run(new KernelCall.Unary(UnaryOp.GELU_TANH, 0, 0, in, y));
            kernels.run(new KernelCall.UnaryGrad(UnaryOp.GELU_ERF, 0, 0, in, x, x, y));
            kernels.run(new KernelCall.Binary(BinaryOp.MUL, in, x, y));
            kernels.run(new KernelCall.BinaryGrad(BinaryOp.MAX, true, in, x, x, y));
            kernels.run(new KernelCall.Loss(LossOp.HUBER, 1, in, x, y));
            kernels.run(new KernelCall.LossGrad(LossOp.SQUARED_ERROR, 0, in, x, x, y));
        }
    }

    private void reductions() {
        View matrix = f32(13, 300).view();
        for (ReduceOp op : ReduceOp.values()) {
            kernels.run(new KernelCall.Reduce(op, matrix, output(DType.F32, 13, 1)));
            kernels.run(new KernelCall.Reduce(op, matrix, output(DType.F32, 1, 300)));
            // In chunks and two launches.
            kernels.run(new KernelCall.Reduce(op, f32(9000).view(), output(DType.F32, 1)));
        }
        View line = f32(9000).view();
        kernels.run(new KernelCall.Scan(ReduceOp.SUM, true, line, output(DType.F32, 9000)));
        View count = device.tensor(new int[] {0}).view();
        View nans = device.full(Double.NaN, Shape.of(3000)).view();
        kernels.run(new KernelCall.CountNonFinite(List.of(device.scalar(1).view(), nans), count));
        kernels.run(new KernelCall.CountNonFinite(List.of(matrix.transpose()), count));
    }

    private void rows() {
        for (long columns : new long[] {10, 300}) {
            View x = f32(5, columns).view();
            View y = output(DType.F32, 5, columns);
            kernels.run(new KernelCall.Softmax(false, x, y));
            kernels.run(new KernelCall.SoftmaxGrad(false, x, x, y));
            View places = output(DType.I32, 5, columns);
            kernels.run(new KernelCall.Sort(true, x, y, places));
            kernels.run(new KernelCall.Scan(ReduceOp.SUM, false, x, y));
            kernels.run(new KernelCall.Scan(ReduceOp.PROD, true, x, y));
            kernels.run(new KernelCall.ArgReduce(ReduceOp.MIN, x, output(DType.I32, 5)));
            View labels = device.tensor(new int[] {1, 2, 3, 4, 5}).view();
            kernels.run(new KernelCall.CrossEntropy(x, labels, 1, output(DType.F32, 5), y));
            kernels.run(
                    new KernelCall.CrossEntropy(
                            x, f32(5, columns).view(), 1, output(DType.F32, 5), y));
        }
    }

    private void indices() {
        View table = f32(6, 50).view();
        View at = device.tensor(new int[] {3, 0, 3, 5, 3, 1, 0}).view();
        kernels.run(new KernelCall.Gather(table, at, output(DType.F32, 7, 50)));
        kernels.run(new KernelCall.ScatterAdd(f32(7, 50).view(), at, table));
        // With more repeats than a sum has additions in a row.
        kernels.run(
                new KernelCall.ScatterAdd(
                        f32(400, 50).view(), device.tensor(new int[400]).view(), table));
        for (int count : new int[] {7, 300}) {
            View places = device.tensor(new int[3 * count], 3, count).view();
            View lines = f32(3, count).view();
            kernels.run(new KernelCall.TakeAlong(f32(3, 50).view(), places, lines));
            kernels.run(new KernelCall.ScatterAlong(false, lines, places, f32(3, 50).view()));
            kernels.run(new KernelCall.ScatterAlong(true, lines, places, f32(3, 50).view()));
        }
    }

    private void pooling() {
        Window.Axis three = new Window.Axis(3, 2, 1, 1, 1);
        Window window = new Window(Window.Axis.NONE, three, three);
        View x = f32(20, 1, 9, 7).view();
        View y = output(DType.F32, 20, 1, 5, 4);
        View places = output(DType.I32, 20, 1, 5, 4);
        kernels.run(new KernelCall.MaxPool(window, x, y, places));
        kernels.run(new KernelCall.MaxPoolGrad(window, places, y, x));
        kernels.run(new KernelCall.AveragePool(window, true, x, y));
        kernels.run(new KernelCall.AveragePoolGrad(window, true, y, x));
    }

    private void training() {
        List<UpdateRule> rules =
                List.of(
                        new UpdateRule.Sgd(0, false, PENALTY),
                        new UpdateRule.Sgd(0.9, true, PENALTY),
                        new UpdateRule.Adam(0.9, 0.999, 1e-8, PENALTY),
                        new UpdateRule.Adam(0.9, 0.999, 1e-8, true, true, PENALTY),
                        new UpdateRule.NAdam(0.9, 0.999, 1e-8, 0.004, false, false, PENALTY),
                        new UpdateRule.RAdam(0.9, 0.999, 1e-8, false, PENALTY),
                        new UpdateRule.Adamax(0.9, 0.999, 1e-8, false, PENALTY),
                        new UpdateRule.RmsProp(0.99, 1e-8, PENALTY),
                        new UpdateRule.RmsProp(0.99, 1e-8, 0.9, true, false, PENALTY),
                        new UpdateRule.Adagrad(0.01, 0, 1e-10, false, PENALTY),
                        new UpdateRule.Adadelta(0.9, 1e-6, false, PENALTY),
                        new UpdateRule.Lion(0.9, 0.99, false, PENALTY));
        for (UpdateRule rule : rules) {
            View control = device.tensor(new float[] {0.01f, 1}).view();
            View steps = device.tensor(new int[2]).view();
            View[] states = {f32(3000).view(), device.ones(3000).view(), device.ones(3000).view()};
            List<View> used = List.of(states).subList(0, rule.states());
            View halt = device.tensor(new int[] {0}).view();
            View p = f32(3000).view();
            View g = f32(3000).view();
            kernels.run(new KernelCall.Update(rule, control, steps, halt, p, g, used));
            kernels.run(new KernelCall.Update(rule, control, steps, halt, p, g, used));
            kernels.run(
                    new KernelCall.CountUnfit(
                            rule, control, steps, device.scalar(1).view(), p, g, halt));
        }
        View state = device.tensor(new int[] {1, 2, -1, 4}).view();
        kernels.run(new KernelCall.DropoutMask(0.5, state, output(DType.F32, 9001)));
        kernels.run(new KernelCall.DropoutMask(0.5, state, output(DType.F32, 17)));
    }

    private void convolutions() {
        ConvolutionGeometry geometry = ConvolutionGeometry.of(2).stride(2).padding(1).groups(2);
        View x = f32(2, 4, 1, 9, 8).view();
        View weight = f32(6, 2, 1, 3, 3).view();
        View y = f32(2, 6, 1, 5, 4).view();
        kernels.run(new KernelCall.Convolution(geometry, x, weight, y));
        kernels.run(new KernelCall.ConvolutionInputGrad(geometry, y, weight, x));
        kernels.run(new KernelCall.ConvolutionWeightGrad(geometry, x, y, weight));
    }

    private void products() {
        Epilogue epilogue = new Epilogue(f32(33).view(), Activation.TANH);
        View a = f32(41, 19).view();
        View b = f32(19, 33).view();
        View c = f32(41, 33).view();
        kernels.run(new KernelCall.Gemm(1, a, b, 0.5, c, epilogue));
        kernels.run(new KernelCall.Gemm(1, f32(19, 41).view().transpose(), b, 0, c, Epilogue.NONE));
        kernels.run(new KernelCall.Gemm(1, a, f32(33, 19).view().transpose(), 0, c, epilogue));
    }
}
