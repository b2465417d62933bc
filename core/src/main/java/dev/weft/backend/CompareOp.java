package dev.weft.backend;

/**
 * Comparisons of two numbers, as IEEE 754 has them: with NaN none holds but {@link #NOT_EQUAL}, and
 * -0 equals 0.
 */
public enum CompareOp {
    /** a = b. */
    EQUAL,
    /** a ≠ b. */
    NOT_EQUAL,
    /** a {@literal <} b. */
    LESS,
    /** a ≤ b. */
    LESS_EQUAL,
    /** a {@literal >} b. */
    GREATER,
    /** a ≥ b. */
    GREATER_EQUAL
}
