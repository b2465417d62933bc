package dev.weft;

import java.util.Arrays;

/**
 * Tensors with elements added at the ends of axes. Of every type; gradients flow to x where the
 * type is floating.
 *
 * <p>Widths come in pairs, before and after, the last axis first, as in PyTorch: of an image
 * height×width, {@code pad(0, 1, 2, 3, 4)} adds a column on the left, two on the right, three rows
 * above and four below. Axes without a pair stay. A negative width cuts elements off.
 *
 * <p>All throw a {@link ShapeException} where widths do not fit, and an {@link
 * IllegalStateException} where x was closed.
 */
public final class Padding {
    private Padding() {}

    /**
     * x with {@code value} beside it.
     *
     * @throws IllegalArgumentException where x is of integers, and the value is not one of them
     */
    public static Tensor pad(Tensor x, double value, long... widths) {
        long[][] pairs = pairs(x, widths);
        Elementwise.fitting("pad", x.dtype(), x.describe(), value);
        long[] dims = x.shape().toArray();
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = Math.addExact(cut(x, axis, pairs), added(axis, pairs));
        }
        return x.device()
                .compute(
                        () -> {
                            Tensor kept = cropped(x, pairs);
                            return Layout.embed(
                                    "pad",
                                    kept,
                                    value,
                                    Shape.of(dims),
                                    view -> {
                                        for (int axis = 0; axis < dims.length; axis++) {
                                            long start = Math.max(0, pairs[axis][0]);
                                            long end = start + kept.dim(axis);
                                            view = view.slice(axis, start, end, 1);
                                        }
                                        return view;
                                    });
                        });
    }

    /**
     * x with its own elements beside it.
     *
     * @throws ShapeException also where {@link PadMode#REFLECT} is not shorter than the axis, or
     *     {@link PadMode#CIRCULAR} longer, or an empty axis is padded
     */
    public static Tensor pad(Tensor x, PadMode mode, long... widths) {
        long[][] pairs = pairs(x, widths);
        for (int axis = 0; axis < pairs.length; axis++) {
            long extent = cut(x, axis, pairs);
            long most =
                    switch (mode) {
                        case REFLECT -> Math.max(0, extent - 1);
                        case REPLICATE -> extent == 0 ? 0 : Long.MAX_VALUE;
                        case CIRCULAR -> extent;
                    };
            if (Math.max(pairs[axis][0], pairs[axis][1]) > most) {
                throw new ShapeException(
                        "pad: %d before and %d after do not fit axis %d of %s: %s takes at most %d"
                                .formatted(pairs[axis][0], pairs[axis][1], axis, x, mode, most));
            }
        }
        return x.device()
                .compute(
                        () -> {
                            Tensor y = cropped(x, pairs);
                            for (int axis = 0; axis < pairs.length; axis++) {
                                if (added(axis, pairs) > 0) {
                                    y = padded(y, mode, axis, pairs[axis]);
                                }
                            }
                            return y.view().buffer().equals(x.view().buffer()) ? y.copy() : y;
                        });
    }

    /** Before and after, for each axis. */
    private static long[][] pairs(Tensor x, long[] widths) {
        if (widths.length % 2 != 0 || widths.length > 2 * x.rank()) {
            throw new ShapeException(
                    "pad: widths are %s: needs a pair (before, after) for each of at most %d axes of %s, the last axis first"
                            .formatted(Arrays.toString(widths), x.rank(), x));
        }
        long[][] pairs = new long[x.rank()][2];
        for (int i = 0; i < widths.length; i++) {
            pairs[x.rank() - 1 - i / 2][i % 2] = widths[i];
        }
        return pairs;
    }

    /** What negative widths leave of an axis. */
    private static long cut(Tensor x, int axis, long[][] pairs) {
        long[] pair = pairs[axis];
        long extent = x.dim(axis);
        long before = Math.max(-extent - 1, Math.min(0, pair[0]));
        long after = Math.max(-extent - 1, Math.min(0, pair[1]));
        if (extent + before + after < 0) {
            throw new ShapeException(
                    "pad: %d before and %d after would cut more than the %d elements of axis %d of %s"
                            .formatted(pair[0], pair[1], extent, axis, x));
        }
        return extent + before + after;
    }

    private static long added(int axis, long[][] pairs) {
        return Math.addExact(Math.max(0, pairs[axis][0]), Math.max(0, pairs[axis][1]));
    }

    private static Tensor cropped(Tensor x, long[][] pairs) {
        Tensor y = x;
        for (int axis = 0; axis < pairs.length; axis++) {
            long start = Math.max(0, -pairs[axis][0]);
            long end = start + cut(x, axis, pairs);
            if (end - start < x.dim(axis)) {
                y = y.slice(axis, start, end);
            }
        }
        return y;
    }

    private static Tensor padded(Tensor x, PadMode mode, int axis, long[] pair) {
        return Indexing.concat(
                axis,
                margin(x, mode, axis, Math.max(0, pair[0]), true),
                x,
                margin(x, mode, axis, Math.max(0, pair[1]), false));
    }

    private static Tensor margin(Tensor x, PadMode mode, int axis, long width, boolean before) {
        long extent = x.dim(axis);
        return switch (mode) {
            case REFLECT ->
                    before
                            ? x.slice(axis, 1, 1 + width).flip(axis)
                            : x.slice(axis, extent - 1 - width, extent - 1).flip(axis);
            case REPLICATE -> {
                long edge = before ? 0 : extent - 1;
                Shape shape = x.shape().with(axis, width);
                yield x.slice(axis, edge, edge + 1).expand(shape.toArray());
            }
            case CIRCULAR ->
                    before ? x.slice(axis, extent - width, extent) : x.slice(axis, 0, width);
        };
    }
}
