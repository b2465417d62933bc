package dev.weft.backend;

import dev.weft.DType;

/**
 * Elementwise functions of one operand: y = f(x; p, q). Each constant gives the function and, after
 * the semicolon, the derivative that {@link KernelCall.UnaryGrad} multiplies by dy.
 *
 * <p>NaN in gives NaN out, for every function. An infinite x gives the limit, of the function and
 * of the derivative, except that 0 · ∞ is NaN where p is 0. A part of a formula that over- or
 * underflows on the way changes neither: a finite x gives infinity only where the result is beyond
 * its type.
 *
 * <p>Zeros have the sign that IEEE arithmetic gives them: SQRT, LEAKY_RELU, ELU, TANH, both GELUs
 * and SILU make -0 of -0, as PyTorch and NumPy do. Where a maximum or a minimum is taken, -0 is
 * below 0, as for {@link Math#max}: RELU makes 0 of -0, and so does CLAMP with p = 0.
 *
 * <p>For integers, arithmetic wraps, and p and q are whole numbers.
 */
public enum UnaryOp {
    /** y = p x + q; y' = p. With q = -0 this is p x, the sign of zero included. */
    AFFINE(true, Reads.NOTHING),
    /** y = -x; y' = -1. */
    NEG(true, Reads.NOTHING),
    /** y = |x|; y' = sign(x), 0 at 0. For integers, the smallest value is its own magnitude. */
    ABS(true, Reads.OPERAND),
    /** y = e^x; y' = y. */
    EXP(false, Reads.RESULT),
    /** y = ln x, -Inf at ±0, NaN below; y' = 1 / x, also below. */
    LOG(false, Reads.OPERAND),
    /** y = sqrt(x), NaN below 0; y' = 1 / (2 y), infinite at ±0 with its sign. */
    SQRT(false, Reads.RESULT),
    /** y = x²; y' = 2 x. */
    SQUARE(true, Reads.OPERAND),
    /** y = max(x, 0); y' = 1 where y > 0, otherwise 0. A function of y alone. */
    RELU(true, Reads.RESULT),
    /** y = x where x > 0, otherwise p x; y' = 1 where x > 0, otherwise p. */
    LEAKY_RELU(false, Reads.OPERAND),
    /**
     * y = x where x ≥ 0, otherwise p (e^x - 1); y' = 1 where x > 0, otherwise p e^x. Clevert et al.
     * 2015.
     */
    ELU(false, Reads.OPERAND),
    /** y = 1 / (1 + e^-x); y' = y (1 - y). A function of y alone. */
    SIGMOID(false, Reads.RESULT),
    /** y = tanh x; y' = 1 - y². A function of y alone. */
    TANH(false, Reads.RESULT),
    /**
     * y = x Φ(x) = x (1 + erf(x / √2)) / 2; y' = Φ(x) + x φ(x). Computed with Φ(x) = 1 - Φ(-x), so
     * that for negative x nothing cancels. Hendrycks and Gimpel 2016.
     */
    GELU_ERF(false, Reads.OPERAND),
    /**
     * y = x (1 + tanh u) / 2 = x σ(2 u) with u = √(2/π) (x + 0.044715 x³); y' = σ(2 u) + 2 x u' σ(2
     * u) σ(-2 u). By σ, so that for negative x nothing cancels. Hendrycks and Gimpel 2016.
     */
    GELU_TANH(false, Reads.OPERAND),
    /** y = x σ(x) with σ the sigmoid; y' = σ(x) + x σ(x) σ(-x). */
    SILU(false, Reads.OPERAND),
    /** y = ln(1 + e^x), computed as max(x, 0) + log1p(e^-|x|); y' = σ(x). */
    SOFTPLUS(false, Reads.OPERAND),
    /** y = min(max(x, p), q); y' = 1 where p ≤ x ≤ q, otherwise 0. */
    CLAMP(true, Reads.OPERAND);

    /** Which values a derivative is made of. */
    public enum Reads {
        /** None: the derivative is a constant. */
        NOTHING,
        /** x. */
        OPERAND,
        /** y. */
        RESULT
    }

    private final boolean integral;
    private final Reads derivativeReads;

    UnaryOp(boolean integral, Reads derivativeReads) {
        this.integral = integral;
        this.derivativeReads = derivativeReads;
    }

    /** What {@link KernelCall.UnaryGrad} reads besides dy: the other of x and y may be any view. */
    public Reads derivativeReads() {
        return derivativeReads;
    }

    /**
     * Whether the function is defined for operands of this type; results have the operand's type.
     */
    public boolean supports(DType dtype) {
        return dtype.isFloating() || (dtype.isInteger() && integral);
    }
}
