package dev.weft.embeddings;

/**
 * The shapes that a model runs on: few, since each is prepared for itself, and such that a text
 * runs in the same length whatever runs beside it.
 *
 * @param longest the most tokens that the model takes
 * @param exact whether each text runs alone, and nothing fills it up
 */
record Shapes(int longest, boolean exact) {
    private static final int MULTIPLE = 8;

    /**
     * Tokens that run together. More take more memory, and are no faster: 32 sentences of Moby-Dick
     * take 0.80 s with 256, 0.82 with 512 and 0.99 with 1024, on one core of a Zen 3.
     */
    private static final int TOKENS = 512;

    /** How many tokens a text is filled up to: one at least. */
    int length(int tokens) {
        int filled = exact ? tokens : Math.ceilDiv(tokens, MULTIPLE) * MULTIPLE;
        return Math.clamp(filled, 1, longest);
    }

    /** How many of the texts of a length run together: a power of two. */
    int rows(int texts, int length) {
        int most = exact ? 1 : Math.max(1, TOKENS / length);
        return Integer.highestOneBit(Math.min(texts, most));
    }
}
