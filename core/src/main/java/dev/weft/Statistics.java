package dev.weft;

import dev.weft.backend.ReduceOp;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Spreads, and sums of exponentials, over axes: over all, where none is given. Of floating types;
 * F16 and BF16 compute in F32 and are rounded once. Gradients flow to x.
 *
 * <p>All throw a {@link ShapeException} where an axis is not there or occurs twice, or the type is
 * not floating, and an {@link IllegalStateException} where x was closed. Axes count from the end
 * where they are negative.
 */
public final class Statistics {
    private Statistics() {}

    /**
     * y = Σ (x - mean)² / (n - correction), in two passes, so that a large mean costs no digits.
     * NaN or infinite where n is not above the correction.
     *
     * @param correction 1 for the unbiased estimate of a sample, 0 for a whole population
     * @param keepDims whether the axes stay, with extent 1, or vanish
     */
    public static Tensor var(Tensor x, double correction, boolean keepDims, int... axes) {
        return wide("var", x, w -> variance("var", w, correction, keepDims, axes));
    }

    /** The square root of {@link #var}; its gradient is 0 where it is 0. */
    public static Tensor std(Tensor x, double correction, boolean keepDims, int... axes) {
        return wide("std", x, w -> Norms.root(variance("std", w, correction, keepDims, axes), 2));
    }

    private static Tensor variance(
            String operation, Tensor x, double correction, boolean keepDims, int... axes) {
        boolean[] named = x.shape().axes(operation, axes);
        double n = 1;
        for (int axis = 0; axis < named.length; axis++) {
            n *= named[axis] ? x.dim(axis) : 1;
        }
        Tensor squares = x.sub(x.reduce(ReduceOp.MEAN, true, axes)).square();
        return squares.reduce(ReduceOp.SUM, keepDims, axes).div(Math.max(0, n - correction));
    }

    /**
     * y = ln Σ e^x, which neither overflows nor underflows on the way. Infinite elements count as
     * they are: +Inf where one is +Inf, -Inf where all are -Inf, or there is none; the gradient is
     * 0 there at every x below +Inf.
     *
     * @param keepDims whether the axes stay, with extent 1, or vanish
     */
    public static Tensor logsumexp(Tensor x, boolean keepDims, int... axes) {
        return wide(
                "logsumexp",
                x,
                w -> {
                    boolean[] named = w.shape().axes("logsumexp", axes);
                    Tensor kept = stable(w, axes);
                    return keepDims ? kept : Layout.withUnitAxes(kept, w.shape().dropped(named));
                });
    }

    private static Tensor stable(Tensor x, int... axes) {
        Tensor[] result = new Tensor[1];
        return x.device()
                .custom(
                        "logsumexp",
                        List.of(x),
                        () -> {
                            Tensor largest = finite(x.reduce(ReduceOp.MAX, true, axes));
                            Tensor sum = x.sub(largest).exp().reduce(ReduceOp.SUM, true, axes);
                            Tensor y = sum.log().add(largest);
                            result[0] = y;
                            return y;
                        },
                        dy -> List.of(x.sub(finite(result[0])).exp().mul(dy)));
    }

    /** x, without infinities: their difference would be NaN. */
    static Tensor finite(Tensor x) {
        return x.clamp(-Norms.largest(x), Norms.largest(x));
    }

    /** A computation in the type that x computes in, rounded once; one scope for all of it. */
    static Tensor wide(String operation, Tensor x, UnaryOperator<Tensor> body) {
        Elementwise.requireFloating(operation, x);
        return x.device().compute(() -> body.apply(x.to(x.dtype().computesIn())).to(x.dtype()));
    }
}
