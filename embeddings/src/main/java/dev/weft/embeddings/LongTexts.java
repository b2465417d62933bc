package dev.weft.embeddings;

/** What becomes of a text of more tokens than the model has positions for. */
public enum LongTexts {
    /** What is beyond is left out. */
    TRUNCATE,
    /**
     * It is cut into windows of as many tokens as fit, between words where it can be, and the
     * vectors of the windows are averaged, each weighted by its number of tokens.
     */
    AVERAGE
}
