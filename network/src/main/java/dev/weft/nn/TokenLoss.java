package dev.weft.nn;

import dev.weft.Losses;
import dev.weft.Reduction;
import dev.weft.ShapeException;
import dev.weft.Tensor;

/** The cross-entropy at all places of sequences. */
final class TokenLoss {
    private TokenLoss() {}

    /**
     * -ln softmax(logits)[target] at each place, reduced over all places.
     *
     * @param logits batch×length×tokens
     * @param target batch×length
     */
    static Tensor of(Tensor logits, Tensor target, Reduction reduction) {
        boolean fits =
                logits.rank() == 3
                        && target.rank() == 2
                        && logits.dim(0) == target.dim(0)
                        && logits.dim(1) == target.dim(1);
        if (!fits) {
            throw new ShapeException(
                    "token_cross_entropy: logits are %s and targets %s: must be batch×length×tokens and batch×length"
                            .formatted(logits, target));
        }
        return logits.device()
                .compute(
                        () -> {
                            Tensor rows = logits.reshape(target.size(), logits.dim(2));
                            Tensor loss = Losses.crossEntropy(rows, target.reshape(-1), reduction);
                            return reduction == Reduction.NONE
                                    ? loss.reshape(target.dim(0), target.dim(1))
                                    : loss;
                        });
    }
}
