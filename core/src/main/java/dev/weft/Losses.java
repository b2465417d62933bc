package dev.weft;

import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;

/**
 * Losses of predictions against targets. Gradients flow to the prediction; a target that the open
 * tape tracks is refused. Methods without a {@link Reduction} give the mean.
 */
public final class Losses {
    private Losses() {}

    /** Mean squared error: (x - t)². */
    public static Tensor mse(Tensor x, Tensor t) {
        return mse(x, t, Reduction.MEAN);
    }

    /** (x - t)², reduced. */
    public static Tensor mse(Tensor x, Tensor t, Reduction reduction) {
        return elementwise("mse", LossOp.SQUARED_ERROR, 0, x, t, reduction);
    }

    /** Mean absolute error: |x - t|. */
    public static Tensor l1(Tensor x, Tensor t) {
        return l1(x, t, Reduction.MEAN);
    }

    /** |x - t|, reduced. */
    public static Tensor l1(Tensor x, Tensor t, Reduction reduction) {
        return elementwise("l1", LossOp.ABSOLUTE_ERROR, 0, x, t, reduction);
    }

    /** {@link LossOp#HUBER} with the threshold {@code delta} > 0. */
    public static Tensor huber(Tensor x, Tensor t, double delta) {
        return huber(x, t, delta, Reduction.MEAN);
    }

    /** {@link LossOp#HUBER} with the threshold {@code delta} > 0, reduced. */
    public static Tensor huber(Tensor x, Tensor t, double delta, Reduction reduction) {
        if (!(delta > 0)) {
            throw new IllegalArgumentException("huber: delta must be above 0, got " + delta);
        }
        return elementwise("huber", LossOp.HUBER, delta, x, t, reduction);
    }

    /** {@link LossOp#BINARY_CROSS_ENTROPY} of probabilities. */
    public static Tensor binaryCrossEntropy(Tensor probabilities, Tensor t) {
        return binaryCrossEntropy(probabilities, t, Reduction.MEAN);
    }

    /** {@link LossOp#BINARY_CROSS_ENTROPY} of probabilities, reduced. */
    public static Tensor binaryCrossEntropy(Tensor probabilities, Tensor t, Reduction reduction) {
        return elementwise(
                "binaryCrossEntropy", LossOp.BINARY_CROSS_ENTROPY, 0, probabilities, t, reduction);
    }

    /** {@link LossOp#BINARY_CROSS_ENTROPY_LOGITS}. */
    public static Tensor binaryCrossEntropyWithLogits(Tensor logits, Tensor t) {
        return binaryCrossEntropyWithLogits(logits, t, Reduction.MEAN);
    }

    /** {@link LossOp#BINARY_CROSS_ENTROPY_LOGITS}, reduced. */
    public static Tensor binaryCrossEntropyWithLogits(
            Tensor logits, Tensor t, Reduction reduction) {
        return elementwise(
                "binaryCrossEntropyWithLogits",
                LossOp.BINARY_CROSS_ENTROPY_LOGITS,
                0,
                logits,
                t,
                reduction);
    }

    /**
     * The categorical cross-entropy -Σ_j t_j ln x_j of rows of probabilities: {@link
     * LossOp#CATEGORICAL_CROSS_ENTROPY}.
     */
    public static Tensor categoricalCrossEntropy(Tensor probabilities, Tensor t) {
        return categoricalCrossEntropy(probabilities, t, Reduction.MEAN);
    }

    /** -Σ_j t_j ln x_j for each row, reduced over the rows. */
    public static Tensor categoricalCrossEntropy(
            Tensor probabilities, Tensor t, Reduction reduction) {
        if (probabilities.rank() == 0) {
            throw new ShapeException(
                    "categoricalCrossEntropy: probabilities are a scalar, and need at least 1"
                            + " axis");
        }
        return probabilities
                .device()
                .compute(
                        () ->
                                reduction.apply(
                                        elementwise(
                                                        "categoricalCrossEntropy",
                                                        LossOp.CATEGORICAL_CROSS_ENTROPY,
                                                        0,
                                                        probabilities,
                                                        t)
                                                .sum(-1)));
    }

    /** The mean over rows of {@link #crossEntropy(Tensor, Tensor, Reduction)}. */
    public static Tensor crossEntropy(Tensor logits, Tensor target) {
        return crossEntropy(logits, target, Reduction.MEAN);
    }

    /**
     * -Σ_j t_j ln softmax(logits)_j for each row, in one kernel with its gradient, reduced over the
     * rows.
     *
     * @param logits floating, rows×classes
     * @param target class indices (integers, one for each row) or rows of probabilities (of the
     *     logits' type, rows×classes)
     * @throws IndexOutOfBoundsException where a class index is outside [0, classes)
     */
    public static Tensor crossEntropy(Tensor logits, Tensor target, Reduction reduction) {
        Elementwise.sameDevice("crossEntropy", logits, target);
        if (logits.rank() != 2 || !logits.dtype().isFloating()) {
            throw new ShapeException(
                    "crossEntropy: logits are "
                            + logits.describe()
                            + ": they must be floating, rows×classes");
        }
        boolean fits =
                target.dtype().isInteger()
                        ? target.rank() == 1 && target.dim(0) == logits.dim(0)
                        : target.dtype() == logits.dtype() && target.shape().equals(logits.shape());
        if (!fits) {
            throw new ShapeException(
                    "crossEntropy: logits are "
                            + logits.describe()
                            + ", target is "
                            + target.describe()
                            + ": needs one class index, an integer, for each row, or the logits'"
                            + " shape and type");
        }
        logits.shape().limit("crossEntropy", 0, Integer.MAX_VALUE);
        logits.shape().limit("crossEntropy", 1, KernelCall.MOST_EXTENT);
        refuseTracked("crossEntropy", target);
        return logits.device()
                .compute(() -> reduction.apply(rows(logits, Indexing.indices(target), reduction)));
    }

    /** Negative log-likelihood: the mean of -logProbabilities[i, labels[i]]. */
    public static Tensor nll(Tensor logProbabilities, Tensor labels) {
        return nll(logProbabilities, labels, Reduction.MEAN);
    }

    /**
     * -logProbabilities[i, labels[i]], reduced.
     *
     * @param logProbabilities floating, rows×classes
     * @param labels integers, one for each row
     */
    public static Tensor nll(Tensor logProbabilities, Tensor labels, Reduction reduction) {
        return logProbabilities
                .device()
                .compute(() -> reduction.apply(logProbabilities.pick(labels).neg()));
    }

    /** The cross-entropies of rows; to be called in {@link Device#compute}. */
    private static Tensor rows(Tensor logits, Tensor target, Reduction reduction) {
        long n = logits.dim(0);
        double factor = reduction.factor(n);
        Device device = logits.device();
        Tensor gradient = device.empty("crossEntropy", logits.dtype(), logits.shape());
        Tensor losses =
                device.make(
                        "crossEntropy",
                        logits.dtype(),
                        Shape.of(n),
                        dst ->
                                device.backend()
                                        .run(
                                                new KernelCall.CrossEntropy(
                                                        logits.view(),
                                                        target.view(),
                                                        factor,
                                                        dst,
                                                        gradient.view())));
        Recorder recorder = logits.recorder();
        if (recorder != null) {
            recorder.record(new Op.CrossEntropy(logits, factor, gradient, losses));
        }
        return losses;
    }

    private static Tensor elementwise(
            String name, LossOp op, double p, Tensor x, Tensor t, Reduction reduction) {
        return x.device().compute(() -> reduction.apply(elementwise(name, op, p, x, t)));
    }

    private static Tensor elementwise(String name, LossOp op, double p, Tensor x, Tensor t) {
        Elementwise.sameDevice(name, x, t);
        if (!x.shape().equals(t.shape()) || x.dtype() != t.dtype() || !x.dtype().isFloating()) {
            throw new ShapeException(
                    name
                            + ": prediction is "
                            + x.describe()
                            + ", target is "
                            + t.describe()
                            + ": both must be of one floating type and shape");
        }
        refuseTracked(name, t);
        Device device = x.device();
        Tensor losses =
                device.make(
                        name,
                        x.dtype(),
                        x.shape(),
                        dst ->
                                device.backend()
                                        .run(new KernelCall.Loss(op, p, x.view(), t.view(), dst)));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Loss(op, p, x, t, losses));
        }
        return losses;
    }

    private static void refuseTracked(String name, Tensor target) {
        if (target.recorder() != null) {
            throw new IllegalArgumentException(
                    name
                            + ": gradients do not flow to the target, and the tape tracks it: pass"
                            + " target.detach()");
        }
    }
}
