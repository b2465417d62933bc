package dev.weft.backend;

import dev.weft.DType;

/**
 * Elementwise functions of two operands: y = f(a, b). Each constant gives the function and, after
 * the semicolon, the partial derivatives that {@link KernelCall.BinaryGrad} multiplies by dy. NaN
 * in either operand gives NaN, except where said. Infinite operands give what IEEE arithmetic makes
 * of the formula, in the function and in the derivatives; zeros keep their sign as it does.
 *
 * <p>For integers, arithmetic wraps, and no pair of operands is an error.
 */
public enum BinaryOp {
    /** y = a + b; 1, 1. */
    ADD(true),
    /** y = a - b; 1, -1. */
    SUB(true),
    /** y = a b; b, a. */
    MUL(true),
    /**
     * y = a / b; 1 / b, -(a / b) / b, which holds where b² would over- or underflow. For integers
     * truncated, 0 where b is 0, and the smallest value by -1 wraps to itself.
     */
    DIV(true),
    /**
     * y = a^b as C's pow: 1 where b is 0 or a is 1, whatever the other; b a^(b-1), |a|^b ln a. At a
     * = ±0 the derivative by b is 0 where b ≥ 0 (for a below 0 it is NaN), and where b is 0 the
     * derivative by a is 0, also at a = 0. Floats from 2²⁴ on are even exponents. Not for integers.
     */
    POW(false),
    /**
     * y = the smaller, -0 before 0, NaN where either is; 0 for an operand above the other, ½ for
     * both where they are equal, otherwise 1: so for both where either is NaN, as in PyTorch.
     */
    MIN(true),
    /**
     * y = the larger, 0 before -0, NaN where either is; 0 for an operand below the other, ½ for
     * both where they are equal, otherwise 1: so for both where either is NaN, as in PyTorch.
     */
    MAX(true);

    private final boolean integral;

    BinaryOp(boolean integral) {
        this.integral = integral;
    }

    /** Whether the derivative by b (or by a) is made of a's values. */
    public boolean derivativeReadsA(boolean byB) {
        return switch (this) {
            case ADD, SUB -> false;
            case MUL, DIV -> byB;
            case POW, MIN, MAX -> true;
        };
    }

    /** Whether the derivative by b (or by a) is made of b's values. */
    public boolean derivativeReadsB(boolean byB) {
        return switch (this) {
            case ADD, SUB -> false;
            case MUL -> !byB;
            case DIV, POW, MIN, MAX -> true;
        };
    }

    /**
     * Whether the function is defined for operands of this type; both have the same, and so has the
     * result.
     */
    public boolean supports(DType dtype) {
        return dtype.isFloating() || (dtype.isInteger() && integral);
    }
}
