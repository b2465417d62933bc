package dev.weft.nn;

import dev.weft.Losses;
import dev.weft.Tensor;

/** The losses of classifiers, and which target each takes. */
public enum LossKind {
    /** {@link Losses#crossEntropy} of logits with class indices. */
    CROSS_ENTROPY,
    /** {@link Losses#categoricalCrossEntropy} of probabilities with one-hot rows. */
    CATEGORICAL_CROSS_ENTROPY;

    /** Whether targets are one-hot rows (F32) rather than class indices (I32). */
    public boolean takesOneHot() {
        return this == CATEGORICAL_CROSS_ENTROPY;
    }

    /** The mean loss of a batch, a scalar. */
    public Tensor of(Tensor output, Tensor target) {
        return switch (this) {
            case CROSS_ENTROPY -> Losses.crossEntropy(output, target);
            case CATEGORICAL_CROSS_ENTROPY -> Losses.categoricalCrossEntropy(output, target);
        };
    }
}
