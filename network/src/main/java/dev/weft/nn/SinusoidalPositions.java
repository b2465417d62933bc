package dev.weft.nn;

import dev.weft.Positions;
import dev.weft.Tensor;

/**
 * y = x + {@link Positions#sinusoidal}, for x batch×length×width.
 *
 * @param width even
 */
public record SinusoidalPositions(int width) implements Layer {
    /** Checks the width. */
    public SinusoidalPositions {
        if (width < 2 || width % 2 != 0) {
            throw new IllegalArgumentException(
                    "SinusoidalPositions: the width must be even and above 0, got %d"
                            .formatted(width));
        }
    }

    @Override
    public String describe() {
        return "SinusoidalPositions(" + width + ")";
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Scales.checkSequence(describe(), x, width);
        return x.add(Positions.sinusoidal(x.device(), x.dtype(), pass.position(), x.dim(1), width));
    }
}
