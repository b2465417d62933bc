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

    /**
     * Requires that a network's last layer gives what this loss takes, as far as that can be told:
     * a loss of the wrong kind trains too, and badly.
     *
     * @throws IllegalArgumentException where the softmax would be applied twice, or not at all
     */
    public void requireFit(Layer root) {
        Layer last = root;
        while (last instanceof Sequential sequential) {
            last = sequential.layers().getLast();
        }
        if (this == CROSS_ENTROPY && last instanceof Softmax) {
            throw new IllegalArgumentException(
                    "CROSS_ENTROPY takes logits and applies the softmax itself, and the network"
                            + " ends in Softmax: leave that layer out, or use"
                            + " CATEGORICAL_CROSS_ENTROPY with one-hot targets");
        }
        if (this == CATEGORICAL_CROSS_ENTROPY && last instanceof Linear) {
            throw new IllegalArgumentException(
                    "CATEGORICAL_CROSS_ENTROPY takes probabilities, and the network ends in "
                            + last.describe()
                            + ": add Softmax, or use CROSS_ENTROPY with class indices");
        }
    }

    /**
     * The mean loss of a batch, a scalar.
     *
     * @param output rows×classes, with at least two classes
     * @throws IllegalArgumentException where there is one class only: its probability is 1 and the
     *     loss 0 whatever the network does
     */
    public Tensor of(Tensor output, Tensor target) {
        if (output.rank() == 2 && output.dim(1) < 2) {
            throw new IllegalArgumentException(
                    "%s needs at least two outputs, one for each class, and the network's output is %s:"
                                    .formatted(this, output)
                            + " give it two, or use Losses.binaryCrossEntropyWithLogits with F32"
                            + " targets of 0 and 1 in a loop of your own");
        }
        return switch (this) {
            case CROSS_ENTROPY -> Losses.crossEntropy(output, target);
            case CATEGORICAL_CROSS_ENTROPY -> Losses.categoricalCrossEntropy(output, target);
        };
    }
}
