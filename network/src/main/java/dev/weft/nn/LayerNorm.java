package dev.weft.nn;

import dev.weft.Normalizations;
import dev.weft.Shape;
import dev.weft.Tensor;

import java.util.List;

/**
 * {@link Normalizations#layerNorm} over the last axes, with a weight and a bias for each element.
 *
 * @param shape the extents of these axes, together at least two elements
 * @param eps added to the variance
 */
public record LayerNorm(Shape shape, double eps) implements Layer {
    /** Checks that there is something to take a variance of. */
    public LayerNorm {
        if (shape.size() < 2) {
            throw new IllegalArgumentException(
                    "LayerNorm: normalises %s: a variance needs at least two elements"
                            .formatted(shape));
        }
    }

    /** With an eps of 1e-5, as in PyTorch. */
    public LayerNorm(long... dims) {
        this(Shape.of(dims), 1e-5);
    }

    @Override
    public String describe() {
        return "LayerNorm(" + shape + ")";
    }

    @Override
    public List<ParameterSpec> parameters() {
        return List.of(
                new ParameterSpec("weight", shape, Fans.of(shape), Initializer.ones()),
                new ParameterSpec("bias", shape, Fans.of(shape), Initializer.zeros()));
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Scales.checkEnd(describe(), x, shape);
        return Normalizations.layerNorm(
                x, -shape.rank(), pass.get(this, "weight"), pass.get(this, "bias"), eps);
    }
}
