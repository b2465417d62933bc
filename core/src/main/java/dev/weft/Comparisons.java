package dev.weft;

import dev.weft.backend.CompareOp;

/**
 * Whether tensors are equal, or nearly. Of every type; no gradients.
 *
 * <p>All throw a {@link ShapeException} where shapes do not broadcast or types differ; an {@link
 * IllegalArgumentException} where operands are on two devices; an {@link IllegalStateException}
 * where one was closed.
 */
public final class Comparisons {
    private Comparisons() {}

    /**
     * Where |a - b| ≤ atol + rtol |b|, or a = b: BOOL, of the shape to which both broadcast. An
     * infinite element is close to itself alone. Computed in F64 for F64, and otherwise in F32.
     *
     * @param equalNan whether NaN is close to NaN
     */
    public static Tensor isClose(Tensor a, Tensor b, double rtol, double atol, boolean equalNan) {
        Elementwise.sameType("is_close", a, b);
        Shape.broadcast("is_close", a.shape(), b.shape());
        return a.device().compute(() -> close(a.detach(), b.detach(), rtol, atol, equalNan));
    }

    private static Tensor close(Tensor a, Tensor b, double rtol, double atol, boolean equalNan) {
        DType wide = a.dtype() == DType.F64 ? DType.F64 : DType.F32;
        Tensor x = a.to(wide);
        Tensor y = b.to(wide);
        Tensor distance = x.sub(y).abs();
        Tensor allowed = y.abs().mul(rtol).add(atol);
        Tensor near = Logic.and(distance.lessEqual(allowed), Logic.isFinite(distance));
        Tensor same = a.dtype() == DType.BOOL ? x.equal(y) : a.equal(b);
        Tensor close = Logic.or(near, same);
        return equalNan ? Logic.or(close, Logic.and(Logic.isNan(x), Logic.isNan(y))) : close;
    }

    /** Whether all elements are close, as by {@link #isClose}. Blocks. */
    public static boolean allClose(Tensor a, Tensor b, double rtol, double atol, boolean equalNan) {
        Elementwise.sameType("all_close", a, b);
        Shape.broadcast("all_close", a.shape(), b.shape());
        try (Scope _ = a.device().scope()) {
            return Logic.all(isClose(a, b, rtol, atol, equalNan)).item() != 0;
        }
    }

    /** Whether both have one shape and type, and equal elements; NaN equals nothing. Blocks. */
    public static boolean arrayEqual(Tensor a, Tensor b) {
        Elementwise.sameDevice("array_equal", a, b);
        if (!a.shape().equals(b.shape()) || a.dtype() != b.dtype()) {
            return false;
        }
        try (Scope _ = a.device().scope()) {
            Tensor x = a.dtype() == DType.BOOL ? a.to(DType.U8) : a;
            Tensor y = b.dtype() == DType.BOOL ? b.to(DType.U8) : b;
            return Logic.all(Elementwise.compare(CompareOp.EQUAL, x, y)).item() != 0;
        }
    }
}
