package dev.weft.nn;

import dev.weft.Tensor;

/** y = softmax(x) along the last axis. */
public record Softmax() implements Layer {
    @Override
    public String describe() {
        return "Softmax";
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return x.softmax(-1);
    }
}
