package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;
import static dev.weft.conformance.Bound.U;
import static dev.weft.conformance.Bound.absolute;
import static dev.weft.conformance.Bound.ulp;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;
import dev.weft.backend.View;
import dev.weft.random.Philox;

import java.util.ArrayList;
import java.util.List;

/** Cases of {@code loss}, {@code lossGrad} and {@code crossEntropy}. */
final class LossKernels {
    private static final double HUBER_DELTA = 0.75;

    private LossKernels() {}

    static List<KernelCase> all() {
        List<KernelCase> cases = new ArrayList<>();
        for (LossOp op : LossOp.values()) {
            ElementwiseKernels.forEachShape(
                    (shape, in, out) -> cases.add(loss(op, shape, in, out)));
            cases.add(extremes(op));
        }
        int[][] sizes = {
            {0, 5}, {1, 1}, {1, 10}, {3, 7}, {64, 10}, {5, 16}, {5, 17}, {4, 1009}, {700, 33}
        };
        for (int[] size : sizes) {
            for (Placement in : Placement.values()) {
                for (double spread : new double[] {1, 30}) {
                    cases.add(crossEntropy(size[0], size[1], in, spread, true));
                    cases.add(crossEntropy(size[0], size[1], in, spread, false));
                }
            }
        }
        return cases;
    }

    private static boolean takesProbabilities(LossOp op) {
        return op == LossOp.BINARY_CROSS_ENTROPY || op == LossOp.CATEGORICAL_CROSS_ENTROPY;
    }

    static boolean isRegression(LossOp op) {
        return op == LossOp.SQUARED_ERROR || op == LossOp.ABSOLUTE_ERROR || op == LossOp.HUBER;
    }

    private static float[] targets(LossOp op, Philox random, long size) {
        float[] t = Draws.uniform(random, size, 0, 1);
        for (int i = 0; i < t.length; i++) {
            if (isRegression(op)) {
                t[i] = t[i] * 6 - 3;
            } else if (random.nextInt(2) == 0) {
                t[i] = Math.round(t[i]);
            }
        }
        return t;
    }

    static Bound bound(LossOp op, float[] x, float[] t) {
        return switch (op) {
            case ABSOLUTE_ERROR -> EXACT;
            case SQUARED_ERROR, HUBER -> ulp(4);
            // ln(1 - x) where 1 - x was rounded.
            case BINARY_CROSS_ENTROPY -> ulp(8).plus(absolute(8 * U));
            case BINARY_CROSS_ENTROPY_LOGITS ->
                    (i, l) -> 4 * Math.ulp((float) l) + 4 * U * (2 + Math.abs(x[i]) * (1 + t[i]));
            case CATEGORICAL_CROSS_ENTROPY -> ulp(6);
        };
    }

    static Bound gradBound(LossOp op, float[] dl) {
        return switch (op) {
            case ABSOLUTE_ERROR -> EXACT;
            case SQUARED_ERROR, HUBER, CATEGORICAL_CROSS_ENTROPY -> ulp(2);
            case BINARY_CROSS_ENTROPY -> ulp(8);
            // σ(x) - t cancels.
            case BINARY_CROSS_ENTROPY_LOGITS ->
                    (i, d) -> 2 * Math.ulp((float) d) + 6 * U * Math.abs(dl[i]);
        };
    }

    private static KernelCase loss(LossOp op, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "loss " + op,
                shape + " " + in + " to " + out,
                side -> {
                    float[] predictions =
                            takesProbabilities(op)
                                    ? Draws.uniform(side.random(), shape.size(), 0.001, 0.999)
                                    : Draws.normal(side.random(), shape.size(), 2);
                    float[] labels = targets(op, side.random(), shape.size());
                    float[] gradients = Draws.normal(side.random(), shape.size(), 1);
                    ElementwiseKernels.repeated(predictions, shape, in);
                    ElementwiseKernels.repeated(labels, shape, in);
                    ElementwiseKernels.repeated(gradients, shape, in);
                    View x = side.input(predictions, shape, in);
                    View t = side.input(labels, shape, in);
                    View l = side.output(DType.F32, shape, out, bound(op, predictions, labels));
                    side.kernels().run(new KernelCall.Loss(op, HUBER_DELTA, x, t, l));
                    View dl = side.input(gradients, shape, in);
                    Bound bound = gradBound(op, gradients);
                    View dx = side.output(DType.F32, shape, out, bound);
                    side.kernels().run(new KernelCall.LossGrad(op, HUBER_DELTA, x, t, dl, dx));
                });
    }

    /** Predictions of exactly 0 and 1, huge logits, NaN and Inf. */
    private static KernelCase extremes(LossOp op) {
        return new KernelCase(
                "loss " + op,
                "extremes",
                side -> {
                    float[] x =
                            takesProbabilities(op)
                                    ? new float[] {0, 0, 1, 1, 1e-9f, 1e-9f, Float.NaN, 0.5f}
                                    : new float[] {
                                        -200, 200, -1e30f, 1e30f, 0, 3, Float.NaN, 1e-30f
                                    };
                    float[] t = {0, 1, 0, 1, 0, 1, 1, 0};
                    View predictions = side.input(x);
                    View targets = side.input(t);
                    Shape shape = Shape.of(x.length);
                    View l = side.output(shape, bound(op, x, t).plus(absolute(0x1p-126)));
                    side.kernels()
                            .run(new KernelCall.Loss(op, HUBER_DELTA, predictions, targets, l));
                    float[] ones = {1, 1, 1, 1, 1, 1, 1, 1};
                    View dl = side.input(ones);
                    Bound bound = gradBound(op, ones).plus(absolute(0x1p-126));
                    View dx = side.output(shape, bound);
                    side.kernels()
                            .run(
                                    new KernelCall.LossGrad(
                                            op, HUBER_DELTA, predictions, targets, dl, dx));
                });
    }

    private static KernelCase crossEntropy(
            int rows, int classes, Placement in, double spread, boolean byIndex) {
        Shape shape = Shape.of(rows, classes);
        return new KernelCase(
                byIndex ? "crossEntropy by index" : "crossEntropy by rows",
                shape + " " + in + " spread " + spread,
                side -> {
                    float[] x = Draws.normal(side.random(), shape.size(), spread);
                    int[] labels = Draws.indices(side.random(), rows, classes);
                    float[] t = Draws.uniform(side.random(), shape.size(), 0, 1);
                    for (int i = 0; i < rows; i++) {
                        for (int j = 0; byIndex && j < classes; j++) {
                            t[i * classes + j] = j == labels[i] ? 1 : 0;
                        }
                    }
                    ElementwiseKernels.repeated(x, shape, in);
                    View logits = side.input(x, shape, in);
                    View target =
                            byIndex ? side.input(labels) : side.input(t, shape, Placement.PADDED);
                    double[] lossBounds = new double[rows];
                    double[] gradientBounds = new double[rows * classes];
                    bounds(x, t, classes, lossBounds, gradientBounds);
                    View l = side.output(Shape.of(rows), Bound.each(lossBounds));
                    View gradient = side.output(shape, Bound.each(gradientBounds));
                    // As the mean of rows, and as their sum.
                    double factor = byIndex ? 1.0 / rows : 1;
                    side.kernels()
                            .run(new KernelCall.CrossEntropy(logits, target, factor, l, gradient));
                });
    }

    /**
     * For the loss, (3r + 8) u, with r the {@link Bound#roundings} of a sum of n, of what is added
     * up, Σ t (|max| + ln n + |x|). For the gradient, softmax's relative error, (3r + 8) u and u |x
     * - max|, of its share, and the sum's and the subtraction's rounding.
     */
    private static void bounds(
            float[] x, float[] t, int classes, double[] lossBounds, double[] gradientBounds) {
        for (int i = 0; i < lossBounds.length; i++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int j = i * classes; j < (i + 1) * classes; j++) {
                max = Math.max(max, x[j]);
            }
            double sum = 0;
            double total = 0;
            for (int j = i * classes; j < (i + 1) * classes; j++) {
                sum += Math.exp(x[j] - max);
                total += t[j];
            }
            double u = (3 * Bound.roundings(classes) + 8) * U;
            for (int j = i * classes; j < (i + 1) * classes; j++) {
                double share = Math.exp(x[j] - max) / sum;
                double depth = max - x[j];
                lossBounds[i] += u * t[j] * (Math.abs(max) + Math.log(sum) + Math.abs(x[j]) + 1);
                gradientBounds[j] =
                        (u + 2 * U * depth) * share * total + 2 * U * t[j] + Float.MIN_NORMAL;
            }
        }
    }
}
