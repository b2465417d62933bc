package dev.weft.backend;

import org.jspecify.annotations.Nullable;

/**
 * The activations that a gemm's epilogue can apply: those whose derivative is a function of the
 * output, so that nothing else has to be kept for the backward pass.
 */
public enum Activation {
    /** y = x. */
    IDENTITY(null),
    /** {@link UnaryOp#RELU}. */
    RELU(UnaryOp.RELU),
    /** {@link UnaryOp#SIGMOID}. */
    SIGMOID(UnaryOp.SIGMOID),
    /** {@link UnaryOp#TANH}. */
    TANH(UnaryOp.TANH);

    private final @Nullable UnaryOp op;

    Activation(@Nullable UnaryOp op) {
        this.op = op;
    }

    /** The same function as an elementwise operation, or null for the identity. */
    public @Nullable UnaryOp op() {
        return op;
    }
}
