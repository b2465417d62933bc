package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.OptionalInt;

/**
 * What a cross-entropy is asked for beside the loss itself, as PyTorch's {@code CrossEntropyLoss}:
 * see {@link Losses#crossEntropy(Tensor, Tensor, CrossEntropyOptions, Reduction)}.
 *
 * <pre>{@code
 * Losses.crossEntropy(
 *         logits, labels, CrossEntropyOptions.NONE.labelSmoothing(0.1).ignoreIndex(-100), Reduction.MEAN);
 * }</pre>
 *
 * @param labelSmoothing ε in [0, 1]: the target is (1 - ε) t + ε / classes (Szegedy et al. 2016)
 * @param ignoreIndex rows with this class index have no loss, and do not count in a mean
 * @param classWeights of rank 1, one for each class, of the logits' type: what its losses are
 *     multiplied by, or null for 1
 * @param exampleWeights one for each row, in any shape of their number, of the logits' type: what
 *     its loss is multiplied by, or null for 1
 */
public record CrossEntropyOptions(
        double labelSmoothing,
        OptionalInt ignoreIndex,
        @Nullable Tensor classWeights,
        @Nullable Tensor exampleWeights) {
    /** Neither smoothing nor weights, and no row left out. */
    public static final CrossEntropyOptions NONE =
            new CrossEntropyOptions(0, OptionalInt.empty(), null, null);

    /** Checks the smoothing. */
    public CrossEntropyOptions {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException(
                    "crossEntropy: labelSmoothing must be in [0, 1], got " + labelSmoothing);
        }
    }

    /** These, with a smoothing. */
    public CrossEntropyOptions labelSmoothing(double smoothing) {
        return new CrossEntropyOptions(smoothing, ignoreIndex, classWeights, exampleWeights);
    }

    /** These, with a class index that stands for none. */
    public CrossEntropyOptions ignoreIndex(int index) {
        return new CrossEntropyOptions(
                labelSmoothing, OptionalInt.of(index), classWeights, exampleWeights);
    }

    /** These, with weights of classes. */
    public CrossEntropyOptions classWeights(@Nullable Tensor weights) {
        return new CrossEntropyOptions(labelSmoothing, ignoreIndex, weights, exampleWeights);
    }

    /** These, with weights of examples. */
    public CrossEntropyOptions exampleWeights(@Nullable Tensor weights) {
        return new CrossEntropyOptions(labelSmoothing, ignoreIndex, classWeights, weights);
    }
}
