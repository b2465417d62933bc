package dev.weft.backend;

import dev.weft.DType;

/**
 * Elementwise functions of two operands: y = f(a, b). Each constant gives the function and, after
 * the semicolon, the partial derivatives by which dy is multiplied: in {@link
 * KernelCall.BinaryGrad}, or, where {@link #hasGradKernel} says that there is no such kernel, in
 * other operations. NaN in either operand gives NaN, except where said. Infinite operands give what
 * IEEE arithmetic makes of the formula, in the function and in the derivatives; zeros keep their
 * sign as it does.
 *
 * <p>For integers, arithmetic wraps, and no pair of operands is an error.
 */
public enum BinaryOp {
    /** y = a + b; 1, 1. */
    ADD(true, true),
    /** y = a - b; 1, -1. */
    SUB(true, true),
    /** y = a b; b, a. */
    MUL(true, true),
    /**
     * y = a / b; 1 / b, -(a / b) / b, which holds where b² would over- or underflow. For integers
     * truncated, 0 where b is 0, and the smallest value by -1 wraps to itself.
     */
    DIV(true, true),
    /**
     * y = a^b as C's pow: 1 where b is 0 or a is 1, whatever the other; b a^(b-1), |a|^b ln a. At a
     * = ±0 the derivative by b is 0 where b ≥ 0 (for a below 0 it is NaN), and where b is 0 the
     * derivative by a is 0, also at a = 0. Floats from 2²⁴ on are even exponents. For integers, a
     * power with b below 0 is truncated: it is 0 unless a is 1 or -1.
     */
    POW(true, true),
    /**
     * y = the smaller, -0 before 0, NaN where either is; 0 for an operand above the other, ½ for
     * both where they are equal, otherwise 1: so for both where either is NaN, as in PyTorch.
     */
    MIN(true, true),
    /**
     * y = the larger, 0 before -0, NaN where either is; 0 for an operand below the other, ½ for
     * both where they are equal, otherwise 1: so for both where either is NaN, as in PyTorch.
     */
    MAX(true, true),

    // ---- without a gradient kernel

    /**
     * y = the angle of the point (b, a), in [-π, π], as C's atan2; b / (a² + b²), -a / (a² + b²).
     */
    ATAN2(false, false),
    /**
     * y = a - b trunc(a / b), exactly, with the sign of a, also where it is 0, as C's fmod; 1,
     * -trunc(a / b). NaN where b is 0 or a infinite. For integers 0 where b is 0.
     */
    FMOD(true, false),
    /**
     * y = a - b ⌊a / b⌋, with the sign of b, also where it is 0, as Python's %: FMOD's result, and
     * b is added where the signs differ; 1, -⌊a / b⌋. NaN where b is 0 or a infinite. For integers
     * 0 where b is 0.
     */
    REMAINDER(true, false),
    /**
     * y = √(a² + b²), without over- or underflow on the way, infinite where either operand is, even
     * if the other is NaN; a / y, b / y.
     */
    HYPOT(false, false);

    private final boolean integral;
    private final boolean gradKernel;

    BinaryOp(boolean integral, boolean gradKernel) {
        this.integral = integral;
        this.gradKernel = gradKernel;
    }

    /**
     * Whether {@link KernelCall.BinaryGrad} takes the function; where it does not, the derivatives
     * are composed of other operations.
     */
    public boolean hasGradKernel() {
        return gradKernel;
    }

    /** Whether integers have no result where b is 0. */
    public boolean divides() {
        return this == DIV || this == FMOD || this == REMAINDER;
    }

    /** Whether the kernel's derivative by b (or by a) is made of a's values. */
    public boolean derivativeReadsA(boolean byB) {
        return switch (this) {
            case ADD, SUB -> false;
            case MUL, DIV -> byB;
            default -> true;
        };
    }

    /** Whether the kernel's derivative by b (or by a) is made of b's values. */
    public boolean derivativeReadsB(boolean byB) {
        return switch (this) {
            case ADD, SUB -> false;
            case MUL -> !byB;
            default -> true;
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
