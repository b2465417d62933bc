package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;
import dev.weft.backend.Window;

import java.util.ArrayList;
import java.util.List;

/** Cases of pooling and its gradients. */
final class PoolKernels {
    private static final Window.Axis ONE = Window.Axis.NONE;

    private PoolKernels() {}

    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        if (!dtype.isFloating()) {
            return cases;
        }
        Window.Axis pair = new Window.Axis(2, 2, 1, 0, 0);
        Window.Axis three = new Window.Axis(3, 2, 1, 1, 1);
        Window.Axis wide = new Window.Axis(3, 1, 2, 2, 1);
        Window.Axis gaps = new Window.Axis(2, 4, 1, 1, 0);
        add(cases, dtype, new Window(ONE, ONE, three), Shape.of(3, 1, 1, 7), Shape.of(3, 1, 1, 4));
        add(cases, dtype, new Window(ONE, pair, pair), Shape.of(5, 1, 6, 9), Shape.of(5, 1, 3, 4));
        add(cases, dtype, new Window(ONE, wide, gaps), Shape.of(2, 1, 5, 9), Shape.of(2, 1, 4, 3));
        // With a last window that reaches beyond the padding.
        add(
                cases,
                dtype,
                new Window(pair, three, wide),
                Shape.of(2, 5, 4, 6),
                Shape.of(2, 3, 3, 5));
        add(cases, dtype, new Window(ONE, pair, pair), Shape.of(0, 1, 4, 4), Shape.of(0, 1, 2, 2));
        Window.Axis all = new Window.Axis(40, 1, 1, 20, 20);
        add(
                cases,
                dtype,
                new Window(ONE, all, all),
                Shape.of(1, 1, 30, 40),
                Shape.of(1, 1, 31, 41));
        return cases;
    }

    private static void add(List<KernelCase> cases, DType dtype, Window window, Shape x, Shape y) {
        cases.add(max(dtype, window, x, y, false));
        cases.add(max(dtype, window, x, y, true));
        cases.add(maxGrad(dtype, window, x, y));
        for (boolean padded : new boolean[] {false, true}) {
            cases.add(average(dtype, window, padded, x, y));
            cases.add(averageGrad(dtype, window, padded, x, y));
        }
    }

    /** Of distinct numbers, or of three, NaN among them. */
    private static KernelCase max(DType dtype, Window window, Shape x, Shape y, boolean repeated) {
        return new KernelCase(
                "maxPool " + dtype,
                x + " to " + y + (repeated ? " repeated" : ""),
                side -> {
                    Values values = positive(side, dtype, x);
                    if (repeated) {
                        double[] some = {-1, -1, -2, -2, -1, Double.NaN, -2};
                        for (int i = 0; i < values.size(); i++) {
                            values.set(i, some[(int) (i * 31L % 97 % some.length)]);
                        }
                    }
                    View in = side.input(values, x, Placement.DENSE);
                    View out = side.output(dtype, y, EXACT);
                    View indices = side.output(DType.I32, y, EXACT);
                    side.run(new KernelCall.MaxPool(window, in, out, indices));
                });
    }

    private static KernelCase maxGrad(DType dtype, Window window, Shape x, Shape y) {
        return new KernelCase(
                "maxPoolGrad " + dtype,
                x + " from " + y,
                side -> {
                    View in = side.input(positive(side, dtype, x), x, Placement.DENSE);
                    View largest = side.output(dtype, y, EXACT);
                    View indices = side.output(DType.I32, y, EXACT);
                    side.run(new KernelCall.MaxPool(window, in, largest, indices));
                    View dy = side.input(positive(side, dtype, y), y, Placement.DENSE);
                    View dx = side.output(dtype, x, sums(window));
                    side.run(new KernelCall.MaxPoolGrad(window, indices, dy, dx));
                });
    }

    private static KernelCase average(
            DType dtype, Window window, boolean padded, Shape x, Shape y) {
        return new KernelCase(
                "averagePool " + dtype,
                x + " to " + y + (padded ? " padded" : ""),
                side -> {
                    View in = side.input(positive(side, dtype, x), x, Placement.DENSE);
                    View out = side.output(dtype, y, sums(window));
                    side.run(new KernelCall.AveragePool(window, padded, in, out));
                });
    }

    private static KernelCase averageGrad(
            DType dtype, Window window, boolean padded, Shape x, Shape y) {
        return new KernelCase(
                "averagePoolGrad " + dtype,
                x + " from " + y + (padded ? " padded" : ""),
                side -> {
                    View dy = side.input(positive(side, dtype, y), y, Placement.DENSE);
                    View dx = side.output(dtype, x, sums(window));
                    side.run(new KernelCall.AveragePoolGrad(window, padded, dy, dx));
                });
    }

    private static Values positive(Side side, DType dtype, Shape shape) {
        return Draws.uniform(side.random(), dtype, shape.size(), 1, 2);
    }

    /** Of as many positive numbers as a window has, and a quotient of each. */
    private static Bound sums(Window window) {
        long size = (long) window.depth().size() * window.rows().size() * window.columns().size();
        return Bound.relative(Bound.roundings(size) + 2);
    }
}
