package dev.weft.nn;

/**
 * What a {@link MultiHeadAttention} is like.
 *
 * @param width of what comes in and goes out, a multiple of the heads
 * @param heads of queries
 * @param keyValueHeads of keys and values, which divide the heads: as many for PyTorch's, fewer for
 *     grouped queries (Ainslie et al. 2023), 1 for multi-query attention (Shazeer 2019)
 * @param causal whether a query sees what is at or before its place alone
 * @param dropout the rate at which weights are dropped in training
 * @param bias whether the projections have one
 * @param positions how heads know places
 */
public record AttentionSettings(
        int width,
        int heads,
        int keyValueHeads,
        boolean causal,
        double dropout,
        boolean bias,
        HeadPositions positions) {
    /** Checks that the numbers fit each other. */
    public AttentionSettings {
        boolean divided =
                heads >= 1
                        && keyValueHeads >= 1
                        && width >= heads
                        && width % heads == 0
                        && heads % keyValueHeads == 0;
        if (!divided) {
            throw new IllegalArgumentException(
                    "attention: a width of %d, %d heads and %d heads of keys: the heads must divide the width, and those of keys the heads"
                            .formatted(width, heads, keyValueHeads));
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException(
                    "attention: the dropout must be in [0, 1), got %s".formatted(dropout));
        }
        if (positions.turns() && width / heads % 2 != 0) {
            throw new IllegalArgumentException(
                    "attention: heads of %d numbers cannot be turned in pairs: their width must be even"
                            .formatted(width / heads));
        }
        if (positions == HeadPositions.ALIBI && !causal) {
            throw new IllegalArgumentException(
                    "attention: linear biases are for causal attention: set causal(true)");
        }
    }

    /** PyTorch's: as many heads of keys, every place seen, biases, no dropout. */
    public static AttentionSettings of(int width, int heads) {
        return new AttentionSettings(width, heads, heads, false, 0, true, HeadPositions.NONE);
    }

    /** With fewer heads of keys and values. */
    public AttentionSettings keyValueHeads(int newHeads) {
        return new AttentionSettings(width, heads, newHeads, causal, dropout, bias, positions);
    }

    /** Whether what comes later is hidden. */
    public AttentionSettings causal(boolean newCausal) {
        return new AttentionSettings(
                width, heads, keyValueHeads, newCausal, dropout, bias, positions);
    }

    /** With dropped weights in training. */
    public AttentionSettings dropout(double rate) {
        return new AttentionSettings(width, heads, keyValueHeads, causal, rate, bias, positions);
    }

    /** With or without biases. */
    public AttentionSettings bias(boolean newBias) {
        return new AttentionSettings(
                width, heads, keyValueHeads, causal, dropout, newBias, positions);
    }

    /** With positions. */
    public AttentionSettings positions(HeadPositions newPositions) {
        return new AttentionSettings(
                width, heads, keyValueHeads, causal, dropout, bias, newPositions);
    }

    /** The width of a head. */
    public int headWidth() {
        return width / heads;
    }
}
