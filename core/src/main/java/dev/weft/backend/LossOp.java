package dev.weft.backend;

/**
 * Elementwise losses: l = f(x, t; p) for a prediction x and a target t. Each constant gives the
 * loss and, after the semicolon, its derivative by x. NaN in gives NaN out. For finite operands no
 * part of a formula overflows on the way where the loss, or dl times the derivative, does not;
 * infinite ones give what IEEE arithmetic makes of the formula.
 */
public enum LossOp {
    /** l = (x - t)²; 2 (x - t). */
    SQUARED_ERROR,
    /** l = |x - t|; sign(x - t), 0 at 0. */
    ABSOLUTE_ERROR,
    /**
     * l = d² / 2 where |d| ≤ p, otherwise p (|d| - p / 2), with d = x - t; d clamped to [-p, p].
     * Huber 1964, as PyTorch's HuberLoss.
     */
    HUBER,
    /**
     * l = -(t ln x + (1 - t) ln(1 - x)) for a probability x, the logarithms clamped to ≥ -100 as in
     * PyTorch, NaN for x outside [0, 1]; (x - t) / max(x (1 - x), 1e-12).
     */
    BINARY_CROSS_ENTROPY,
    /** l = max(x, 0) - x t + ln(1 + e^-|x|) for a logit x; σ(x) - t. */
    BINARY_CROSS_ENTROPY_LOGITS,
    /**
     * l = -t ln max(x, 1e-7), one class's part of the categorical cross-entropy of a probability x,
     * clamped as in Keras; -t / x where x ≥ 1e-7, otherwise 0.
     */
    CATEGORICAL_CROSS_ENTROPY
}
