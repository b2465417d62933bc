package dev.weft;

import dev.weft.backend.BinaryOp;

import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * What stands up to each element along an axis: extremes, and sums of exponentials. Sums and
 * products are {@link Reductions#scan}. Axes count from the end where they are negative.
 *
 * <p>They are composed by doubling: each pass combines every element with the one that is twice as
 * far before it as in the last pass, so that n elements take log₂ n passes over the tensor
 * (<cite>Hillis and Steele 1986, Data parallel algorithms</cite>).
 *
 * <p>All throw a {@link ShapeException} where an axis is not there, or the type is one that the
 * operation is not defined for, and an {@link IllegalStateException} where x was closed.
 */
public final class Cumulative {
    private Cumulative() {}

    /**
     * The extremes of what stands up to each element.
     *
     * @param values the elements; gradients flow through them, as long as the indices are open
     * @param indices their places along the axis, I32, of the same shape: the last of equals
     */
    public record Extremes(Tensor values, Tensor indices) {}

    /**
     * y_j = max x_i over i ≤ j along an axis, of any type but BOOL, and where that is. From the
     * first NaN on, the values are NaN, and the place is that of the last one. Gradients flow to x.
     */
    public static Extremes cummax(Tensor x, int axis) {
        return extremes("cummax", BinaryOp.MAX, x, axis);
    }

    /** y_j = min x_i over i ≤ j along an axis: as {@link #cummax}. */
    public static Extremes cummin(Tensor x, int axis) {
        return extremes("cummin", BinaryOp.MIN, x, axis);
    }

    private static Extremes extremes(String name, BinaryOp op, Tensor x, int axis) {
        int at = x.shape().axis(name, axis);
        if (x.dtype() == DType.BOOL) {
            throw new ShapeException("%s: is not defined for BOOL, got %s".formatted(name, x));
        }
        x.shape().limit(name, at, Integer.MAX_VALUE);
        Device device = x.device();
        List<Tensor> both =
                device.computeAll(
                        () -> {
                            Tensor indices = device.compute(() -> places(op, x.detach(), at));
                            return List.of(x.takeAlong(at, indices), indices);
                        });
        return new Extremes(both.getFirst(), both.getLast());
    }

    /** The last place up to each at which there was a new extreme, or the same again. */
    private static Tensor places(BinaryOp op, Tensor x, int axis) {
        Tensor extremes = doubled(x, axis, (a, b) -> Elementwise.binary(op, a, b));
        Tensor met = x.equal(extremes);
        if (x.dtype().isFloating()) {
            met = met.logicalOr(x.isNan());
        }
        long[] along = new long[x.rank()];
        Arrays.fill(along, 1);
        int n = (int) x.dim(axis);
        along[axis] = n;
        Device device = x.device();
        Tensor places = device.arange(DType.I32, n).reshape(along);
        Tensor none = device.full(DType.I32, 0, Shape.SCALAR);
        return doubled(met.where(places, none), axis, Tensor::max);
    }

    /**
     * y_j = ln Σ e^x_i over i ≤ j along an axis, which neither overflows nor underflows on the way.
     * Of floating types; F16 and BF16 compute in F32 and are rounded once. Infinite elements count
     * as in {@link Statistics#logsumexp}. Gradients flow to x.
     */
    public static Tensor logcumsumexp(Tensor x, int axis) {
        int at = x.shape().axis("logcumsumexp", axis);
        return Statistics.wide("logcumsumexp", x, w -> logSums(w, at));
    }

    private static Tensor logSums(Tensor x, int axis) {
        Tensor[] result = new Tensor[1];
        return x.device()
                .custom(
                        "logcumsumexp",
                        List.of(x),
                        () -> {
                            Tensor y = doubled(x, axis, Cumulative::logSum);
                            result[0] = y;
                            return y;
                        },
                        dy -> {
                            Tensor y = Statistics.finite(result[0]);
                            Tensor above = passedOn(x, y, dy.relu(), axis);
                            Tensor below = passedOn(x, y, dy.neg().relu(), axis);
                            return List.of(above.sub(below));
                        });
    }

    /** ln(e^a + e^b), where a difference of infinities would be NaN. */
    private static Tensor logSum(Tensor a, Tensor b) {
        Tensor larger = a.max(b);
        return larger.add(a.min(b).sub(Statistics.finite(larger)).softplus());
    }

    /** Σ dy_j e^(x_i - y_j) over j ≥ i for dy that are not negative, by their logarithms. */
    private static Tensor passedOn(Tensor x, Tensor y, Tensor dy, int axis) {
        Tensor later = doubled(dy.log().sub(y).flip(axis), axis, Cumulative::logSum).flip(axis);
        return x.add(later).exp();
    }

    /** f over the elements up to each along an axis, for an f that is associative. */
    private static Tensor doubled(Tensor x, int axis, BinaryOperator<Tensor> f) {
        long n = x.dim(axis);
        Tensor y = x.copy();
        for (long distance = 1; distance < n; distance *= 2) {
            Tensor last = y;
            long apart = distance;
            y =
                    x.device()
                            .compute(
                                    () -> {
                                        Tensor start = last.slice(axis, 0, apart);
                                        Tensor before = last.slice(axis, 0, n - apart);
                                        Tensor rest = last.slice(axis, apart, n);
                                        return Tensor.concat(axis, start, f.apply(rest, before));
                                    });
            last.close();
        }
        return y;
    }
}
