package dev.weft.nn;

import dev.weft.Resizing;
import dev.weft.Tensor;

/**
 * {@link Resizing#resize} of batch×channels×extents to {@code factor} times the extents.
 *
 * @param factor at least 1
 * @param mode what results are made of
 * @param alignCorners as {@link Resizing#resize} takes it
 */
public record Upsample(int factor, Resizing.Mode mode, boolean alignCorners) implements Layer {
    /** Checks the factor. */
    public Upsample {
        if (factor < 1) {
            throw new IllegalArgumentException(
                    "Upsample: the factor must be at least 1, got %d".formatted(factor));
        }
    }

    /** Each element {@code factor} times along each axis. */
    public static Upsample nearest(int factor) {
        return new Upsample(factor, Resizing.Mode.NEAREST, false);
    }

    /** On the lines between neighbours, where outer edges lie on one another. */
    public static Upsample linear(int factor) {
        return new Upsample(factor, Resizing.Mode.LINEAR, false);
    }

    @Override
    public String describe() {
        return "Upsample(%d, %s)".formatted(factor, mode);
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Scales.checkHasAxes(describe(), x);
        long[] sizes = new long[x.rank() - 2];
        for (int a = 0; a < sizes.length; a++) {
            sizes[a] = Math.multiplyExact(x.dim(2 + a), factor);
        }
        return Resizing.resize(x, mode, alignCorners, sizes);
    }
}
