package dev.weft;

import dev.weft.backend.ReduceOp;

import java.util.List;

/**
 * Norms of vectors, and what is divided by them. Of floating types; F16 and BF16 compute in F32 and
 * are rounded once. Gradients flow to every operand, and are 0 where a norm is.
 *
 * <p>All throw a {@link ShapeException} where an axis is not there or occurs twice, shapes do not
 * broadcast, or a type is not floating; an {@link IllegalArgumentException} where operands are on
 * two devices, or a number makes no sense; an {@link IllegalStateException} where an operand was
 * closed. Axes count from the end where they are negative.
 */
public final class Norms {
    /** What PyTorch adds to the norm that gradients are divided by. */
    private static final double CLIP_EPS = 1e-6;

    private Norms() {}

    /**
     * y = (Σ |x|^p)^(1/p) over axes: over all, where none is given. For p = ∞ the largest |x|, for
     * -∞ the smallest, for 0 the number of elements that are not 0. It overflows or underflows only
     * where the result does: elements are divided by the largest first.
     *
     * @param p any number but NaN
     * @param keepDims whether the axes stay, with extent 1, or vanish
     */
    public static Tensor norm(Tensor x, double p, boolean keepDims, int... axes) {
        if (Double.isNaN(p)) {
            throw new IllegalArgumentException("norm: p is NaN, and must be a number");
        }
        return Statistics.wide("norm", x, w -> of(w, p, keepDims, axes));
    }

    private static Tensor of(Tensor x, double p, boolean keepDims, int... axes) {
        boolean[] named = x.shape().axes("norm", axes);
        if (p == 0) {
            Tensor zero = x.device().full(x.dtype(), 0, Shape.SCALAR);
            return x.notEqual(zero).to(x.dtype()).reduce(ReduceOp.SUM, keepDims, axes);
        }
        Tensor sizes = x.abs();
        if (p == 1) {
            return sizes.reduce(ReduceOp.SUM, keepDims, axes);
        }
        if (Double.isInfinite(p)) {
            return sizes.reduce(p > 0 ? ReduceOp.MAX : ReduceOp.MIN, keepDims, axes);
        }
        // A constant to the gradient: the norm does not depend on it.
        Tensor extreme = sizes.detach().reduce(p > 0 ? ReduceOp.MAX : ReduceOp.MIN, true, axes);
        Tensor scale = extreme.clamp(smallest(x), largest(x));
        Tensor scaled = p == 2 ? x.div(scale).square() : sizes.div(scale).pow(p);
        Tensor y = root(scaled.reduce(ReduceOp.SUM, true, axes), p).mul(scale);
        return keepDims ? y : Layout.withUnitAxes(y, x.shape().dropped(named));
    }

    /**
     * Scales tensors in place by min(1, most / (‖all‖_p + 1e-6)), where ‖all‖_p is the norm of all
     * of their elements: so that it is at most {@code most}. As PyTorch's {@code clip_grad_norm_},
     * but for a norm that is not finite: then they stay as they are. It reads nothing back, so that
     * it can be captured.
     *
     * @param tensors floating, of one type, on one device, none of them tracked
     * @param most above 0
     * @param p above 0; infinity for the largest element
     * @return ‖all‖_p before, a scalar
     */
    public static Tensor clip(List<Tensor> tensors, double most, double p) {
        if (!(most > 0 && p > 0) || tensors.isEmpty()) {
            throw new IllegalArgumentException(
                    "clip: needs tensors, and a norm and p above 0, got %d tensors, norm %s, p %s"
                            .formatted(tensors.size(), most, p));
        }
        return tensors.getFirst()
                .device()
                .compute(
                        () -> {
                            Tensor[] each =
                                    tensors.stream()
                                            .map(x -> norm(x, p, false))
                                            .toArray(Tensor[]::new);
                            Tensor all =
                                    each.length == 1
                                            ? each[0]
                                            : norm(Shapes.stack(0, each), p, false);
                            Tensor scale = all.add(CLIP_EPS).reciprocal().mul(most);
                            Tensor one = all.device().full(all.dtype(), 1, Shape.SCALAR);
                            Tensor atMost = all.isFinite().where(scale.clamp(0, 1), one);
                            tensors.forEach(x -> x.assign(x.mul(atMost)));
                            return all;
                        });
    }

    /** y = x^(1/p), whose gradient is 0 where x is 0. */
    static Tensor root(Tensor x, double p) {
        Tensor[] result = new Tensor[1];
        return x.device()
                .custom(
                        "root",
                        List.of(x),
                        () -> result[0] = p == 2 ? x.sqrt() : x.pow(1 / p),
                        dy -> {
                            // 0 / smallest is 0, where 0 / 0 would be NaN.
                            Tensor divisor = x.clamp(smallest(x), Double.POSITIVE_INFINITY);
                            return List.of(result[0].div(divisor).mul(dy).mul(1 / p));
                        });
    }

    /** The smallest normal number of the type that x computes in. */
    private static double smallest(Tensor x) {
        return x.dtype() == DType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    }

    /** The largest number of the type that x computes in. */
    static double largest(Tensor x) {
        return x.dtype() == DType.F64 ? Double.MAX_VALUE : Float.MAX_VALUE;
    }

    /**
     * x / max(‖x‖_p, eps) along an axis.
     *
     * @param eps keeps zeros from being divided by 0; 1e-12 as in PyTorch
     */
    public static Tensor normalize(Tensor x, double p, int axis, double eps) {
        x.shape().axis("normalize", axis);
        return Statistics.wide("normalize", x, w -> w.div(atLeast(of(w, p, true, axis), eps)));
    }

    private static Tensor atLeast(Tensor x, double eps) {
        return x.clamp(eps, Double.POSITIVE_INFINITY);
    }

    /**
     * a·b / (max(‖a‖, eps) max(‖b‖, eps)) along an axis, which vanishes; a and b broadcast.
     *
     * @param eps keeps zeros from being divided by 0; 1e-8 as in PyTorch
     */
    public static Tensor cosineSimilarity(Tensor a, Tensor b, int axis, double eps) {
        Elementwise.sameType("cosine_similarity", a, b);
        Elementwise.requireFloating("cosine_similarity", a);
        Shape shape = Shape.broadcast("cosine_similarity", a.shape(), b.shape());
        int at = shape.axis("cosine_similarity", axis);
        return a.device()
                .compute(
                        () -> {
                            Tensor left = direction(a.expand(shape.toArray()), at, eps);
                            Tensor right = direction(b.expand(shape.toArray()), at, eps);
                            return left.mul(right).sum(at).to(a.dtype());
                        });
    }

    private static Tensor direction(Tensor x, int axis, double eps) {
        return normalize(x.to(x.dtype().computesIn()), 2, axis, eps);
    }
}
