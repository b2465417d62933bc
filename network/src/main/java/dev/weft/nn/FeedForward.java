package dev.weft.nn;

import dev.weft.Tensor;

/** What stands between the two products of a transformer's layer. */
public enum FeedForward {
    /** {@link Tensor#relu}. */
    RELU,
    /** {@link Tensor#gelu}. */
    GELU,
    /** {@link Tensor#geluTanh}. */
    GELU_TANH,
    /** {@link Tensor#silu}. */
    SILU,
    /**
     * silu(a) b of the first and the second half of what the first product gives (Shazeer 2020): it
     * has twice the rows.
     */
    SWIGLU;

    /** How many numbers the first product gives for each that the second takes. */
    int parts() {
        return this == SWIGLU ? 2 : 1;
    }

    Tensor apply(Tensor x) {
        return switch (this) {
            case RELU -> x.relu();
            case GELU -> x.gelu();
            case GELU_TANH -> x.geluTanh();
            case SILU -> x.silu();
            case SWIGLU -> {
                long half = x.dim(-1) / 2;
                yield x.slice(-1, 0, half).silu().mul(x.slice(-1, half, 2 * half));
            }
        };
    }
}
