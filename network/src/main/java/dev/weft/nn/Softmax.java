package dev.weft.nn;

import dev.weft.Tensor;

/** y = softmax(x) along the last axis. */
public record Softmax() implements Layer {
    @Override
    public String describe() {
        return "Softmax";
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        return x.softmax(-1);
    }
}
