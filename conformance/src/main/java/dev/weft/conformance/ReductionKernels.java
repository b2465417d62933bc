package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;
import static dev.weft.conformance.Bound.U;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cases of {@code reduce}, {@code argmax}, {@code softmax}, {@code softmaxGrad}. */
final class ReductionKernels {
    private static final int[] NONE = {};

    private ReductionKernels() {}

    static List<KernelCase> all() {
        List<KernelCase> cases = new ArrayList<>();
        for (ReduceOp op : ReduceOp.values()) {
            for (int size : Draws.SIZES) {
                cases.add(reduce(op, Shape.of(size), Placement.DENSE, 0));
            }
            for (Placement in : Placement.values()) {
                for (Shape shape : Draws.SHAPES) {
                    for (int[] axes : axes(shape.rank())) {
                        cases.add(reduce(op, shape, in, axes));
                        if (op.supports(DType.I32)) {
                            cases.add(reduceI32(op, shape, in, axes));
                        }
                    }
                }
            }
            cases.add(reduce(op, Shape.of(301, 257), Placement.DENSE, 0));
            cases.add(reduce(op, Shape.of(301, 257), Placement.DENSE, 1));
            cases.add(reduce(op, Shape.of(301, 257), Placement.TRANSPOSED, 1));
        }
        int[][] rows = {
            {1, 1},
            {3, 7},
            {5, 10},
            {8, 8},
            {2, 15},
            {2, 16},
            {2, 17},
            {64, 10},
            {4, 1009},
            {0, 5},
            {700, 33},
            {2, 3, 5},
            {3, 1, 65}
        };
        for (int[] extents : rows) {
            Shape shape = Shape.of(Arrays.stream(extents).asLongStream().toArray());
            for (Placement in : Placement.values()) {
                cases.add(argmax(shape, in));
                for (boolean log : new boolean[] {false, true}) {
                    for (double spread : new double[] {1, 30}) {
                        cases.add(softmax(log, shape, in, spread));
                    }
                    cases.add(softmaxGrad(log, shape, in));
                }
            }
        }
        for (boolean log : new boolean[] {false, true}) {
            cases.add(softmax(log, Shape.of(3, 0), Placement.DENSE, 1));
            cases.add(softmaxOfExtremes(log));
        }
        cases.add(argmaxOfExtremes());
        return cases;
    }

    /** Every set of axes. */
    private static List<int[]> axes(int rank) {
        List<int[]> sets = new ArrayList<>();
        for (int bits = 0; bits < 1 << rank; bits++) {
            int chosen = bits;
            sets.add(
                    bits == 0
                            ? NONE
                            : java.util.stream.IntStream.range(0, rank)
                                    .filter(axis -> (chosen >> axis & 1) == 1)
                                    .toArray());
        }
        return sets;
    }

    private static Shape kept(Shape shape, int... axes) {
        Shape kept = shape;
        for (int axis : axes) {
            kept = kept.with(axis, 1);
        }
        return kept;
    }

    private static KernelCase reduce(ReduceOp op, Shape shape, Placement in, int... axes) {
        return new KernelCase(
                "reduce " + op,
                shape + " " + in + " over " + Arrays.toString(axes),
                side -> {
                    float[] values = Draws.normal(side.random(), shape.size(), 10);
                    boolean extreme = op == ReduceOp.MAX || op == ReduceOp.MIN;
                    if (extreme && values.length > 40) {
                        values[values.length / 3] = Float.NaN;
                        values[values.length / 2] = Float.POSITIVE_INFINITY;
                        values[values.length - 1] = Float.NEGATIVE_INFINITY;
                    }
                    ElementwiseKernels.repeated(values, shape, in);
                    Shape result = kept(shape, axes);
                    View x = side.input(values, shape, in);
                    Bound bound =
                            extreme ? EXACT : Bound.each(sumBounds(op, values, shape, result));
                    View y = side.output(DType.F32, result, Placement.DENSE, bound);
                    side.kernels().run(new KernelCall.Reduce(op, x, y));
                    View transposed = side.output(DType.F32, result, Placement.TRANSPOSED, bound);
                    side.kernels().run(new KernelCall.Reduce(op, x, transposed));
                });
    }

    /**
     * {@link Bound#roundings} u Σ|x| for each sum; a mean divides it by n, and rounds once more.
     */
    private static double[] sumBounds(ReduceOp op, float[] values, Shape shape, Shape result) {
        double[] magnitude = new double[values.length];
        for (int i = 0; i < magnitude.length; i++) {
            magnitude[i] = Math.abs(values[i]);
        }
        double[] sums = sums(magnitude, shape, result);
        long n = result.size() == 0 ? 0 : shape.size() / result.size();
        double roundings = Bound.roundings(n);
        for (int i = 0; i < sums.length; i++) {
            sums[i] *= op == ReduceOp.MEAN ? U * (roundings + 1) / n : U * roundings;
        }
        return sums;
    }

    /** The sums over the axes that {@code result} has with extent 1, by the plainest loop. */
    private static double[] sums(double[] values, Shape shape, Shape result) {
        double[] sums = new double[(int) result.size()];
        long[] strides = result.contiguousStrides();
        for (int i = 0; i < values.length; i++) {
            long rest = i;
            long to = 0;
            for (int axis = shape.rank() - 1; axis >= 0; axis--) {
                long index = rest % shape.dim(axis);
                rest /= shape.dim(axis);
                to += result.dim(axis) == 1 ? 0 : index * strides[axis];
            }
            sums[(int) to] += values[i];
        }
        return sums;
    }

    private static KernelCase reduceI32(ReduceOp op, Shape shape, Placement in, int... axes) {
        return new KernelCase(
                "reduce I32 " + op,
                shape + " " + in + " over " + Arrays.toString(axes),
                side -> {
                    View x = side.input(Draws.integers(side.random(), shape.size()), shape, in);
                    View y = side.output(DType.I32, kept(shape, axes), Placement.DENSE, EXACT);
                    side.kernels().run(new KernelCall.Reduce(op, x, y));
                });
    }

    private static KernelCase argmax(Shape shape, Placement in) {
        return new KernelCase(
                "argmax",
                shape + " " + in,
                side -> {
                    // Few different values, so that there are ties.
                    float[] values = new float[(int) shape.size()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = side.random().nextInt(5) - 7;
                    }
                    View x = side.input(values, shape, in);
                    Shape result = Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 1));
                    side.kernels()
                            .run(
                                    new KernelCall.Argmax(
                                            x,
                                            side.output(
                                                    DType.I32, result, Placement.DENSE, EXACT)));
                    int[] integers = Draws.integers(side.random(), shape.size());
                    View i = side.input(integers, shape, in);
                    side.kernels()
                            .run(
                                    new KernelCall.Argmax(
                                            i,
                                            side.output(
                                                    DType.I32, result, Placement.DENSE, EXACT)));
                });
    }

    private static KernelCase argmaxOfExtremes() {
        return new KernelCase(
                "argmax",
                "NaN and Inf",
                side -> {
                    int columns = 37;
                    float[] values = new float[6 * columns];
                    Arrays.fill(values, Float.NEGATIVE_INFINITY);
                    values[columns + 20] = Float.NaN;
                    values[columns + 30] = Float.NaN;
                    values[2 * columns + 36] = -Float.MAX_VALUE;
                    values[3 * columns + 35] = Float.POSITIVE_INFINITY;
                    values[3 * columns + 36] = Float.NaN;
                    values[4 * columns + 16] = 0f;
                    values[4 * columns + 15] = -0f;
                    View x = side.input(values, Shape.of(6, columns), Placement.DENSE);
                    View y = side.output(DType.I32, Shape.of(6), Placement.DENSE, EXACT);
                    side.kernels().run(new KernelCall.Argmax(x, y));
                });
    }

    /**
     * 3 ulp and three times the sum's {@link Bound#roundings}, and what the rounding of x - max,
     * which a float cannot avoid, makes of e^(x - max).
     */
    private static KernelCase softmax(boolean log, Shape shape, Placement in, double spread) {
        return new KernelCase(
                log ? "log softmax" : "softmax",
                shape + " " + in + " spread " + spread,
                side -> {
                    float[] values = Draws.normal(side.random(), shape.size(), spread);
                    ElementwiseKernels.repeated(values, shape, in);
                    int n = (int) shape.dim(-1);
                    double[] depth = depths(values, n);
                    double roundings = 3 * Bound.roundings(n) + 3;
                    Bound bound =
                            log
                                    ? Bound.ulp(2)
                                            .plus(Bound.absolute(roundings * U))
                                            .plus(Bound.times(4 * U, depth))
                                    : (i, y) ->
                                            Bound.ulp(roundings).at(i, y)
                                                    + 2 * U * y * depth[i]
                                                    + Float.MIN_NORMAL;
                    View x = side.input(values, shape, in);
                    Placement out = in == Placement.BROADCAST ? Placement.PADDED : in;
                    View y = side.output(DType.F32, shape, out, bound);
                    side.kernels().run(new KernelCall.Softmax(log, x, y));
                    if (!log) {
                        side.demand(y, result -> assertRowsSumToOne(result, n));
                    }
                });
    }

    /** max - x for each element's row. */
    private static double[] depths(float[] values, int n) {
        double[] depths = new double[values.length];
        for (int row = 0; row < values.length; row += Math.max(1, n)) {
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < n; j++) {
                max = Math.max(max, values[row + j]);
            }
            for (int j = 0; j < n; j++) {
                depths[row + j] = max - values[row + j];
            }
        }
        return depths;
    }

    private static void assertRowsSumToOne(double[] y, int n) {
        for (int row = 0; row < y.length; row += n) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += y[row + j];
            }
            assertEquals(1, sum, (Bound.roundings(n) + 3) * U, "the sum of a row of softmax");
        }
    }

    private static KernelCase softmaxOfExtremes(boolean log) {
        int columns = 19;
        Shape shape = Shape.of(4, columns);
        return new KernelCase(
                log ? "log softmax" : "softmax",
                "NaN and Inf",
                side -> {
                    float[] values = Draws.normal(side.random(), shape.size(), 2);
                    values[3] = Float.NEGATIVE_INFINITY;
                    values[columns + 17] = Float.NaN;
                    values[2 * columns + 5] = 1e38f;
                    values[2 * columns + 18] = -1e38f;
                    values[3 * columns] = 500f;
                    View x = side.input(values, shape, Placement.DENSE);
                    Bound bound = Bound.ulp(3 * columns + 3).plus(Bound.absolute(64 * U));
                    side.kernels().run(new KernelCall.Softmax(log, x, side.output(shape, bound)));
                });
    }

    private static KernelCase softmaxGrad(boolean log, Shape shape, Placement in) {
        return new KernelCase(
                log ? "log softmaxGrad" : "softmaxGrad",
                shape + " " + in,
                side -> {
                    int n = (int) shape.dim(-1);
                    float[] results = new float[(int) shape.size()];
                    for (int i = 0; i < results.length; i++) {
                        double y = side.random().nextDouble() * 2 / n;
                        results[i] = (float) (log ? Math.log(y + 1e-3) : y);
                    }
                    float[] gradients = Draws.normal(side.random(), shape.size(), 1);
                    ElementwiseKernels.repeated(results, shape, in);
                    ElementwiseKernels.repeated(gradients, shape, in);
                    double[] bounds = new double[results.length];
                    for (int row = 0; row < bounds.length; row += n) {
                        double sum = 0;
                        for (int j = row; j < row + n; j++) {
                            sum += Math.abs(gradients[j]) * (log ? 1 : Math.abs(results[j]));
                        }
                        for (int j = row; j < row + n; j++) {
                            double d = Math.abs(gradients[j]);
                            double y = results[j];
                            double size = log ? d + Math.exp(y) * sum : y * (d + sum);
                            bounds[j] = 2 * U * (Bound.roundings(n) + 8) * size;
                        }
                    }
                    View y = side.input(results, shape, in);
                    View dy = side.input(gradients, shape, in);
                    Placement out = in == Placement.BROADCAST ? Placement.PADDED : in;
                    View dx = side.output(DType.F32, shape, out, Bound.each(bounds));
                    side.kernels().run(new KernelCall.SoftmaxGrad(log, y, dy, dx));
                });
    }
}
