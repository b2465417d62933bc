package dev.weft.embeddings;

import java.util.Arrays;

/** How the vectors of a text's tokens, special ones among them, become one. */
public enum Pooling {
    /** Their mean. */
    MEAN,
    /** That of the first token, [CLS]. */
    CLS,
    /** The largest of each number. */
    MAX,
    /** Their sum, divided by the root of their number. */
    MEAN_SQRT_LENGTH,
    /** Their mean, weighted by their places, the first being 1. */
    WEIGHTED_MEAN,
    /** That of the last token. */
    LAST;

    /**
     * Writes what each token counts for into a row that begins with zeros, of which only the first
     * {@code length} stand for tokens.
     */
    void weigh(float[] weights, int from, int length) {
        switch (this) {
            case MEAN -> Arrays.fill(weights, from, from + length, 1f / length);
            case CLS -> weights[from] = 1;
            case LAST -> weights[from + length - 1] = 1;
            case MEAN_SQRT_LENGTH ->
                    Arrays.fill(weights, from, from + length, (float) (1 / Math.sqrt(length)));
            case WEIGHTED_MEAN -> {
                double sum = length * (length + 1.0) / 2;
                for (int i = 0; i < length; i++) {
                    weights[from + i] = (float) ((i + 1) / sum);
                }
            }
            case MAX -> Arrays.fill(weights, from, from + length, 1);
        }
    }
}
