package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;
import static dev.weft.conformance.Bound.TINY;
import static dev.weft.conformance.Bound.roundoffs;
import static dev.weft.conformance.Bound.times;
import static dev.weft.conformance.Bound.ulp;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Every function of elements and of rows, and every derivative, where a type ends: zeros of both
 * signs, subnormals, what overflows when it is squared, cubed, doubled or subtracted, infinities
 * and NaN; integers that wrap. A zero must have the sign that the reference gives it.
 */
final class ExtremeKernels {
    /** Where a function changes, in one type or another; {@link #values} adds the type's ends. */
    private static final double[] MAGNITUDES = {
        0, 1e-40, 1e-20, 1e-9, 0.5, 1, 2, 3.86, 5.31, 9, 12.9, 40, 88.5, 89.5, 103, 105, 710, 746
    };

    /** What derivatives are multiplied by: 1, and a number that brings what is too large back. */
    private static final double[] FACTORS = {1, -0.25};

    private ExtremeKernels() {}

    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        if (dtype == DType.BOOL) {
            return cases;
        }
        for (CompareOp op : CompareOp.values()) {
            cases.add(compare(op, dtype));
        }
        for (UnaryOp op : UnaryOp.values()) {
            if (op.supports(dtype)) {
                double p = ElementwiseKernels.p(op, dtype);
                cases.add(unary(op, dtype, p, ElementwiseKernels.q(op, dtype)));
            }
        }
        for (BinaryOp op : BinaryOp.values()) {
            if (op.supports(dtype)) {
                cases.add(binary(op, dtype));
            }
        }
        if (dtype.isInteger()) {
            double high = (double) dtype.largest();
            double low = (double) dtype.smallest();
            cases.add(unary(UnaryOp.AFFINE, dtype, high, high));
            cases.add(unary(UnaryOp.AFFINE, dtype, low, -low));
            cases.add(unary(UnaryOp.AFFINE, dtype, 101, -1));
        }
        if (dtype.isFloating()) {
            addFloating(cases, dtype);
        }
        return cases;
    }

    private static void addFloating(List<KernelCase> cases, DType dtype) {
        // A product, of which the addition must leave the sign of zero, and bounds that are zeros.
        cases.add(unary(UnaryOp.AFFINE, dtype, -2, -0.0));
        cases.add(unary(UnaryOp.CLAMP, dtype, 0, 1));
        cases.add(unary(UnaryOp.CLAMP, dtype, -1, -0.0));
        for (LossOp op : LossOp.values()) {
            cases.add(loss(op, dtype, 0.75));
        }
        cases.add(loss(LossOp.HUBER, dtype, 0.25));
        cases.add(loss(LossOp.HUBER, dtype, 1e30));
        for (boolean either : new boolean[] {false, true}) {
            cases.add(softmax(either, dtype));
            cases.add(crossEntropy(either, dtype));
        }
    }

    /** Numbers of both signs, and NaN; of a type of integers those about 0 and at its ends. */
    private static Values values(DType dtype) {
        if (!dtype.isFloating()) {
            return integers(dtype);
        }
        FloatFormat format = FloatFormat.of(dtype);
        double u = format.roundoff();
        double[] ends = {
            format.smallest(),
            3 * format.smallest(),
            format.smallestNormal(),
            1 + 2 * u,
            1 / u,
            1 / u + 2,
            2 / u + 4,
            Math.cbrt(format.largest()),
            Math.sqrt(format.largest()) / 2,
            Math.sqrt(format.largest()),
            Math.sqrt(format.largest()) * 2,
            0.4375 * format.largest(),
            0.875 * format.largest(),
            format.largest(),
            Double.POSITIVE_INFINITY
        };
        double[] magnitudes = Arrays.copyOf(MAGNITUDES, MAGNITUDES.length + ends.length);
        System.arraycopy(ends, 0, magnitudes, MAGNITUDES.length, ends.length);
        double[] values = new double[2 * magnitudes.length + 1];
        for (int i = 0; i < magnitudes.length; i++) {
            values[2 * i] = magnitudes[i];
            values[2 * i + 1] = -magnitudes[i];
        }
        values[values.length - 1] = Double.NaN;
        return Values.of(dtype, values);
    }

    private static Values integers(DType dtype) {
        long low = dtype.smallest();
        long high = dtype.largest();
        long root = Math.round(Math.sqrt((double) high));
        return Values.of(
                dtype,
                0,
                1,
                -1,
                2,
                -2,
                3,
                5,
                root,
                root + 1,
                -root,
                low,
                low + 1,
                high,
                high - 1,
                high / 2,
                (1L << 53) + 1,
                -(1L << 24) - 1);
    }

    private static KernelCase compare(CompareOp op, DType dtype) {
        return new KernelCase(
                "extreme compare " + op + " " + dtype,
                "pairs",
                side -> {
                    Values values = values(dtype);
                    View a = side.input(values.each(values.size()));
                    View b = side.input(values.cycled(values.size() * values.size()));
                    View y = side.output(DType.BOOL, a.shape(), EXACT);
                    side.run(new KernelCall.Compare(op, a, b, y));
                });
    }

    private static KernelCase unary(UnaryOp op, DType dtype, double p, double q) {
        return new KernelCase(
                "extreme unary " + op + " " + dtype,
                "p %s q %s".formatted(p, q),
                side -> {
                    Values values = values(dtype).each(FACTORS.length);
                    View x = side.input(values);
                    Bound bound = ElementwiseKernels.bound(op, values);
                    View y = side.output(dtype, x.shape(), bound.withSign());
                    side.run(new KernelCall.Unary(op, p, q, x, y));
                    if (!dtype.isFloating() || !op.hasGradKernel()) {
                        return;
                    }
                    Values factors = Values.of(dtype, FACTORS).cycled(values.size());
                    View kept = side.input(ElementwiseKernels.forward(op, p, q, values));
                    View dy = side.input(factors);
                    Bound gradBound = ElementwiseKernels.gradBound(op, values, factors).plus(TINY);
                    View dx = side.output(dtype, x.shape(), gradBound.withSign());
                    side.run(new KernelCall.UnaryGrad(op, p, q, x, kept, dy, dx));
                });
    }

    private static KernelCase binary(BinaryOp op, DType dtype) {
        return new KernelCase(
                "extreme binary " + op + " " + dtype,
                "pairs",
                side -> {
                    Values values = values(dtype);
                    Values left = values.each(values.size());
                    Values right = values.cycled(values.size() * values.size());
                    View a = side.input(left);
                    View b = side.input(right);
                    Bound bound = ElementwiseKernels.bound(op).withSign();
                    View y = side.output(dtype, a.shape(), bound);
                    side.run(new KernelCall.Binary(op, a, b, y));
                    if (!dtype.isFloating() || !op.hasGradKernel()) {
                        return;
                    }
                    View dy = side.input(Values.of(dtype, 1, -1).cycled(left.size()));
                    Bound exponents = op == BinaryOp.POW ? rounding(left, right) : EXACT;
                    Bound gradBound = ElementwiseKernels.gradBound(op).plus(TINY).plus(exponents);
                    for (boolean byB : new boolean[] {false, true}) {
                        View d = side.output(dtype, a.shape(), gradBound.withSign());
                        side.run(new KernelCall.BinaryGrad(op, byB, a, b, dy, d));
                    }
                });
    }

    /** What a^(b - 1) takes of the rounding of b - 1: ln |a| times its error. */
    private static Bound rounding(Values a, Values b) {
        return (format, i, expected) -> {
            double w = Math.abs(Math.log(Math.abs(a.real(i))) * (b.real(i) - 1));
            double size = Math.min(Math.abs(expected), format.largest());
            return Double.isFinite(w) ? w * format.roundoff() * size : 0;
        };
    }

    /** Targets that are extreme too, where they are not probabilities. */
    private static KernelCase loss(LossOp op, DType dtype, double p) {
        return new KernelCase(
                "extreme loss " + op + " " + dtype,
                "p " + p,
                side -> {
                    Values predictions = values(dtype);
                    Values labels =
                            LossKernels.isRegression(op)
                                    ? predictions
                                    : Values.of(dtype, 0, 1, 0.25);
                    int pairs = predictions.size() * labels.size();
                    Values x = predictions.each(labels.size()).cycled(pairs * FACTORS.length);
                    Values t = labels.cycled(pairs * FACTORS.length);
                    Values factors = Values.of(dtype, FACTORS).each(pairs);
                    View xs = side.input(x);
                    View ts = side.input(t);
                    Bound bound = LossKernels.bound(op, x, t).plus(TINY);
                    View l = side.output(dtype, xs.shape(), bound.withSign());
                    side.run(new KernelCall.Loss(op, p, xs, ts, l));
                    Bound gradBound = LossKernels.gradBound(op, factors).plus(TINY);
                    View dx = side.output(dtype, xs.shape(), gradBound);
                    side.run(new KernelCall.LossGrad(op, p, xs, ts, side.input(factors), dx));
                });
    }

    /** Rows of every pair of values and 1. */
    private static Values rows(Values values) {
        int n = values.size();
        Values rows = Values.zeros(values.dtype(), 3L * n * n);
        for (int i = 0; i < n * n; i++) {
            rows.bits()[3 * i] = values.bits()[i / n];
            rows.bits()[3 * i + 1] = values.bits()[i % n];
            rows.set(3 * i + 2, 1);
        }
        return rows;
    }

    private static KernelCase softmax(boolean log, DType dtype) {
        return new KernelCase(
                (log ? "extreme log softmax " : "extreme softmax ") + dtype,
                "rows of pairs",
                side -> {
                    Values x = rows(values(dtype));
                    Shape shape = Shape.of(x.size() / 3, 3);
                    View in = side.input(x, shape, Placement.DENSE);
                    // e^(x - max) takes the rounding of x - max, where it is not 0.
                    Bound ofShares = (f, _, y) -> (16 - Math.log(f.smallest())) * f.ulp(y);
                    Bound bound = log ? ulp(2).plus(roundoffs(8)) : ofShares.plus(TINY);
                    side.run(new KernelCall.Softmax(log, in, side.output(dtype, shape, bound)));

                    Values results = Values.of(dtype, 0.25, 0.5, 0.25).cycled(x.size());
                    double[] magnitudes = new double[x.size()];
                    for (int i = 0; i < x.size(); i++) {
                        results.set(i, log ? Math.log(results.real(i)) : results.real(i));
                        magnitudes[i] = largest(x, i / 3 * 3);
                        // Σ dy of the logarithm is beyond the type where it is.
                        x.set(i, log ? x.real(i) / 4 : x.real(i));
                    }
                    View y = side.input(results, shape, Placement.DENSE);
                    View dy = side.input(x, shape, Placement.DENSE);
                    Bound gradBound = times(8, magnitudes).plus(TINY);
                    View dx = side.output(dtype, shape, gradBound);
                    side.run(new KernelCall.SoftmaxGrad(log, y, dy, dx));
                });
    }

    /** The largest finite magnitude of a row. */
    private static double largest(Values x, int start) {
        double largest = 0;
        for (int i = start; i < start + 3; i++) {
            double size = Math.abs(x.real(i));
            largest = Double.isFinite(size) ? Math.max(largest, size) : largest;
        }
        return largest;
    }

    private static KernelCase crossEntropy(boolean byIndex, DType dtype) {
        return new KernelCase(
                "extreme crossEntropy " + dtype,
                byIndex ? "by index" : "by rows",
                side -> {
                    Values x = rows(values(dtype));
                    int rows = x.size() / 3;
                    Shape shape = Shape.of(rows, 3);
                    double[] sizes = new double[rows];
                    Arrays.setAll(sizes, i -> 1 + largest(x, 3 * i));
                    Values weights = Values.of(dtype, 0.25, 0.125, 0.25).cycled(x.size());
                    View logits = side.input(x, shape, Placement.DENSE);
                    View target =
                            byIndex
                                    ? side.input(Values.of(0, 1, 2).cycled(rows))
                                    : side.input(weights, shape, Placement.DENSE);
                    View l = side.output(dtype, Shape.of(rows), times(16, sizes));
                    View gradient = side.output(dtype, shape, ulp(8).plus(roundoffs(8)));
                    side.run(new KernelCall.CrossEntropy(logits, target, 0.5, l, gradient));
                });
    }
}
