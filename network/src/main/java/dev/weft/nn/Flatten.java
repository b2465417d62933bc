package dev.weft.nn;

import dev.weft.Tensor;

/** y = x with all axes but the first as one: a view where x's strides allow it. */
public record Flatten() implements Layer {
    @Override
    public String describe() {
        return "Flatten";
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        return x.rank() == 2
                ? x
                : x.contiguous().reshape(x.dim(0), x.size() / Math.max(1, x.dim(0)));
    }
}
