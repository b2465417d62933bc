package dev.weft.nn;

import dev.weft.Tensor;

import java.util.function.UnaryOperator;

/** What stands between the two products of a transformer's layer. */
public enum FeedForward {
    /** {@link Tensor#relu}. */
    RELU(1, Tensor::relu),
    /** {@link Tensor#gelu}. */
    GELU(1, Tensor::gelu),
    /** {@link Tensor#geluTanh}. */
    GELU_TANH(1, Tensor::geluTanh),
    /** {@link Tensor#silu}. */
    SILU(1, Tensor::silu),
    /**
     * silu(a) b of the first and the second half of what the first product gives (Shazeer 2020): it
     * has twice the rows.
     */
    SWIGLU(2, FeedForward::gated);

    private final int parts;
    private final UnaryOperator<Tensor> function;

    FeedForward(int parts, UnaryOperator<Tensor> function) {
        this.parts = parts;
        this.function = function;
    }

    /** How many numbers the first product gives for each that the second takes. */
    int parts() {
        return parts;
    }

    Tensor apply(Tensor x) {
        return function.apply(x);
    }

    private static Tensor gated(Tensor x) {
        long half = x.dim(-1) / 2;
        return x.slice(-1, 0, half).silu().mul(x.slice(-1, half, 2 * half));
    }
}
