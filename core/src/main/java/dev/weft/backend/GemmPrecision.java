package dev.weft.backend;

import java.util.Locale;

/**
 * How a matrix product may round the elements of a and b before it multiplies them. Sums are F32
 * (or better) in all of them, and so are a, b and c in memory.
 */
public enum GemmPrecision {
    /** Not at all: 24 bits of significand. */
    F32,
    /** To TensorFloat-32, with F32's range and 11 bits of significand: relative error 2⁻¹¹. */
    TF32,
    /** To bfloat16, with F32's range and 8 bits of significand: relative error 2⁻⁸. */
    BF16;

    /** Its name, in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
