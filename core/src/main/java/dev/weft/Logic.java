package dev.weft;

import dev.weft.backend.CompareOp;
import dev.weft.backend.ReduceOp;

/**
 * Truths of each element, and whether any or all are true. Results are BOOL; operands are of any
 * type, and true where they are not 0, NaN included. Two operands broadcast as in {@link
 * Elementwise}; they may be of two types. No gradient.
 */
public final class Logic {
    private Logic() {}

    /** Where x is NaN: for integers nowhere. */
    public static Tensor isNan(Tensor x) {
        return x.dtype().isFloating()
                ? Elementwise.compare(CompareOp.NOT_EQUAL, x, x)
                : everywhere(x, false);
    }

    /** Where x is infinite: for integers nowhere. */
    public static Tensor isInf(Tensor x) {
        return x.dtype().isFloating()
                ? x.device().compute(() -> x.detach().abs().equal(infinity(x)))
                : everywhere(x, false);
    }

    /** Where x is neither infinite nor NaN: for integers everywhere. */
    public static Tensor isFinite(Tensor x) {
        return x.dtype().isFloating()
                ? x.device().compute(() -> x.detach().abs().less(infinity(x)))
                : everywhere(x, true);
    }

    /** Where both a and b are true. */
    public static Tensor and(Tensor a, Tensor b) {
        fit("logical_and", a, b);
        return a.device().compute(() -> truth(a).where(truth(b), truth(a)));
    }

    /** Where a or b is true, or both. */
    public static Tensor or(Tensor a, Tensor b) {
        fit("logical_or", a, b);
        return a.device().compute(() -> truth(a).where(truth(a), truth(b)));
    }

    /** Where either a or b is true, but not both. */
    public static Tensor xor(Tensor a, Tensor b) {
        fit("logical_xor", a, b);
        return a.device().compute(() -> truth(a).where(not(b), truth(b)));
    }

    /** Where x is not true. */
    public static Tensor not(Tensor x) {
        return x.device().compute(() -> truth(x).where(constant(x, false), constant(x, true)));
    }

    /**
     * Whether any element over some axes, which vanish, is true; over all axes where none is given.
     * Of no elements none is.
     *
     * @throws ShapeException where an axis is not there, or occurs twice
     */
    public static Tensor any(Tensor x, int... axes) {
        return reduced("any", ReduceOp.MAX, x, axes);
    }

    /**
     * Whether all elements over some axes, which vanish, are true; over all axes where none is
     * given. Of no elements all are.
     *
     * @throws ShapeException where an axis is not there, or occurs twice
     */
    public static Tensor all(Tensor x, int... axes) {
        return reduced("all", ReduceOp.MIN, x, axes);
    }

    /** The truths as bytes, of which 0 and 255 are the extremes of nothing. */
    private static Tensor reduced(String name, ReduceOp op, Tensor x, int... axes) {
        for (int axis : axes) {
            x.shape().axis(name, axis);
        }
        return x.device()
                .compute(() -> truth(x).to(DType.U8).reduce(op, false, axes).to(DType.BOOL));
    }

    private static void fit(String name, Tensor a, Tensor b) {
        Elementwise.sameDevice(name, a, b);
        Shape.broadcast(name, a.shape(), b.shape());
    }

    private static Tensor truth(Tensor x) {
        return x.to(DType.BOOL);
    }

    private static Tensor constant(Tensor like, boolean value) {
        return like.device().full(DType.BOOL, value ? 1 : 0, Shape.SCALAR);
    }

    private static Tensor everywhere(Tensor x, boolean value) {
        return x.device().full(DType.BOOL, value ? 1 : 0, x.shape());
    }

    private static Tensor infinity(Tensor like) {
        return like.device().full(like.dtype(), Double.POSITIVE_INFINITY, Shape.SCALAR);
    }
}
