package dev.weft.nn;

import dev.weft.Normalizations;
import dev.weft.Shape;
import dev.weft.Tensor;

import java.util.List;

/**
 * {@link Normalizations#rmsNorm} over the last axes, with a weight for each element.
 *
 * @param shape the extents of these axes
 * @param eps added to the mean of the squares
 */
public record RMSNorm(Shape shape, double eps) implements Layer {
    /** With an eps of 2⁻²³, PyTorch's default for F32. */
    public RMSNorm(long... dims) {
        this(Shape.of(dims), 0x1p-23);
    }

    @Override
    public String describe() {
        return "RMSNorm(" + shape + ")";
    }

    @Override
    public List<ParameterSpec> parameters() {
        return List.of(new ParameterSpec("weight", shape, Fans.of(shape), Initializer.ones()));
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Scales.checkEnd(describe(), x, shape);
        return Normalizations.rmsNorm(x, -shape.rank(), pass.get(this, "weight"), eps);
    }
}
