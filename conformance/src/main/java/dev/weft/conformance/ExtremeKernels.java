package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;
import static dev.weft.conformance.Bound.U;
import static dev.weft.conformance.Bound.absolute;
import static dev.weft.conformance.Bound.ulp;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;

import java.util.ArrayList;
import java.util.List;

/**
 * Every function of elements and of rows, and every derivative, where F32 ends: zeros of both
 * signs, denormals, what overflows when it is squared, cubed, doubled or subtracted, infinities and
 * NaN. A zero must have the sign that the reference gives it.
 */
final class ExtremeKernels {
    private static final float[] MAGNITUDES = {
        0,
        Float.MIN_VALUE,
        1e-40f,
        Float.MIN_NORMAL,
        1e-20f,
        1e-9f,
        0.5f,
        1,
        1.0000001f,
        2,
        3.86f,
        5.31f,
        9,
        12.9f,
        40,
        88.5f,
        89.5f,
        103,
        105,
        16_777_216f,
        16_777_218f,
        33_554_436f,
        1e18f,
        1e19f,
        1e20f,
        1.5e38f,
        3e38f,
        Float.MAX_VALUE,
        Float.POSITIVE_INFINITY
    };

    /** What derivatives are multiplied by: 1, and a number that brings what is too large back. */
    private static final float[] FACTORS = {1, -0.25f};

    private static final int[] INTEGERS = {
        0,
        1,
        -1,
        2,
        -2,
        3,
        46_341,
        65_536,
        16_777_217,
        -16_777_217,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE - 1,
        Integer.MIN_VALUE,
        Integer.MIN_VALUE + 1
    };

    private static final Bound TINY = absolute(Float.MIN_NORMAL);

    private ExtremeKernels() {}

    static List<KernelCase> all() {
        List<KernelCase> cases = new ArrayList<>();
        for (UnaryOp op : UnaryOp.values()) {
            cases.add(unary(op, ElementwiseKernels.p(op), ElementwiseKernels.q(op)));
        }
        // A product, of which the addition must leave the sign of zero, and bounds that are zeros.
        cases.add(unary(UnaryOp.AFFINE, -2, -0.0));
        cases.add(unary(UnaryOp.CLAMP, 0, 1));
        cases.add(unary(UnaryOp.CLAMP, -1, -0.0));
        for (BinaryOp op : BinaryOp.values()) {
            cases.add(binary(op));
            if (op.supports(DType.I32)) {
                cases.add(binaryI32(op));
            }
        }
        for (UnaryOp op : UnaryOp.values()) {
            if (op.supports(DType.I32)) {
                cases.add(unaryI32(op, -5, 900));
            }
        }
        cases.add(unaryI32(UnaryOp.AFFINE, Integer.MAX_VALUE, Integer.MAX_VALUE));
        cases.add(unaryI32(UnaryOp.AFFINE, Integer.MIN_VALUE, -Integer.MIN_VALUE));
        cases.add(unaryI32(UnaryOp.AFFINE, 16_777_217, -1));
        for (LossOp op : LossOp.values()) {
            cases.add(loss(op, 0.75));
        }
        cases.add(loss(LossOp.HUBER, 0.25));
        cases.add(loss(LossOp.HUBER, 1e30));
        cases.add(softmax(false));
        cases.add(softmax(true));
        cases.add(crossEntropy(true));
        cases.add(crossEntropy(false));
        return cases;
    }

    private static float[] values() {
        float[] values = new float[2 * MAGNITUDES.length + 1];
        for (int i = 0; i < MAGNITUDES.length; i++) {
            values[2 * i] = MAGNITUDES[i];
            values[2 * i + 1] = -MAGNITUDES[i];
        }
        values[values.length - 1] = Float.NaN;
        return values;
    }

    /** Each element {@code times} times: a a a b b b. */
    private static float[] each(float[] values, int times) {
        float[] repeated = new float[values.length * times];
        for (int i = 0; i < repeated.length; i++) {
            repeated[i] = values[i / times];
        }
        return repeated;
    }

    /** All elements {@code times} times: a b a b a b. */
    private static float[] all(float[] values, int times) {
        float[] repeated = new float[values.length * times];
        for (int i = 0; i < repeated.length; i++) {
            repeated[i] = values[i % values.length];
        }
        return repeated;
    }

    private static KernelCase unary(UnaryOp op, double p, double q) {
        return new KernelCase(
                "extreme unary " + op,
                "p %s q %s".formatted(p, q),
                side -> {
                    float[] values = each(values(), FACTORS.length);
                    float[] factors = all(FACTORS, values.length / FACTORS.length);
                    float[] results = ElementwiseKernels.forward(op, p, q, values);
                    Shape shape = Shape.of(values.length);
                    View x = side.input(values);
                    View y = side.output(shape, ElementwiseKernels.bound(op, values).withSign());
                    side.kernels().run(new KernelCall.Unary(op, p, q, x, y));
                    Bound bound = ElementwiseKernels.gradBound(op, values, factors).plus(TINY);
                    View dx = side.output(shape, bound.withSign());
                    View kept = side.input(results);
                    side.kernels()
                            .run(
                                    new KernelCall.UnaryGrad(
                                            op, p, q, x, kept, side.input(factors), dx));
                });
    }

    private static KernelCase unaryI32(UnaryOp op, double p, double q) {
        return new KernelCase(
                "extreme unary I32 " + op,
                "p %s q %s".formatted(p, q),
                side -> {
                    View x = side.input(INTEGERS);
                    View y = side.output(DType.I32, x.shape(), Placement.DENSE, EXACT);
                    side.kernels().run(new KernelCall.Unary(op, p, q, x, y));
                });
    }

    private static KernelCase binary(BinaryOp op) {
        return new KernelCase(
                "extreme binary " + op,
                "pairs",
                side -> {
                    float[] values = values();
                    float[] left = each(values, values.length);
                    float[] right = all(values, values.length);
                    View a = side.input(left);
                    View b = side.input(right);
                    float[] ones = new float[values.length * values.length];
                    for (int i = 0; i < ones.length; i++) {
                        ones[i] = i % 2 == 0 ? 1 : -1;
                    }
                    View dy = side.input(ones);
                    View y = side.output(a.shape(), ElementwiseKernels.bound(op).withSign());
                    side.kernels().run(new KernelCall.Binary(op, a, b, y));
                    Bound exponents = op == BinaryOp.POW ? rounding(left, right) : absolute(0);
                    Bound bound = ElementwiseKernels.gradBound(op).plus(TINY).plus(exponents);
                    for (boolean byB : new boolean[] {false, true}) {
                        View d = side.output(a.shape(), bound.withSign());
                        side.kernels().run(new KernelCall.BinaryGrad(op, byB, a, b, dy, d));
                    }
                });
    }

    /** What a^(b - 1) takes of the rounding of b - 1: ln |a| times its error. */
    private static Bound rounding(float[] a, float[] b) {
        return (i, expected) -> {
            double w = Math.abs(Math.log(Math.abs(a[i])) * (b[i] - 1));
            double size = Math.min(Math.abs(expected), Float.MAX_VALUE);
            return Double.isFinite(w) ? w * U * size : 0;
        };
    }

    private static KernelCase binaryI32(BinaryOp op) {
        return new KernelCase(
                "extreme binary I32 " + op,
                "pairs",
                side -> {
                    int n = INTEGERS.length;
                    int[] left = new int[n * n];
                    int[] right = new int[n * n];
                    for (int i = 0; i < n * n; i++) {
                        left[i] = INTEGERS[i / n];
                        right[i] = INTEGERS[i % n];
                    }
                    View a = side.input(left);
                    View b = side.input(right);
                    View y = side.output(DType.I32, a.shape(), Placement.DENSE, EXACT);
                    side.kernels().run(new KernelCall.Binary(op, a, b, y));
                });
    }

    /** Targets that are extreme too, where they are not probabilities. */
    private static KernelCase loss(LossOp op, double p) {
        return new KernelCase(
                "extreme loss " + op,
                "p " + p,
                side -> {
                    float[] labels =
                            LossKernels.isRegression(op) ? values() : new float[] {0, 1, 0.25f};
                    float[] predictions = values();
                    int pairs = predictions.length * labels.length;
                    float[] x = all(each(predictions, labels.length), FACTORS.length);
                    float[] t = all(labels, predictions.length * FACTORS.length);
                    float[] factors = each(FACTORS, pairs);
                    View xs = side.input(x);
                    View ts = side.input(t);
                    Bound bound = LossKernels.bound(op, x, t).plus(TINY);
                    View l = side.output(xs.shape(), bound.withSign());
                    side.kernels().run(new KernelCall.Loss(op, p, xs, ts, l));
                    Bound gradBound = LossKernels.gradBound(op, factors).plus(TINY);
                    View dx = side.output(xs.shape(), gradBound);
                    side.kernels()
                            .run(new KernelCall.LossGrad(op, p, xs, ts, side.input(factors), dx));
                });
    }

    /** Rows of every pair of values and 1. */
    private static float[] rows(float[] values) {
        int n = values.length;
        float[] rows = new float[3 * n * n];
        for (int i = 0; i < n * n; i++) {
            rows[3 * i] = values[i / n];
            rows[3 * i + 1] = values[i % n];
            rows[3 * i + 2] = 1;
        }
        return rows;
    }

    private static KernelCase softmax(boolean log) {
        return new KernelCase(
                log ? "extreme log softmax" : "extreme softmax",
                "rows of pairs",
                side -> {
                    float[] x = rows(values());
                    Shape shape = Shape.of(x.length / 3, 3);
                    View in = side.input(x, shape, Placement.DENSE);
                    // e^(x - max) takes the rounding of x - max, which is above -104 where it
                    // counts.
                    Bound bound = log ? ulp(2).plus(absolute(8 * U)) : ulp(120).plus(TINY);
                    side.kernels().run(new KernelCall.Softmax(log, in, side.output(shape, bound)));

                    float[] shares = all(new float[] {0.25f, 0.5f, 0.25f}, x.length / 3);
                    float[] results = new float[x.length];
                    double[] magnitudes = new double[x.length];
                    for (int i = 0; i < x.length; i++) {
                        results[i] = log ? (float) Math.log(shares[i]) : shares[i];
                        magnitudes[i] = largest(x, i / 3 * 3);
                        // Σ dy of the logarithm is beyond F32 where it is.
                        x[i] = log ? x[i] / 4 : x[i];
                    }
                    View y = side.input(results, shape, Placement.DENSE);
                    View dy = side.input(x, shape, Placement.DENSE);
                    Bound gradBound = Bound.times(8 * U, magnitudes).plus(TINY);
                    side.kernels()
                            .run(
                                    new KernelCall.SoftmaxGrad(
                                            log, y, dy, side.output(shape, gradBound)));
                });
    }

    /** The largest finite magnitude of a row. */
    private static double largest(float[] x, int start) {
        double largest = 0;
        for (int i = start; i < start + 3; i++) {
            largest = Float.isFinite(x[i]) ? Math.max(largest, Math.abs(x[i])) : largest;
        }
        return largest;
    }

    private static KernelCase crossEntropy(boolean byIndex) {
        return new KernelCase(
                "extreme crossEntropy",
                byIndex ? "by index" : "by rows",
                side -> {
                    float[] x = rows(values());
                    int rows = x.length / 3;
                    Shape shape = Shape.of(rows, 3);
                    double[] lossBounds = new double[rows];
                    int[] labels = new int[rows];
                    for (int i = 0; i < rows; i++) {
                        lossBounds[i] = 16 * U * (1 + largest(x, 3 * i));
                        labels[i] = i % 3;
                    }
                    float[] weights = all(new float[] {0.25f, 0.125f, 0.25f}, rows);
                    View logits = side.input(x, shape, Placement.DENSE);
                    View target =
                            byIndex
                                    ? side.input(labels)
                                    : side.input(weights, shape, Placement.DENSE);
                    View l = side.output(Shape.of(rows), Bound.each(lossBounds));
                    View gradient = side.output(shape, ulp(8).plus(absolute(8 * U)));
                    side.kernels()
                            .run(new KernelCall.CrossEntropy(logits, target, 0.5, l, gradient));
                });
    }
}
