package dev.weft.backend;

import dev.weft.DType;

/**
 * Elementwise functions of one operand: y = f(x; p, q). Each constant gives the function and, after
 * the semicolon, the derivative by which dy is multiplied: in {@link KernelCall.UnaryGrad}, or,
 * where {@link #hasGradKernel} says that there is no such kernel, in other operations.
 *
 * <p>NaN in gives NaN out, for every function. An infinite x gives the limit, of the function and
 * of the derivative, except that 0 · ∞ is NaN where p is 0. A part of a formula that over- or
 * underflows on the way changes neither: a finite x gives infinity only where the result is beyond
 * its type.
 *
 * <p>Zeros have the sign that IEEE arithmetic gives them: each odd function makes -0 of -0, and so
 * do SQRT, LEAKY_RELU, ELU, SELU, CELU, EXPM1, LOG1P, FLOOR, both GELUs, SILU, MISH and HARD_SWISH,
 * as PyTorch and NumPy do. Where a maximum or a minimum is taken, -0 is below 0, as for {@link
 * Math#max}: RELU makes 0 of -0, and so does CLAMP with p = 0.
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
    CLAMP(true, Reads.OPERAND),

    // ---- without a gradient kernel

    /** y = sin x, of radians, NaN at ±Inf; y' = cos x. */
    SIN(false),
    /** y = cos x, of radians, NaN at ±Inf; y' = -sin x. */
    COS(false),
    /** y = tan x, of radians, NaN at ±Inf; y' = 1 + y². */
    TAN(false),
    /** y = arcsin x, in [-π/2, π/2], NaN where |x| > 1; y' = 1 / √((1 - x) (1 + x)). */
    ASIN(false),
    /** y = arccos x, in [0, π], NaN where |x| > 1; y' = -1 / √((1 - x) (1 + x)). */
    ACOS(false),
    /** y = arctan x, in [-π/2, π/2]; y' = 1 / (1 + x²). */
    ATAN(false),
    /** y = sinh x = (e^x - e^-x) / 2; y' = cosh x. */
    SINH(false),
    /** y = cosh x = (e^x + e^-x) / 2; y' = sinh x. */
    COSH(false),
    /** y = arsinh x = ln(x + √(x² + 1)); y' = 1 / √(x² + 1). */
    ASINH(false),
    /**
     * y = arcosh x = ln(x + √(x² - 1)), NaN where x {@literal <} 1; y' = 1 / √((x - 1) (x + 1)).
     */
    ACOSH(false),
    /** y = artanh x = ln((1 + x) / (1 - x)) / 2, NaN where |x| > 1; y' = 1 / ((1 - x) (1 + x)). */
    ATANH(false),
    /** y = e^x - 1, without cancellation about 0; y' = e^x. */
    EXPM1(false),
    /** y = ln(1 + x), without cancellation about 0, NaN below -1; y' = 1 / (1 + x). */
    LOG1P(false),
    /** y = log₂ x, exact for powers of two, otherwise as LOG; y' = 1 / (x ln 2). */
    LOG2(false),
    /** y = log₁₀ x, as LOG; y' = 1 / (x ln 10). */
    LOG10(false),
    /** y = 2^x, exact for whole x; y' = y ln 2. */
    EXP2(false),
    /** y = 1 / √x, ±Inf at ±0, NaN below; y' = -y / (2 x). */
    RSQRT(false),
    /** y = 1 / x; y' = -y². */
    RECIPROCAL(false),
    /** y = erf x = 2/√π ∫₀ˣ e^-t² dt; y' = 2/√π e^-x². */
    ERF(false),
    /** y = erfc x = 1 - erf x, without cancellation for large x; y' = -2/√π e^-x². */
    ERFC(false),
    /** y = ⌊x⌋, the largest whole number that is not above x; y' = 0. */
    FLOOR(true),
    /** y = ⌈x⌉, the smallest whole number that is not below x; y' = 0. */
    CEIL(true),
    /** y = the nearest whole number, the even one of two; y' = 0. */
    ROUND(true),
    /** y = x without its fraction; y' = 0. */
    TRUNC(true),
    /** y = -1, 0 or 1 by the sign of x, zeros keep theirs; y' = 0. */
    SIGN(true),
    /** y = min(max(x / 6 + ½, 0), 1); y' = 1/6 where |x| {@literal <} 3, otherwise 0. */
    HARD_SIGMOID(false),
    /**
     * y = x min(max(x + 3, 0), 6) / 6; y' = x / 3 + ½ where |x| {@literal <} 3, otherwise 0 for x
     * below and 1 above. Howard et al. 2019.
     */
    HARD_SWISH(false),
    /**
     * y = x t with t = tanh(ln(1 + e^x)); y' = t + x σ(x) (1 - t²) with σ the sigmoid. Misra 2019.
     */
    MISH(false),
    /**
     * y = λ x where x ≥ 0, otherwise λ α (e^x - 1); y' = λ where x > 0, otherwise λ α e^x; with λ =
     * 1.0507009873554805 and α = 1.6732632423543772. Klambauer et al. 2017.
     */
    SELU(false),
    /**
     * y = x where x ≥ 0, otherwise p (e^(x/p) - 1); y' = 1 where x > 0, otherwise e^(x/p). Barron
     * 2017.
     */
    CELU(false),
    /** y = x / (1 + |x|), ±1 at ±Inf; y' = 1 / (1 + |x|)². */
    SOFTSIGN(false),
    /** y = ln σ(x) = -(max(-x, 0) + log1p(e^-|x|)), σ the sigmoid; y' = σ(-x). */
    LOG_SIGMOID(false);

    /** Which values a derivative is made of. */
    public enum Reads {
        /** None: the derivative is a constant. */
        NOTHING,
        /** x. */
        OPERAND,
        /** y. */
        RESULT,
        /** Whatever the operations read of which the derivative is composed. */
        COMPOSED
    }

    private final boolean integral;
    private final Reads derivativeReads;

    UnaryOp(boolean integral) {
        this(integral, Reads.COMPOSED);
    }

    UnaryOp(boolean integral, Reads derivativeReads) {
        this.integral = integral;
        this.derivativeReads = derivativeReads;
    }

    /** What {@link KernelCall.UnaryGrad} reads besides dy: the other of x and y may be any view. */
    public Reads derivativeReads() {
        return derivativeReads;
    }

    /**
     * Whether {@link KernelCall.UnaryGrad} takes the function; where it does not, the derivative is
     * composed of other operations.
     */
    public boolean hasGradKernel() {
        return derivativeReads != Reads.COMPOSED;
    }

    /**
     * Whether the function is defined for operands of this type; results have the operand's type.
     */
    public boolean supports(DType dtype) {
        return dtype.isFloating() || (dtype.isInteger() && integral);
    }
}
