package dev.weft.conformance;

import static dev.weft.conformance.Bound.EXACT;
import static dev.weft.conformance.Bound.TINY;
import static dev.weft.conformance.Bound.roundoffs;
import static dev.weft.conformance.Bound.times;
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

    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        if (!dtype.isFloating()) {
            return cases;
        }
        for (LossOp op : LossOp.values()) {
            ElementwiseKernels.forEachShape(
                    (shape, in, out) -> cases.add(loss(op, dtype, shape, in, out)));
            cases.add(extremes(op, dtype));
        }
        int[][] sizes = {
            {0, 5}, {1, 1}, {1, 10}, {3, 7}, {64, 10}, {5, 16}, {5, 17}, {4, 1009}, {700, 33}
        };
        for (int[] size : sizes) {
            for (Placement in : Placement.values()) {
                for (double spread : new double[] {1, 30}) {
                    cases.add(crossEntropy(dtype, size[0], size[1], in, spread, true));
                    cases.add(crossEntropy(dtype, size[0], size[1], in, spread, false));
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

    private static Values targets(LossOp op, DType dtype, Philox random, long size) {
        Values t = Draws.uniform(random, dtype, size, 0, 1);
        for (int i = 0; i < t.size(); i++) {
            if (isRegression(op)) {
                t.set(i, t.real(i) * 6 - 3);
            } else if (random.nextInt(2) == 0) {
                t.set(i, Math.rint(t.real(i)));
            }
        }
        return t;
    }

    static Bound bound(LossOp op, Values x, Values t) {
        return switch (op) {
            case ABSOLUTE_ERROR -> EXACT;
            case SQUARED_ERROR, HUBER -> ulp(4);
            // ln(1 - x) where 1 - x was rounded.
            case BINARY_CROSS_ENTROPY -> ulp(8).plus(roundoffs(8));
            case BINARY_CROSS_ENTROPY_LOGITS ->
                    ulp(4).plus(
                                    (format, i, _) ->
                                            4
                                                    * format.roundoff()
                                                    * (2 + Math.abs(x.real(i)) * (1 + t.real(i))));
            case CATEGORICAL_CROSS_ENTROPY -> ulp(6);
        };
    }

    static Bound gradBound(LossOp op, Values dl) {
        return switch (op) {
            case ABSOLUTE_ERROR -> EXACT;
            case SQUARED_ERROR, HUBER, CATEGORICAL_CROSS_ENTROPY -> ulp(2);
            case BINARY_CROSS_ENTROPY -> ulp(8);
            // σ(x) - t cancels.
            case BINARY_CROSS_ENTROPY_LOGITS -> ulp(2).plus(times(6, dl.reals()));
        };
    }

    private static KernelCase loss(
            LossOp op, DType dtype, Shape shape, Placement in, Placement out) {
        return new KernelCase(
                "loss " + op + " " + dtype,
                shape + " " + in + " to " + out,
                side -> {
                    long size = shape.size();
                    Values predictions =
                            takesProbabilities(op)
                                    ? Draws.uniform(side.random(), dtype, size, 0.001, 0.999)
                                    : Draws.normal(side.random(), dtype, size, 2);
                    Values labels = targets(op, dtype, side.random(), size);
                    Values gradients = Draws.normal(side.random(), dtype, size, 1);
                    View x = side.input(Draws.repeated(predictions, shape, in), shape, in);
                    View t = side.input(Draws.repeated(labels, shape, in), shape, in);
                    View l = side.output(dtype, shape, out, bound(op, predictions, labels));
                    side.run(new KernelCall.Loss(op, HUBER_DELTA, x, t, l));
                    View dl = side.input(Draws.repeated(gradients, shape, in), shape, in);
                    View dx = side.output(dtype, shape, out, gradBound(op, gradients));
                    side.run(new KernelCall.LossGrad(op, HUBER_DELTA, x, t, dl, dx));
                });
    }

    /** Predictions of exactly 0 and 1, huge logits, NaN and Inf. */
    private static KernelCase extremes(LossOp op, DType dtype) {
        return new KernelCase(
                "loss " + op + " " + dtype,
                "extremes",
                side -> {
                    double large = FloatFormat.of(dtype).largest() / 4;
                    Values x =
                            takesProbabilities(op)
                                    ? Values.of(dtype, 0, 0, 1, 1, 1e-9, 1e-9, Double.NaN, 0.5)
                                    : Values.of(
                                            dtype,
                                            -200,
                                            200,
                                            -large,
                                            large,
                                            0,
                                            3,
                                            Double.NaN,
                                            1e-30);
                    Values t = Values.of(dtype, 0, 1, 0, 1, 0, 1, 1, 0);
                    View predictions = side.input(x);
                    View targets = side.input(t);
                    View l = side.output(dtype, predictions.shape(), bound(op, x, t).plus(TINY));
                    side.run(new KernelCall.Loss(op, HUBER_DELTA, predictions, targets, l));
                    Values ones = Values.of(dtype, 1, 1, 1, 1, 1, 1, 1, 1);
                    View dl = side.input(ones);
                    Bound bound = gradBound(op, ones).plus(TINY);
                    View dx = side.output(dtype, predictions.shape(), bound);
                    side.run(
                            new KernelCall.LossGrad(op, HUBER_DELTA, predictions, targets, dl, dx));
                });
    }

    private static KernelCase crossEntropy(
            DType dtype, int rows, int classes, Placement in, double spread, boolean byIndex) {
        Shape shape = Shape.of(rows, classes);
        return new KernelCase(
                (byIndex ? "crossEntropy by index " : "crossEntropy by rows ") + dtype,
                shape + " " + in + " spread " + spread,
                side -> {
                    Values x = Draws.normal(side.random(), dtype, shape.size(), spread);
                    int[] labels = Draws.indices(side.random(), rows, classes);
                    Values t = Draws.uniform(side.random(), dtype, shape.size(), 0, 1);
                    for (int i = 0; i < rows; i++) {
                        for (int j = 0; byIndex && j < classes; j++) {
                            t.set(i * classes + j, j == labels[i] ? 1 : 0);
                        }
                    }
                    View logits = side.input(Draws.repeated(x, shape, in), shape, in);
                    View target =
                            byIndex
                                    ? side.input(Values.of(labels))
                                    : side.input(t, shape, Placement.PADDED);
                    double[] ofLosses = new double[rows];
                    double[] ofGradients = new double[rows * classes];
                    roundings(x.reals(), t.reals(), classes, ofLosses, ofGradients);
                    View l = side.output(dtype, Shape.of(rows), times(1, ofLosses));
                    Bound bound = times(1, ofGradients).plus(TINY);
                    View gradient = side.output(dtype, shape, bound);
                    // As the mean of rows, and as their sum.
                    double factor = byIndex ? 1.0 / rows : 1;
                    side.run(new KernelCall.CrossEntropy(logits, target, factor, l, gradient));
                });
    }

    /**
     * In u: for the loss, 3r + 8, with r the {@link Bound#roundings} of a sum of n, of what is
     * added up, Σ t (|max| + ln n + |x|). For the gradient, softmax's relative error, 3r + 8 and |x
     * - max|, of its share, and the sum's and the subtraction's rounding.
     */
    private static void roundings(
            double[] x, double[] t, int classes, double[] ofLosses, double[] ofGradients) {
        for (int i = 0; i < ofLosses.length; i++) {
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
            double n = 3 * Bound.roundings(classes) + 8;
            for (int j = i * classes; j < (i + 1) * classes; j++) {
                double share = Math.exp(x[j] - max) / sum;
                double depth = max - x[j];
                ofLosses[i] += n * t[j] * (Math.abs(max) + Math.log(sum) + Math.abs(x[j]) + 1);
                ofGradients[j] = (n + 2 * depth) * share * total + 2 * t[j];
            }
        }
    }
}
