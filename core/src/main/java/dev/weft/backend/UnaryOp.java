package dev.weft.backend;

import dev.weft.DType;

/**
 * Elementwise functions of one operand: y = f(x; p, q). Each constant gives the function and, after
 * the semicolon, the derivative that {@link Kernels#unaryGrad} multiplies by dy. NaN in gives NaN
 * out, for every function.
 */
public enum UnaryOp {
    /** y = p x + q; y' = p. */
    AFFINE(true),
    /** y = -x; y' = -1. */
    NEG(true),
    /** y = |x|; y' = sign(x), 0 at 0. */
    ABS(true),
    /** y = e^x; y' = y. */
    EXP(false),
    /** y = ln x, -Inf at 0, NaN below; y' = 1 / x. */
    LOG(false),
    /** y = sqrt(x), NaN below 0; y' = 1 / (2 y). */
    SQRT(false),
    /** y = x²; y' = 2 x. */
    SQUARE(true),
    /** y = max(x, 0); y' = 1 where y > 0, otherwise 0. A function of y alone. */
    RELU(true),
    /** y = x where x > 0, otherwise p x; y' = 1 where x > 0, otherwise p. */
    LEAKY_RELU(false),
    /**
     * y = x where x > 0, otherwise p (e^x - 1); y' = 1 where x > 0, otherwise p e^x. Clevert et al.
     * 2015.
     */
    ELU(false),
    /** y = 1 / (1 + e^-x); y' = y (1 - y). A function of y alone. */
    SIGMOID(false),
    /** y = tanh x; y' = 1 - y². A function of y alone. */
    TANH(false),
    /** y = x Φ(x) = x (1 + erf(x / √2)) / 2; y' = Φ(x) + x φ(x). Hendrycks and Gimpel 2016. */
    GELU_ERF(false),
    /**
     * y = x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2; y' by the product rule. Hendrycks and Gimpel
     * 2016.
     */
    GELU_TANH(false),
    /** y = x σ(x) with σ the sigmoid; y' = σ(x) (1 + x (1 - σ(x))). */
    SILU(false),
    /** y = ln(1 + e^x), computed as max(x, 0) + log1p(e^-|x|); y' = σ(x). */
    SOFTPLUS(false),
    /** y = min(max(x, p), q); y' = 1 where p ≤ x ≤ q, otherwise 0. */
    CLAMP(true);

    private final boolean integral;

    UnaryOp(boolean integral) {
        this.integral = integral;
    }

    /**
     * Whether the function is defined for operands of this type; results have the operand's type.
     */
    public boolean supports(DType dtype) {
        return dtype.isFloating() || integral;
    }
}
