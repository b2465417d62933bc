package dev.weft;

import dev.weft.backend.UnaryOp;

/**
 * Activations that are composed of other functions; those with a kernel are {@link UnaryOp}'s, and
 * methods of {@link Tensor}. Elementwise, save {@link #glu}, for floating types, with gradients to
 * every floating operand; NaN in gives NaN out.
 *
 * <p>All throw a {@link ShapeException} where a type or a shape does not fit.
 */
public final class Activations {
    private Activations() {}

    /** y = min(max(x, 0), 6); y' = 1 where 0 ≤ x ≤ 6, otherwise 0. */
    public static Tensor relu6(Tensor x) {
        return Elementwise.clamp(x, 0, 6);
    }

    /**
     * y = min(max(x, low), high): {@link UnaryOp#CLAMP}; PyTorch's defaults are -1 and 1.
     *
     * @throws IllegalArgumentException where low exceeds high or either is NaN
     */
    public static Tensor hardtanh(Tensor x, double low, double high) {
        return Elementwise.clamp(x, low, high);
    }

    /** y = x where |x| > lambda, otherwise 0; y' = 1 or 0. PyTorch's default lambda is 0.5. */
    public static Tensor hardshrink(Tensor x, double lambda) {
        return x.device()
                .compute(
                        () -> {
                            Tensor inside = x.detach().abs().lessEqual(number(x, lambda));
                            return inside.where(number(x, 0), x);
                        });
    }

    /**
     * y = x - lambda where x > lambda, x + lambda where x {@literal <} -lambda, otherwise 0; y' = 1
     * or 0. PyTorch's default lambda is 0.5.
     *
     * @throws IllegalArgumentException where lambda is below 0, or NaN
     */
    public static Tensor softshrink(Tensor x, double lambda) {
        if (!(lambda >= 0)) {
            throw new IllegalArgumentException(
                    "softshrink: lambda is %s: it must be 0 or more".formatted(lambda));
        }
        return x.device()
                .compute(
                        () -> {
                            Tensor inside = x.detach().abs().lessEqual(number(x, lambda));
                            Tensor nearer = x.sub(x.detach().sign().mul(lambda));
                            return inside.where(number(x, 0), nearer);
                        });
    }

    /** y = x - tanh x; y' = tanh² x. */
    public static Tensor tanhshrink(Tensor x) {
        return x.device().compute(() -> x.sub(x.tanh()));
    }

    /**
     * y = x where x > threshold or NaN, otherwise value; y' = 1 or 0. With value = 0 ONNX's
     * thresholded ReLU.
     */
    public static Tensor threshold(Tensor x, double threshold, double value) {
        return x.device()
                .compute(
                        () -> {
                            Tensor below = x.lessEqual(number(x, threshold));
                            return below.where(number(x, value), x);
                        });
    }

    /** y = x σ(1.702 x) with σ the sigmoid. Hendrycks and Gimpel 2016. */
    public static Tensor quickGelu(Tensor x) {
        return x.device().compute(() -> x.mul(x.mul(1.702).sigmoid()));
    }

    /**
     * y = a σ(b) with σ the sigmoid, where a and b are the halves of x along an axis. Dauphin et
     * al. 2017.
     *
     * @throws ShapeException also where the axis is not there, or its extent is odd
     */
    public static Tensor glu(Tensor x, int axis) {
        int at = x.shape().axis("glu", axis);
        long extent = x.dim(at);
        if (extent % 2 != 0) {
            throw new ShapeException(
                    "glu: x is %s: the extent of axis %d must be even, to be halved"
                            .formatted(x, axis));
        }
        long half = extent / 2;
        return x.device()
                .compute(() -> x.slice(at, 0, half).mul(x.slice(at, half, extent).sigmoid()));
    }

    /**
     * y = x where x > 0, otherwise slope x; the slope broadcasts, and is learnt. PyTorch has one
     * for all, or one for each channel, axis 1: reshape it to channels×1×…×1 for that. He et al.
     * 2015.
     */
    public static Tensor prelu(Tensor x, Tensor slope) {
        return x.device().compute(() -> x.greater(number(x, 0)).where(x, x.mul(slope)));
    }

    private static Tensor number(Tensor like, double value) {
        return like.device().full(like.dtype(), value, Shape.SCALAR);
    }
}
