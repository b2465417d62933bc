package dev.weft;

import dev.weft.backend.KernelCall;

import java.util.stream.LongStream;

/**
 * Elements in order along an axis: equal ones stay in their order, and NaN stands last, in
 * ascending order and in descending. Axes count from the end where they are negative.
 *
 * <p>All throw a {@link ShapeException} where an axis is not there, or the type is one that the
 * operation is not defined for, and an {@link IllegalStateException} where x was closed.
 */
public final class Sorting {
    private Sorting() {}

    /** What stands between two elements, where a quantile falls there. */
    public enum Interpolation {
        /** On the line between them. */
        LINEAR,
        /** The smaller. */
        LOWER,
        /** The larger. */
        HIGHER,
        /** The nearer, and of two equally near the one with the even place. */
        NEAREST,
        /** Their mean. */
        MIDPOINT
    }

    /** All elements along an axis, of any type but BOOL, in order. Gradients flow to x. */
    public static Sorted sort(Tensor x, int axis, boolean descending) {
        int at = x.shape().axis("sort", axis);
        return first("sort", x, x.dim(at), at, descending);
    }

    /** Where the elements in order were: the indices of {@link #sort}. I32. */
    public static Tensor argsort(Tensor x, int axis, boolean descending) {
        int at = x.shape().axis("argsort", axis);
        return x.device().compute(() -> first("argsort", x, x.dim(at), at, descending).indices());
    }

    /**
     * The k largest elements along an axis, or the smallest, of any type but BOOL, in order: the
     * largest, or smallest, first. Gradients flow to x.
     *
     * @throws IllegalArgumentException where the axis has not so many, or k is negative
     */
    public static Sorted topk(Tensor x, long k, int axis, boolean largest) {
        int at = x.shape().axis("topk", axis);
        if (k < 0 || k > x.dim(at)) {
            throw new IllegalArgumentException(
                    "topk: k is %d, and axis %d of %s has %d elements: k must be from 0 to that"
                            .formatted(k, axis, x, x.dim(at)));
        }
        return first("topk", x, k, at, largest);
    }

    private static Sorted first(String name, Tensor x, long k, int axis, boolean descending) {
        if (x.dtype() == DType.BOOL) {
            throw new ShapeException("%s: is not defined for BOOL, got %s".formatted(name, x));
        }
        x.shape().limit(name, axis, Integer.MAX_VALUE);
        Device device = x.device();
        Shape shape = x.shape().with(axis, k);
        Tensor indices = device.empty(name, DType.I32, shape);
        try {
            Tensor values =
                    device.make(
                            name,
                            x.dtype(),
                            shape,
                            dst ->
                                    device.backend()
                                            .run(
                                                    new KernelCall.Sort(
                                                            descending,
                                                            x.view().axisLast(axis),
                                                            dst.axisLast(axis),
                                                            indices.view().axisLast(axis))));
            Recorder recorder = x.recorder();
            if (recorder != null && x.dtype().isFloating()) {
                recorder.record(new Op.TakeAlong(axis, x, indices, values));
            }
            return new Sorted(values, indices);
        } catch (RuntimeException | Error e) {
            indices.close();
            throw e;
        }
    }

    /**
     * The median along an axis, which vanishes: NumPy's, the mean of the two in the middle where
     * there are two. Floating; NaN where an element is. Gradients flow to x.
     *
     * @throws ShapeException also where the axis is empty
     */
    public static Tensor median(Tensor x, int axis) {
        return quantile("median", x, 0.5, axis, Interpolation.LINEAR);
    }

    /**
     * The element at place q (n - 1) of the n along an axis, which vanishes, in ascending order, or
     * what stands between two. Floating; NaN where an element is. Gradients flow to x.
     *
     * @throws IllegalArgumentException where q is outside [0, 1]
     * @throws ShapeException also where the axis is empty
     */
    public static Tensor quantile(Tensor x, double q, int axis, Interpolation interpolation) {
        if (!(q >= 0 && q <= 1)) {
            throw new IllegalArgumentException("quantile: q must be in [0, 1], got " + q);
        }
        return quantile("quantile", x, q, axis, interpolation);
    }

    private static Tensor quantile(
            String name, Tensor x, double q, int axis, Interpolation interpolation) {
        int at = x.shape().axis(name, axis);
        if (!x.dtype().isFloating()) {
            throw new ShapeException(
                    "%s: is not defined for %s, got %s".formatted(name, x.dtype(), x));
        }
        long n = x.dim(at);
        if (n == 0) {
            throw new ShapeException("%s: axis %d of %s is empty".formatted(name, axis, x));
        }
        double place = q * (n - 1);
        long low = (long) Math.floor(place);
        long high = (long) Math.ceil(place);
        return x.device()
                .compute(
                        () -> {
                            Tensor sorted = first(name, x, n, at, false).values();
                            Tensor a = element(sorted, at, low);
                            Tensor b = element(sorted, at, high);
                            Tensor between =
                                    switch (interpolation) {
                                        case LOWER -> a;
                                        case HIGHER -> b;
                                        case NEAREST ->
                                                element(sorted, at, (long) Math.rint(place));
                                        case MIDPOINT -> between(a, b, low == high ? 0 : 0.5);
                                        case LINEAR -> between(a, b, place - low);
                                    };
                            // Where an element is NaN, so is the last.
                            Tensor last = element(sorted, at, n - 1);
                            return last.equal(last).where(between, last);
                        });
    }

    private static Tensor between(Tensor a, Tensor b, double share) {
        return share == 0 ? a : a.add(b.sub(a).mul(share));
    }

    /** The elements at a place, without the axis. */
    private static Tensor element(Tensor x, int axis, long place) {
        long[] rest =
                LongStream.range(0, x.rank())
                        .filter(i -> i != axis)
                        .map(i -> x.dim((int) i))
                        .toArray();
        return x.slice(axis, place, place + 1).contiguous().reshape(rest);
    }
}
