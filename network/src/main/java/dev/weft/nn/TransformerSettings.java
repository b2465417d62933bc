package dev.weft.nn;

/**
 * What the layers of a transformer are like.
 *
 * @param attention of its self-attention; attention to a memory is like it, but neither causal nor
 *     with positions
 * @param hidden numbers between the two products of the feed-forward part
 * @param feedForward what stands between them
 * @param normFirst whether each part takes what is normalised (pre-norm); otherwise the sum of it
 *     and what it took is (post-norm, as in the paper)
 * @param rootMeanSquare whether the normalisation is {@link RMSNorm}, in place of {@link LayerNorm}
 * @param dropout the rate at which results of parts are dropped in training
 */
public record TransformerSettings(
        AttentionSettings attention,
        int hidden,
        FeedForward feedForward,
        boolean normFirst,
        boolean rootMeanSquare,
        double dropout) {
    /** Checks the numbers. */
    public TransformerSettings {
        if (hidden < 1 || !(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException(
                    "transformer: hidden must be at least 1, and the dropout in [0, 1), got %d, %s"
                            .formatted(hidden, dropout));
        }
    }

    /** PyTorch's layers, without dropout: ReLU and post-norm. */
    public static TransformerSettings of(AttentionSettings attention, int hidden) {
        return new TransformerSettings(attention, hidden, FeedForward.RELU, false, false, 0);
    }

    /** With another function between the products. */
    public TransformerSettings feedForward(FeedForward newFeedForward) {
        return new TransformerSettings(
                attention, hidden, newFeedForward, normFirst, rootMeanSquare, dropout);
    }

    /** Whether the normalisation comes first. */
    public TransformerSettings normFirst(boolean first) {
        return new TransformerSettings(
                attention, hidden, feedForward, first, rootMeanSquare, dropout);
    }

    /** Whether it is by the root of the mean square. */
    public TransformerSettings rootMeanSquare(boolean newRootMeanSquare) {
        return new TransformerSettings(
                attention, hidden, feedForward, normFirst, newRootMeanSquare, dropout);
    }

    /** With dropped results, and dropped weights of attention at the same rate. */
    public TransformerSettings dropout(double rate) {
        return new TransformerSettings(
                attention.dropout(rate), hidden, feedForward, normFirst, rootMeanSquare, rate);
    }

    /** The normalisation of such layers. */
    public Layer norm() {
        return rootMeanSquare ? new RMSNorm(attention.width()) : new LayerNorm(attention.width());
    }

    /** Attention to a memory. */
    AttentionSettings cross() {
        return attention.positions(HeadPositions.NONE).causal(false);
    }

    Linear first() {
        return linear(attention.width(), hidden * feedForward.parts());
    }

    Linear second() {
        return linear(hidden, attention.width());
    }

    private Linear linear(int inputs, int outputs) {
        return new Linear(
                inputs,
                outputs,
                Initializer.pytorch(),
                attention.bias() ? Initializer.pytorch() : null);
    }
}
