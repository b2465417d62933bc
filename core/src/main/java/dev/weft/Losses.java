package dev.weft;

import dev.weft.backend.KernelCall;
import dev.weft.backend.LossOp;

/**
 * Losses of predictions against targets. Gradients flow to the prediction, and where a loss is of
 * their difference, to the target too; other targets that the open tape tracks are refused. Methods
 * without a {@link Reduction} give the mean. {@link #weightedMean} gives examples weights, {@link
 * EmbeddingLosses} has those that compare vectors.
 */
public final class Losses {
    private Losses() {}

    /** Mean squared error: (x - t)². */
    public static Tensor mse(Tensor x, Tensor t) {
        return mse(x, t, Reduction.MEAN);
    }

    /** (x - t)², reduced. */
    public static Tensor mse(Tensor x, Tensor t, Reduction reduction) {
        return ofDifference("mse", LossOp.SQUARED_ERROR, 0, x, t, reduction);
    }

    /** Mean absolute error: |x - t|. */
    public static Tensor l1(Tensor x, Tensor t) {
        return l1(x, t, Reduction.MEAN);
    }

    /** |x - t|, reduced. */
    public static Tensor l1(Tensor x, Tensor t, Reduction reduction) {
        return ofDifference("l1", LossOp.ABSOLUTE_ERROR, 0, x, t, reduction);
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
        return ofDifference("huber", LossOp.HUBER, delta, x, t, reduction);
    }

    /**
     * d² / (2 beta) where {@code |d| < beta}, otherwise |d| - beta / 2, with d = x - t, reduced:
     * {@link #huber} over beta, as PyTorch's SmoothL1Loss.
     *
     * @param beta above 0
     */
    public static Tensor smoothL1(Tensor x, Tensor t, double beta, Reduction reduction) {
        if (!(beta > 0)) {
            throw new IllegalArgumentException("smoothL1: beta must be above 0, got " + beta);
        }
        return x.device()
                .compute(
                        () ->
                                ofDifference("smoothL1", LossOp.HUBER, beta, x, t, reduction)
                                        .div(beta));
    }

    /**
     * max(q (t - x), (q - 1) (t - x)), reduced: the least for x the q-quantile of t. The pinball
     * loss; Koenker and Bassett 1978.
     *
     * @param q in (0, 1)
     */
    public static Tensor quantile(Tensor x, Tensor t, double q, Reduction reduction) {
        if (!(q > 0 && q < 1)) {
            throw new IllegalArgumentException("quantile: q must be in (0, 1), got " + q);
        }
        check("quantile", x, t);
        return x.device()
                .compute(
                        () -> {
                            Tensor above = t.sub(x);
                            return reduction.apply(above.mul(q).max(above.mul(q - 1)));
                        });
    }

    /**
     * Σ t (ln t - x) along the last axis for each row, reduced over the rows: how far the
     * probabilities t are from those whose logarithms x are (0 ln 0 = 0). The mean is what PyTorch
     * calls "batchmean" for one axis of rows.
     *
     * @param logProbabilities floating, of rank 1 or more
     * @param t probabilities, of the same shape and type
     */
    public static Tensor klDivergence(Tensor logProbabilities, Tensor t, Reduction reduction) {
        check("klDivergence", logProbabilities, t);
        logProbabilities.shape().axis("klDivergence", -1);
        CrossEntropy.refuseTracked("klDivergence", t);
        return t.device()
                .compute(
                        () -> {
                            Tensor zero = t.device().full(t.dtype(), 0, Shape.SCALAR);
                            Tensor isSome = t.greater(zero);
                            Tensor apart = t.mul(t.log().sub(logProbabilities));
                            return reduction.apply(isSome.where(apart, zero).sum(-1));
                        });
    }

    /**
     * (ln v + (x - t)² / v) / 2, reduced, with v the variance, or eps where that is less: the
     * negative log-likelihood of t under a normal distribution, but for a constant. Gradients flow
     * to the variance too, where it is above eps.
     *
     * @param variance of x's shape and type
     * @param eps above 0; 1e-6 in PyTorch
     */
    public static Tensor gaussianNll(
            Tensor x, Tensor t, Tensor variance, double eps, Reduction reduction) {
        if (!(eps > 0)) {
            throw new IllegalArgumentException("gaussianNll: eps must be above 0, got " + eps);
        }
        check("gaussianNll", x, t);
        check("gaussianNll", x, variance);
        return x.device()
                .compute(
                        () -> {
                            Tensor v = variance.clamp(eps, Double.POSITIVE_INFINITY);
                            Tensor scaled = x.sub(t).square().div(v);
                            return reduction.apply(v.log().add(scaled).mul(0.5));
                        });
    }

    /**
     * e^x - t x, reduced: the negative log-likelihood of counts t under a Poisson distribution with
     * the mean e^x, but for a constant.
     */
    public static Tensor poissonNll(Tensor x, Tensor t, Reduction reduction) {
        check("poissonNll", x, t);
        return x.device().compute(() -> reduction.apply(x.exp().sub(t.mul(x))));
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
     * -(w t ln σ(x) + (1 - t) ln(1 - σ(x))), reduced: with w the weights of positive targets, such
     * as the negatives' number over the positives' of each label.
     *
     * @param positiveWeights of the logits' type, in a shape that broadcasts to theirs
     */
    public static Tensor binaryCrossEntropyWithLogits(
            Tensor logits, Tensor t, Tensor positiveWeights, Reduction reduction) {
        String name = "binaryCrossEntropyWithLogits";
        check(name, logits, t);
        CrossEntropy.refuseTracked(name, t);
        if (positiveWeights.dtype() != logits.dtype()
                || !positiveWeights.shape().broadcastsTo(logits.shape())) {
            throw new ShapeException(
                    "%s: logits are %s, positiveWeights are %s: they must be of the logits' type and broadcast to their shape"
                            .formatted(name, logits.describe(), positiveWeights.describe()));
        }
        return logits.device()
                .compute(
                        () -> {
                            Tensor positive = t.mul(positiveWeights).mul(logits.neg().softplus());
                            Tensor negative = t.neg().add(1).mul(logits.softplus());
                            return reduction.apply(positive.add(negative));
                        });
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
     * {@link #crossEntropy(Tensor, Tensor, CrossEntropyOptions, Reduction)} without any option: in
     * one kernel with its gradient.
     */
    public static Tensor crossEntropy(Tensor logits, Tensor target, Reduction reduction) {
        return crossEntropy(logits, target, CrossEntropyOptions.NONE, reduction);
    }

    /**
     * -Σ_j w_j t_j ln softmax(logits)_j for each row, with w the classes' weights, reduced over the
     * rows. For a class index t is one-hot; {@link CrossEntropyOptions} say what else is done. A
     * mean divides by what the rows count in it: the sum of their examples' weights, each times the
     * weight of its class where the target is an index, and 0 for a row that is left out. So the
     * mean of no row is NaN. As PyTorch's.
     *
     * @param logits floating, rows×classes; or batch×classes×…, with a row at each place
     * @param target class indices (integers, one for each row: rows, or batch×…) or probabilities
     *     (of the logits' type and shape)
     * @throws IndexOutOfBoundsException where a class index is outside [0, classes) and not the one
     *     that is ignored
     */
    public static Tensor crossEntropy(
            Tensor logits, Tensor target, CrossEntropyOptions options, Reduction reduction) {
        return CrossEntropy.of(logits, target, options, reduction);
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

    /**
     * The mean of losses by the weights of their examples: Σ w_i l_i / Σ w_i, where l_i is the mean
     * of an example's losses if it has several. NaN where the weights are all 0.
     *
     * <pre>{@code
     * Losses.weightedMean(Losses.huber(x, t, 1, Reduction.NONE), weights);
     * }</pre>
     *
     * @param losses examples, or examples×…, as losses are with {@link Reduction#NONE}
     * @param weights of rank 1, one for each example, of the losses' type
     */
    public static Tensor weightedMean(Tensor losses, Tensor weights) {
        Elementwise.sameDevice("weightedMean", losses, weights);
        boolean fits =
                losses.rank() > 0
                        && weights.rank() == 1
                        && weights.dim(0) == losses.dim(0)
                        && weights.dtype() == losses.dtype();
        if (!fits) {
            throw new ShapeException(
                    "weightedMean: losses are %s, weights are %s: needs one weight for each example, along the first axis, of the losses' type"
                            .formatted(losses.describe(), weights.describe()));
        }
        return losses.device()
                .compute(
                        () -> {
                            Tensor each =
                                    losses.rank() == 1
                                            ? losses
                                            : losses.reshape(losses.dim(0), -1).mean(1);
                            return each.mul(weights).sum().div(weights.sum());
                        });
    }

    /** Of x - t alone: so gradients flow to a target too. */
    private static Tensor ofDifference(
            String name, LossOp op, double p, Tensor x, Tensor t, Reduction reduction) {
        check(name, x, t);
        return x.device()
                .compute(
                        () -> {
                            boolean isConstant = t.recorder() == null;
                            Tensor difference = isConstant ? x : x.sub(t);
                            Tensor other =
                                    isConstant ? t : x.device().full(x.dtype(), 0, x.shape());
                            return reduction.apply(elementwise(name, op, p, difference, other));
                        });
    }

    private static Tensor elementwise(
            String name, LossOp op, double p, Tensor x, Tensor t, Reduction reduction) {
        return x.device().compute(() -> reduction.apply(elementwise(name, op, p, x, t)));
    }

    private static void check(String name, Tensor x, Tensor t) {
        Elementwise.sameDevice(name, x, t);
        if (!x.shape().equals(t.shape()) || x.dtype() != t.dtype() || !x.dtype().isFloating()) {
            throw new ShapeException(
                    "%s: prediction is %s, target is %s: both must be of one floating type and shape"
                            .formatted(name, x.describe(), t.describe()));
        }
    }

    private static Tensor elementwise(String name, LossOp op, double p, Tensor x, Tensor t) {
        check(name, x, t);
        CrossEntropy.refuseTracked(name, t);
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
}
