package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;
import static dev.weft.conformance.Bound.relative;
import static dev.weft.conformance.Bound.roundoffs;
import static dev.weft.conformance.Bound.times;
import static dev.weft.conformance.Bound.ulp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cases of {@code reduce}, {@code argReduce}, {@code softmax}, {@code softmaxGrad}. */
final class ReductionKernels {
    private static final int[] NONE = {};

    private ReductionKernels() {}

    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        for (ReduceOp op : ReduceOp.values()) {
            if (!op.supports(dtype)) {
                continue;
            }
            for (int size : Draws.SIZES) {
                cases.add(reduce(op, dtype, Shape.of(size), Placement.DENSE, 0));
            }
            for (Placement in : Placement.values()) {
                for (Shape shape : Draws.SHAPES) {
                    for (int[] axes : axes(shape.rank())) {
                        cases.add(reduce(op, dtype, shape, in, axes));
                    }
                }
            }
            cases.add(reduce(op, dtype, Shape.of(301, 257), Placement.DENSE, 0));
            cases.add(reduce(op, dtype, Shape.of(301, 257), Placement.DENSE, 1));
            cases.add(reduce(op, dtype, Shape.of(301, 257), Placement.TRANSPOSED, 1));
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
                if (dtype != DType.BOOL) {
                    cases.add(argReduce(ReduceOp.MAX, dtype, shape, in));
                    cases.add(argReduce(ReduceOp.MIN, dtype, shape, in));
                }
                if (dtype.isFloating()) {
                    for (boolean log : new boolean[] {false, true}) {
                        for (double spread : new double[] {1, 30}) {
                            cases.add(softmax(log, dtype, shape, in, spread));
                        }
                        cases.add(softmaxGrad(log, dtype, shape, in));
                    }
                }
            }
        }
        if (dtype.isFloating()) {
            for (boolean log : new boolean[] {false, true}) {
                cases.add(softmax(log, dtype, Shape.of(3, 0), Placement.DENSE, 1));
                cases.add(softmaxOfExtremes(log, dtype));
            }
            cases.add(argReduceOfExtremes(ReduceOp.MAX, dtype));
            cases.add(argReduceOfExtremes(ReduceOp.MIN, dtype));
        }
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

    private static KernelCase reduce(
            ReduceOp op, DType dtype, Shape shape, Placement in, int... axes) {
        return new KernelCase(
                "reduce " + op + " " + dtype,
                shape + " " + in + " over " + Arrays.toString(axes),
                side -> {
                    boolean extreme = op == ReduceOp.MAX || op == ReduceOp.MIN;
                    Values values = terms(op, side, dtype, shape.size());
                    if (dtype.isFloating() && extreme && values.size() > 40) {
                        values.set(values.size() / 3, Double.NaN);
                        values.set(values.size() / 2, Double.POSITIVE_INFINITY);
                        values.set(values.size() - 1, Double.NEGATIVE_INFINITY);
                    }
                    Draws.repeated(values, shape, in);
                    Shape result = kept(shape, axes);
                    View x = side.input(values, shape, in);
                    Bound bound =
                            extreme
                                    ? EXACT
                                    : op == ReduceOp.PROD
                                            ? relative((double) terms(shape, result))
                                            : sumBound(op, values.reals(), shape, result);
                    for (Placement out : List.of(Placement.DENSE, Placement.TRANSPOSED)) {
                        View y = side.output(dtype, result, out, bound);
                        side.run(new KernelCall.Reduce(op, x, y));
                    }
                });
    }

    /** Numbers whose product is neither infinite nor 0, where they are multiplied. */
    static Values terms(ReduceOp op, Side side, DType dtype, long size) {
        if (!dtype.isFloating()) {
            return Draws.integers(side.random(), dtype, size);
        }
        Values values = Draws.normal(side.random(), dtype, size, 10);
        for (int i = 0; op == ReduceOp.PROD && i < values.size(); i++) {
            double near = 1 + (i % 2 == 0 ? 0.01 : -0.01) * side.random().nextDouble();
            values.set(i, Math.copySign(near, values.real(i)));
        }
        return values;
    }

    /** Of how many each result is made. */
    private static long terms(Shape shape, Shape result) {
        return result.size() == 0 ? 0 : shape.size() / result.size();
    }

    /**
     * {@link Bound#roundings} u Σ|x| for each sum; a mean divides it by n, and rounds once more.
     */
    private static Bound sumBound(ReduceOp op, double[] values, Shape shape, Shape result) {
        double[] sums = sums(Arrays.stream(values).map(Math::abs).toArray(), shape, result);
        long n = terms(shape, result);
        double roundings = Bound.roundings(n);
        return times(op == ReduceOp.MEAN ? (roundings + 1) / n : roundings, sums);
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

    private static KernelCase argReduce(ReduceOp op, DType dtype, Shape shape, Placement in) {
        return new KernelCase(
                "argReduce " + op + " " + dtype,
                shape + " " + in,
                side -> {
                    // Few different values, so that there are ties.
                    Values few = Values.zeros(dtype, shape.size());
                    for (int i = 0; i < few.size(); i++) {
                        few.set(i, side.random().nextInt(5) - (dtype == DType.U8 ? 0 : 7));
                    }
                    Values many = Draws.any(side.random(), dtype, shape.size());
                    Shape result = Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 1));
                    for (Values values : List.of(few, many)) {
                        View x = side.input(values, shape, in);
                        View y = side.output(DType.I32, result, EXACT);
                        side.run(new KernelCall.ArgReduce(op, x, y));
                    }
                });
    }

    private static KernelCase argReduceOfExtremes(ReduceOp op, DType dtype) {
        return new KernelCase(
                "argReduce " + op + " " + dtype,
                "NaN and Inf",
                side -> {
                    int columns = 37;
                    Values values = Values.zeros(dtype, 6L * columns);
                    Arrays.fill(values.bits(), infinity(dtype, op == ReduceOp.MIN ? 1 : -1));
                    values.set(columns + 20, Double.NaN);
                    values.set(columns + 30, Double.NaN);
                    double largest = FloatFormat.of(dtype).largest();
                    values.set(2 * columns + 36, op == ReduceOp.MIN ? largest : -largest);
                    values.set(3 * columns + 35, Double.POSITIVE_INFINITY);
                    values.set(3 * columns + 36, Double.NaN);
                    values.set(4 * columns + 16, 0);
                    values.set(4 * columns + 15, -0.0);
                    View x = side.input(values, Shape.of(6, columns), Placement.DENSE);
                    View y = side.output(DType.I32, Shape.of(6), EXACT);
                    side.run(new KernelCall.ArgReduce(op, x, y));
                });
    }

    private static long infinity(DType dtype, int sign) {
        return Values.of(dtype, sign * Double.POSITIVE_INFINITY).bits()[0];
    }

    /**
     * 3 ulp and three times the sum's {@link Bound#roundings}, and what the rounding of x - max,
     * which no format avoids, makes of e^(x - max).
     */
    private static KernelCase softmax(
            boolean log, DType dtype, Shape shape, Placement in, double spread) {
        return new KernelCase(
                (log ? "log softmax " : "softmax ") + dtype,
                shape + " " + in + " spread " + spread,
                side -> {
                    Values values = Draws.normal(side.random(), dtype, shape.size(), spread);
                    Draws.repeated(values, shape, in);
                    int n = (int) shape.dim(-1);
                    double[] depth = depths(values.reals(), n);
                    double roundings = 3 * Bound.roundings(n) + 3;
                    Bound bound =
                            log
                                    ? ulp(2).plus(roundoffs(roundings)).plus(times(4, depth))
                                    : ulp(roundings)
                                            .plus((f, i, y) -> 2 * f.roundoff() * y * depth[i])
                                            .plus(Bound.TINY);
                    View x = side.input(values, shape, in);
                    Placement out = in == Placement.BROADCAST ? Placement.PADDED : in;
                    View y = side.output(dtype, shape, out, bound);
                    side.run(new KernelCall.Softmax(log, x, y));
                    if (!log) {
                        side.demand(y, result -> assertRowsSumToOne(result, dtype, n));
                    }
                });
    }

    /** max - x for each element's row. */
    private static double[] depths(double[] values, int n) {
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

    private static void assertRowsSumToOne(double[] y, DType dtype, int n) {
        FloatFormat computed = FloatFormat.of(dtype.computesIn());
        FloatFormat stored = FloatFormat.of(dtype);
        // What is computed in a wider type is rounded once more, and small elements to nothing.
        double more = stored.equals(computed) ? 0 : stored.roundoff() + n * stored.smallest();
        double bound = (Bound.roundings(n) + 3) * computed.roundoff() + more;
        for (int row = 0; row < y.length; row += n) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += y[row + j];
            }
            assertEquals(1, sum, bound, "the sum of a row of softmax");
        }
    }

    private static KernelCase softmaxOfExtremes(boolean log, DType dtype) {
        int columns = 19;
        Shape shape = Shape.of(4, columns);
        return new KernelCase(
                (log ? "log softmax " : "softmax ") + dtype,
                "NaN and Inf",
                side -> {
                    double large = FloatFormat.of(dtype).largest() / 4;
                    Values values = Draws.normal(side.random(), dtype, shape.size(), 2);
                    values.set(3, Double.NEGATIVE_INFINITY);
                    values.set(columns + 17, Double.NaN);
                    values.set(2 * columns + 5, large);
                    values.set(2 * columns + 18, -large);
                    values.set(3 * columns, 500);
                    View x = side.input(values, shape, Placement.DENSE);
                    Bound bound = ulp(3 * columns + 3).plus(roundoffs(64));
                    View y = side.output(dtype, shape, bound);
                    side.run(new KernelCall.Softmax(log, x, y));
                });
    }

    private static KernelCase softmaxGrad(boolean log, DType dtype, Shape shape, Placement in) {
        return new KernelCase(
                (log ? "log softmaxGrad " : "softmaxGrad ") + dtype,
                shape + " " + in,
                side -> {
                    int n = (int) shape.dim(-1);
                    Values results = Values.zeros(dtype, shape.size());
                    for (int i = 0; i < results.size(); i++) {
                        double y = side.random().nextDouble() * 2 / n;
                        results.set(i, log ? Math.log(y + 1e-3) : y);
                    }
                    Values gradients = Draws.normal(side.random(), dtype, shape.size(), 1);
                    Draws.repeated(results, shape, in);
                    Draws.repeated(gradients, shape, in);
                    double[] sizes = new double[results.size()];
                    for (int row = 0; row < sizes.length; row += n) {
                        double sum = 0;
                        for (int j = row; j < row + n; j++) {
                            double y = Math.abs(results.real(j));
                            sum += Math.abs(gradients.real(j)) * (log ? 1 : y);
                        }
                        for (int j = row; j < row + n; j++) {
                            double d = Math.abs(gradients.real(j));
                            double y = results.real(j);
                            sizes[j] = log ? d + Math.exp(y) * sum : y * (d + sum);
                        }
                    }
                    View y = side.input(results, shape, in);
                    View dy = side.input(gradients, shape, in);
                    Placement out = in == Placement.BROADCAST ? Placement.PADDED : in;
                    Bound bound = times(2 * (Bound.roundings(n) + 8), sizes);
                    View dx = side.output(dtype, shape, out, bound);
                    side.run(new KernelCall.SoftmaxGrad(log, y, dy, dx));
                });
    }
}
