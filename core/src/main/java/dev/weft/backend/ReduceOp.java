package dev.weft.backend;

import dev.weft.DType;

/**
 * Reductions over axes. The order of additions is fixed by the shape alone, so results repeat bit
 * for bit.
 */
public enum ReduceOp {
    /** y = Σ x; 0 over nothing. */
    SUM(true),
    /** y = Σ x / n; NaN over nothing. */
    MEAN(false),
    /** y = Π x; 1 over nothing. */
    PROD(true),
    /** y = max x, NaN where any x is; -Inf (integers: the type's smallest value) over nothing. */
    MAX(true),
    /** y = min x, NaN where any x is; +Inf (integers: the type's largest value) over nothing. */
    MIN(true);

    private final boolean integral;

    ReduceOp(boolean integral) {
        this.integral = integral;
    }

    /**
     * Whether the reduction is defined for operands of this type; the result has the operand's
     * type.
     */
    public boolean supports(DType dtype) {
        return dtype.isFloating() || (dtype.isInteger() && integral);
    }
}
