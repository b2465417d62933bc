package dev.weft.conformance;

import static dev.weft.conformance.Bound.relative;
import static dev.weft.conformance.Bound.roundoffs;
import static dev.weft.conformance.Bound.times;
import static dev.weft.conformance.Bound.ulp;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.backend.Activation;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import org.junit.jupiter.api.DynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Sums of so many numbers that an error which grows with their number is far beyond the bound. All
 * summands are the same: then roundings do not cancel, since a sum is always off to the same side
 * until it has doubled, and the result is known without another sum.
 */
final class LongSums {
    private LongSums() {}

    // ---- kernels

    /** Each way of reducing: rows, adjacent runs, runs with gaps, several axes, many results. */
    static List<KernelCase> kernels(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        if (!dtype.isFloating()) {
            return cases;
        }
        for (ReduceOp op : new ReduceOp[] {ReduceOp.SUM, ReduceOp.MEAN}) {
            cases.add(reduce(op, dtype, Shape.of(60_013, 19), Placement.DENSE, 0));
            cases.add(reduce(op, dtype, Shape.of(60_013, 19), Placement.PADDED, 0, 1));
            if (op == ReduceOp.MEAN) {
                // A sum that is divided.
                continue;
            }
            cases.add(reduce(op, dtype, Shape.of(1, 700_001), Placement.DENSE, 1));
            cases.add(reduce(op, dtype, Shape.of(2, 150_001), Placement.STRIDED, 1));
            cases.add(reduce(op, dtype, Shape.of(150_001, 2), Placement.DENSE, 0));
            cases.add(reduce(op, dtype, Shape.of(150_001, 2), Placement.TRANSPOSED, 0));
            cases.add(reduce(op, dtype, Shape.of(79, 67, 301), Placement.DENSE, 0, 2));
            cases.add(reduce(op, dtype, Shape.of(401, 4099), Placement.DENSE, 0));
        }
        for (boolean log : new boolean[] {false, true}) {
            for (Placement in : new Placement[] {Placement.DENSE, Placement.STRIDED}) {
                cases.add(softmax(log, dtype, 250_007, in));
                cases.add(softmaxGrad(log, dtype, 250_007, in));
            }
        }
        cases.add(crossEntropy(dtype, 250_007));
        cases.addAll(NormalizationKernels.longSums(dtype));
        cases.add(scatterAdd(dtype, 100_000));
        cases.add(scatterAlong(dtype, 100_000));
        cases.add(ScanKernels.longScan(dtype, 300_007, false));
        cases.add(ScanKernels.longScan(dtype, 300_007, true));
        return cases;
    }

    /** All the same: 0.1 to 0.2, and so little where it is F16 that their sum is not infinite. */
    static Values constant(Side side, DType dtype, long size) {
        double value = 0.1 + 0.1 * side.random().nextDouble();
        double most = FloatFormat.of(dtype).largest() / (4.0 * size);
        return Values.of(dtype, Math.min(value, most)).cycled((int) size);
    }

    private static KernelCase reduce(
            ReduceOp op, DType dtype, Shape shape, Placement in, int... axes) {
        return new KernelCase(
                "long " + op + " " + dtype,
                shape + " " + in + " over " + Arrays.toString(axes),
                side -> {
                    Values values = constant(side, dtype, shape.size());
                    Shape result = shape;
                    for (int axis : axes) {
                        result = result.with(axis, 1);
                    }
                    long n = shape.size() / result.size();
                    View y = side.output(dtype, result, relative(Bound.roundings(n) + 1));
                    side.run(new KernelCall.Reduce(op, side.input(values, shape, in), y));
                });
    }

    /** A row whose first element is the largest, and the others equal. */
    private static Values row(Side side, DType dtype, int columns) {
        Values values = Values.of(dtype, -1 - side.random().nextDouble()).cycled(columns);
        values.set(0, 0);
        return values;
    }

    private static KernelCase softmax(boolean log, DType dtype, int columns, Placement in) {
        return new KernelCase(
                (log ? "long log softmax " : "long softmax ") + dtype,
                columns + " " + in,
                side -> {
                    Shape shape = Shape.of(1, columns);
                    View x = side.input(row(side, dtype, columns), shape, in);
                    double roundings = Bound.roundings(columns) + 8;
                    // A relative error of the sum is an absolute one of its logarithm.
                    Bound bound = log ? roundoffs(roundings).plus(ulp(2)) : relative(roundings);
                    View y = side.output(dtype, shape, in, bound);
                    side.run(new KernelCall.Softmax(log, x, y));
                });
    }

    private static KernelCase softmaxGrad(boolean log, DType dtype, int columns, Placement in) {
        return new KernelCase(
                (log ? "long log softmaxGrad " : "long softmaxGrad ") + dtype,
                columns + " " + in,
                side -> {
                    Shape shape = Shape.of(1, columns);
                    double share = log ? -Math.log(columns) : 1.0 / columns;
                    Values results = Values.of(dtype, share).cycled(columns);
                    Values gradients = constant(side, dtype, columns);
                    double y0 = results.real(0);
                    double d = gradients.real(0);
                    double sum = d * columns * (log ? 1 : y0);
                    double size = log ? d + Math.exp(y0) * sum : y0 * (d + sum);
                    Bound bound = roundoffs((Bound.roundings(columns) + 8) * size);
                    View y = side.input(results, shape, in);
                    View dy = side.input(gradients, shape, in);
                    View dx = side.output(dtype, shape, in, bound);
                    side.run(new KernelCall.SoftmaxGrad(log, y, dy, dx));
                });
    }

    private static KernelCase crossEntropy(DType dtype, int columns) {
        return new KernelCase(
                "long crossEntropy " + dtype,
                "" + columns,
                side -> {
                    Shape shape = Shape.of(1, columns);
                    Values row = row(side, dtype, columns);
                    Values weights = constant(side, dtype, columns);
                    double x = row.real(1);
                    double t = weights.real(1);
                    double total = t * columns;
                    double n = 2 * Bound.roundings(columns) + 8;
                    double level = Math.log(1 + (columns - 1) * Math.exp(x));
                    Bound ofLoss = roundoffs(n * total * (level - x));
                    // Each is its share of the total, less t.
                    double[] sizes = new double[columns];
                    double share = Math.max(1, Math.exp(x) * columns) / Math.exp(level);
                    Arrays.fill(sizes, n * (total * share / columns + t));
                    sizes[0] += n * total / Math.exp(level);
                    View logits = side.input(row, shape, Placement.DENSE);
                    View target = side.input(weights, shape, Placement.DENSE);
                    View l = side.output(dtype, Shape.of(1), ofLoss);
                    View gradient = side.output(dtype, shape, times(1, sizes));
                    side.run(new KernelCall.CrossEntropy(logits, target, 1, l, gradient));
                });
    }

    /** Two rows of three that are met again and again, and one that is met once. */
    private static KernelCase scatterAdd(DType dtype, int count) {
        return new KernelCase(
                "long scatterAdd " + dtype,
                "" + count,
                side -> {
                    int[] rows = new int[count];
                    for (int i = 0; i < count; i++) {
                        rows[i] = i % 3 == 0 ? 0 : 3;
                    }
                    rows[count / 2] = 1;
                    Values gradients = constant(side, dtype, 5L * count);
                    View dy = side.input(gradients, Shape.of(count, 5), Placement.DENSE);
                    Values zeros = Values.zeros(dtype, 4 * 5);
                    Bound bound = relative(Bound.roundings(count));
                    View table = side.updated(zeros, Shape.of(4, 5), Placement.PADDED, bound);
                    View indices = side.input(Values.of(rows));
                    side.run(new KernelCall.ScatterAdd(dy, indices, table));
                });
    }

    /** Two places of four that are met again and again. */
    private static KernelCase scatterAlong(DType dtype, int count) {
        return new KernelCase(
                "long scatterAlong " + dtype,
                "" + count,
                side -> {
                    int[] places = new int[2 * count];
                    for (int i = 0; i < places.length; i++) {
                        places[i] = i % 3 == 0 ? 0 : 3;
                    }
                    Shape shape = Shape.of(2, count);
                    View x = side.input(constant(side, dtype, 2L * count), shape, Placement.DENSE);
                    View at = side.input(Values.of(places), shape, Placement.PADDED);
                    Values zeros = Values.zeros(dtype, 2 * 4);
                    Bound bound = relative(Bound.roundings(count));
                    View y = side.updated(zeros, Shape.of(2, 4), Placement.PADDED, bound);
                    side.run(new KernelCall.ScatterAlong(true, x, at, y));
                });
    }

    // ---- products

    /** Products with a long inner extent, and the gradients of layers over many rows. */
    static Stream<DynamicTest> products(Supplier<Device> device) {
        List<DynamicTest> tests = new ArrayList<>();
        long[][] sizes = {
            {0, 1, 1, 300_001},
            {0, 3, 5, 30_001},
            {0, 1, 100, 20_480},
            {2, 4, 1, 20_000},
            {0, 1, 1, 4096},
            {0, 2, 2, 4097}
        };
        for (long[] size : sizes) {
            long k = size[3];
            Shape a = matrix(size[0], size[1], k);
            Shape b = matrix(size[0], k, size[2]);
            tests.add(
                    of(
                            "matmul " + a + " by " + b,
                            k,
                            device,
                            x -> expand(x, a).matmul(expand(x, b))));
            tests.add(
                    of(
                            "matmul of transposes to " + a + " by " + b,
                            k,
                            device,
                            x ->
                                    dense(x, matrix(size[0], k, size[1]))
                                            .transpose()
                                            .matmul(
                                                    dense(x, matrix(size[0], size[2], k))
                                                            .transpose())));
        }
        long k = 20_011;
        tests.add(
                of(
                        "linear of " + k + " inputs",
                        k,
                        device,
                        x ->
                                dense(x, Shape.of(3, k))
                                        .linear(dense(x, Shape.of(7, k)), null, Activation.RELU)));
        tests.add(
                of(
                        "a weight's gradient over " + k + " rows",
                        k,
                        device,
                        x -> gradient(x, k, true)));
        tests.add(
                of("a bias's gradient over " + k + " rows", k, device, x -> gradient(x, k, false)));
        return tests.stream();
    }

    private static Shape matrix(long batch, long rows, long columns) {
        return batch == 0 ? Shape.of(rows, columns) : Shape.of(batch, rows, columns);
    }

    private static Tensor expand(Tensor x, Shape shape) {
        return x.expand(shape.toArray());
    }

    private static Tensor dense(Tensor x, Shape shape) {
        return expand(x, shape).contiguous();
    }

    /** Of a layer, of which each output's gradient is x: x² for each row, or x · 1. */
    private static Tensor gradient(Tensor x, long rows, boolean ofWeight) {
        Device device = x.device();
        try (Tape tape = new Tape(device)) {
            Tensor weight = device.ones(4, 6);
            Tensor bias = device.ones(4);
            tape.watch(weight);
            tape.watch(bias);
            Tensor y = dense(x, Shape.of(rows, 6)).linear(weight, bias, Activation.IDENTITY);
            Tensor scaled = y.mul(expand(x, Shape.of(rows, 4)));
            return ofWeight
                    ? tape.gradients(scaled.sum()).of(weight).copy()
                    : tape.gradients(scaled.sum()).of(bias).mul(x);
        }
    }

    /** Every element of the result is n x². */
    private static DynamicTest of(
            String name, long n, Supplier<Device> device, Function<Tensor, Tensor> op) {
        return dynamicTest(
                name,
                () -> {
                    float x = 0.1f;
                    double expected = n * (double) x * x;
                    Bound bound = relative(Bound.productRoundings(n));
                    try (Scope _ = device.get().scope()) {
                        float[] y = op.apply(device.get().scalar(x)).toFloatArray();
                        for (int i = 0; i < y.length; i++) {
                            assertTrue(
                                    bound.holds(DType.F32, i, expected, y[i]),
                                    "element %d: expected %s within %s, got %s"
                                            .formatted(
                                                    i,
                                                    expected,
                                                    bound.difference(DType.F32, i, expected),
                                                    y[i]));
                        }
                    }
                });
    }
}
