package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * What {@link Attention#attend} is asked for beside its operands.
 *
 * @param mask broadcasts to batch×heads×queries×keys: BOOL, true where a query may see a key; or of
 *     the operands' type, added to the scores; null for none
 * @param causal whether query i of L sees keys up to i + S - L alone, of S: the last query sees all
 * @param scale of the products, or NaN for 1 / √width
 * @param softcap c, where the scaled products s become c tanh(s / c) before the mask; 0 for none
 * @param dropout the rate at which weights are dropped, in [0, 1)
 * @param state where the dropout masks come from, or null where the rate is 0
 */
public record AttentionOptions(
        @Nullable Tensor mask,
        boolean causal,
        double scale,
        double softcap,
        double dropout,
        @Nullable DropoutState state) {
    /** Checks the numbers. */
    public AttentionOptions {
        boolean drops = dropout > 0 && dropout < 1 && state != null;
        if (Double.isInfinite(scale) || !(softcap >= 0) || !(drops || dropout == 0)) {
            throw new IllegalArgumentException(
                    "attention: the scale must be finite, the softcap 0 or more, and the dropout in [0, 1) with a state, got %s, %s, %s"
                            .formatted(scale, softcap, dropout));
        }
    }

    /** Every query sees every key, with a scale of 1 / √width. */
    public static AttentionOptions defaults() {
        return new AttentionOptions(null, false, Double.NaN, 0, 0, null);
    }

    /** With a mask, or null for none. */
    public AttentionOptions mask(@Nullable Tensor newMask) {
        return new AttentionOptions(newMask, causal, scale, softcap, dropout, state);
    }

    /** Whether queries see what is before them alone. */
    public AttentionOptions causal(boolean newCausal) {
        return new AttentionOptions(mask, newCausal, scale, softcap, dropout, state);
    }

    /** With a scale. */
    public AttentionOptions scale(double newScale) {
        return new AttentionOptions(mask, causal, newScale, softcap, dropout, state);
    }

    /** With a softcap. */
    public AttentionOptions softcap(double newSoftcap) {
        return new AttentionOptions(mask, causal, scale, newSoftcap, dropout, state);
    }

    /** With dropped weights. */
    public AttentionOptions dropout(double rate, DropoutState from) {
        return new AttentionOptions(mask, causal, scale, softcap, rate, from);
    }
}
