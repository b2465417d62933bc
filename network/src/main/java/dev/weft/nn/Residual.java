package dev.weft.nn;

import dev.weft.Tensor;

import java.util.List;

/**
 * y = x + f(x) (He et al. 2016): the child is called {@code inner}.
 *
 * @param inner f, whose results have the shape of its inputs
 */
public record Residual(Layer inner) implements Layer {
    @Override
    public String describe() {
        return "Residual(" + inner.describe() + ")";
    }

    @Override
    public List<Child> children() {
        return List.of(new Child("inner", inner));
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        return x.add(pass.apply(inner, x));
    }
}
