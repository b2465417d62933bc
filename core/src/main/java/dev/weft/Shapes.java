package dev.weft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Other shapes of the same elements: views with axes added, dropped, joined or moved, parts, and
 * copies that repeat, reverse or shift. Of every type; gradients flow through all of them, where
 * the type is floating.
 *
 * <p>All throw a {@link ShapeException} where extents or axes do not fit, and an {@link
 * IllegalStateException} where an operand was closed. Axes count from the end where they are
 * negative.
 */
public final class Shapes {
    private Shapes() {}

    // ---- views

    /**
     * A view without {@code axes}, which have extent 1; without all axes of extent 1 where none is
     * given.
     *
     * @throws ShapeException also where one of them has another extent, or occurs twice
     */
    public static Tensor squeeze(Tensor x, int... axes) {
        boolean[] named = x.shape().axes("squeeze", axes);
        long[] kept = new long[x.rank()];
        int rank = 0;
        for (int axis = 0; axis < named.length; axis++) {
            if (named[axis] && axes.length > 0 && x.dim(axis) != 1) {
                throw new ShapeException(
                        "squeeze: axis %d of %s has %d elements: only an axis of 1 can be dropped"
                                .formatted(axis, x, x.dim(axis)));
            }
            if (!named[axis] || x.dim(axis) != 1) {
                kept[rank++] = x.dim(axis);
            }
        }
        return Layout.withUnitAxes(x, Shape.of(Arrays.copyOf(kept, rank)));
    }

    /** A view with an axis of extent 1 more, which is then the result's axis {@code axis}. */
    public static Tensor unsqueeze(Tensor x, int axis) {
        return withUnit(x, x.shape().newAxis("unsqueeze", axis));
    }

    private static Tensor withUnit(Tensor x, int at) {
        return Layout.withUnitAxes(x, x.shape().insert(at, 1));
    }

    /**
     * The axes from {@code start} to {@code end}, both included, as one: a view where strides allow
     * it, and otherwise a copy. A scalar becomes a vector of one element.
     */
    public static Tensor flatten(Tensor x, int start, int end) {
        if (x.rank() == 0) {
            return withUnit(x, 0);
        }
        int first = x.shape().axis("flatten", start);
        int last = x.shape().axis("flatten", end);
        if (last < first) {
            throw new ShapeException(
                    "flatten: axis %d comes after axis %d of %s: needs start <= end"
                            .formatted(start, end, x));
        }
        long[] dims = new long[x.rank() - (last - first)];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = i <= first ? x.dim(i) : x.dim(i + last - first);
        }
        for (int i = first + 1; i <= last; i++) {
            dims[first] *= x.dim(i);
        }
        return Layout.regrouped(x, Shape.of(dims));
    }

    /** A view with axis {@code from} moved to {@code to}; the others stay in their order. */
    public static Tensor moveaxis(Tensor x, int from, int to) {
        int first = x.shape().axis("moveaxis", from);
        int target = x.shape().axis("moveaxis", to);
        int[] axes = new int[x.rank()];
        int next = 0;
        for (int i = 0; i < axes.length; i++) {
            next += next == first ? 1 : 0;
            axes[i] = i == target ? first : next++;
        }
        return Layout.permute(x, axes);
    }

    /**
     * A view of the elements with one index of an axis, which vanishes.
     *
     * @throws IndexOutOfBoundsException unless 0 ≤ index {@literal <} the extent
     */
    public static Tensor select(Tensor x, int axis, long index) {
        int at = x.shape().axis("select", axis);
        if (index < 0 || index >= x.dim(at)) {
            throw new IndexOutOfBoundsException(
                    "select: index %d is outside axis %d of %s: needs 0 <= index < %d"
                            .formatted(index, axis, x, x.dim(at)));
        }
        return selected(x, at, index);
    }

    private static Tensor selected(Tensor x, int axis, long index) {
        Shape shape = x.shape().without(axis);
        return Layout.part(x, view -> view.slice(axis, index, index + 1, 1).withUnitAxes(shape));
    }

    // ---- parts

    /**
     * Views of {@code size} indices of an axis each, one after the other; the last has what is
     * left.
     *
     * @throws ShapeException also where size is not positive
     */
    public static List<Tensor> split(Tensor x, long size, int axis) {
        int at = x.shape().axis("split", axis);
        if (size < 1) {
            throw new ShapeException(
                    "split: parts of %d indices do not divide axis %d of %s: needs size >= 1"
                            .formatted(size, axis, x));
        }
        List<Tensor> parts = new ArrayList<>();
        long extent = x.dim(at);
        for (long start = 0; start < extent || parts.isEmpty(); start += size) {
            parts.add(x.slice(at, start, start + Math.min(size, extent - start)));
        }
        return parts;
    }

    /**
     * Views of so many indices of an axis each, one after the other.
     *
     * @param sizes add up to the extent
     */
    public static List<Tensor> split(Tensor x, long[] sizes, int axis) {
        int at = x.shape().axis("split", axis);
        long sum = 0;
        for (long size : sizes) {
            // What is below 0 or too long leaves the sum outside [0, extent] for good.
            sum = size < 0 || sum < 0 || size > x.dim(at) - sum ? -1 : sum + size;
        }
        if (sum != x.dim(at)) {
            throw new ShapeException(
                    "split: parts of %s indices do not fit axis %d of %s: they must add up to %d"
                            .formatted(Arrays.toString(sizes), axis, x, x.dim(at)));
        }
        List<Tensor> parts = new ArrayList<>();
        long start = 0;
        for (long size : sizes) {
            parts.add(x.slice(at, start, start + size));
            start += size;
        }
        return parts;
    }

    /**
     * At most {@code chunks} views of an axis, of equal length but for the last: {@link
     * #split(Tensor, long, int)} into parts of ⌈extent / chunks⌉, as PyTorch.
     *
     * @throws ShapeException also where chunks is not positive
     */
    public static List<Tensor> chunk(Tensor x, int chunks, int axis) {
        int at = x.shape().axis("chunk", axis);
        if (chunks < 1) {
            throw new ShapeException(
                    "chunk: axis %d of %s cannot become %d parts: needs chunks >= 1"
                            .formatted(axis, x, chunks));
        }
        return split(x, Math.max(1, Math.ceilDiv(x.dim(at), chunks)), at);
    }

    /** A view for each index of an axis, which vanishes. */
    public static List<Tensor> unbind(Tensor x, int axis) {
        int at = x.shape().axis("unbind", axis);
        List<Tensor> parts = new ArrayList<>();
        for (long index = 0; index < x.dim(at); index++) {
            parts.add(selected(x, at, index));
        }
        return parts;
    }

    // ---- copies

    /**
     * The tensors one after the other along an axis that is added.
     *
     * @param axis of the result
     * @param parts at least one; of one type and shape
     */
    public static Tensor stack(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new ShapeException("stack: needs at least one tensor");
        }
        Tensor first = parts[0];
        for (Tensor part : parts) {
            Elementwise.sameDevice("stack", first, part);
            if (!part.shape().equals(first.shape()) || part.dtype() != first.dtype()) {
                throw new ShapeException(
                        "stack: %s and %s differ in shape or type".formatted(first, part));
            }
        }
        int at = first.shape().newAxis("stack", axis);
        return first.device()
                .compute(
                        () ->
                                Indexing.concat(
                                        at,
                                        Arrays.stream(parts)
                                                .map(part -> withUnit(part, at))
                                                .toArray(Tensor[]::new)));
    }

    /**
     * x so many times along each axis, the last of {@code repeats} along the last axis: copy after
     * copy. Missing leading axes, of x or of the repeats, count as 1.
     *
     * @throws ShapeException also where a number is negative
     */
    public static Tensor tile(Tensor x, long... repeats) {
        int rank = Math.max(x.rank(), repeats.length);
        long[] grouped = new long[2 * rank];
        long[] expanded = new long[2 * rank];
        long[] tiled = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            int of = axis - (rank - x.rank());
            int by = axis - (rank - repeats.length);
            long extent = of < 0 ? 1 : x.dim(of);
            long times = by < 0 ? 1 : times("tile", x, repeats[by]);
            grouped[2 * axis] = 1;
            grouped[2 * axis + 1] = extent;
            expanded[2 * axis] = times;
            expanded[2 * axis + 1] = extent;
            tiled[axis] = extent * times;
        }
        Shape shape = Shape.of(tiled);
        return repeated(x, Shape.of(grouped), Shape.of(expanded), shape);
    }

    /**
     * Each index of an axis {@code times} times, one after the other: 1, 2 becomes 1, 1, 2, 2.
     *
     * @throws ShapeException also where times is negative
     */
    public static Tensor repeatInterleave(Tensor x, long times, int axis) {
        int at = x.shape().axis("repeat_interleave", axis);
        times("repeat_interleave", x, times);
        Shape units = x.shape().insert(at + 1, 1);
        Shape shape = x.shape().with(at, Math.multiplyExact(x.dim(at), times));
        return repeated(x, units, units.with(at + 1, times), shape);
    }

    private static long times(String operation, Tensor x, long times) {
        if (times < 0) {
            throw new ShapeException(
                    "%s: %s cannot be repeated %d times: needs a number >= 0"
                            .formatted(operation, x, times));
        }
        return times;
    }

    /** One copy, of a view that repeats. */
    private static Tensor repeated(Tensor x, Shape grouped, Shape expanded, Shape shape) {
        return x.device()
                .compute(
                        () ->
                                Layout.withUnitAxes(x, grouped)
                                        .expand(expanded.toArray())
                                        .copy()
                                        .reshape(shape.toArray()));
    }

    /** x with the order of some axes reversed; of all, where none is given. */
    public static Tensor flip(Tensor x, int... axes) {
        boolean[] named = x.shape().axes("flip", axes);
        return x.device()
                .compute(
                        () -> {
                            Tensor y = x;
                            for (int axis = 0; axis < named.length; axis++) {
                                if (named[axis] && x.dim(axis) > 1) {
                                    y = reversed(y, axis);
                                }
                            }
                            return y == x ? x.copy() : y;
                        });
    }

    private static Tensor reversed(Tensor x, int axis) {
        long n = x.dim(axis);
        x.shape().limit("flip", axis, Integer.MAX_VALUE);
        Tensor backwards = Creation.range(x.device(), DType.I32, n - 1, -1, n);
        return x.indexSelect(axis, backwards);
    }

    /**
     * x shifted along an axis: index i of x becomes index (i + shift) mod the extent of the result.
     */
    public static Tensor roll(Tensor x, long shift, int axis) {
        int at = x.shape().axis("roll", axis);
        long extent = x.dim(at);
        long by = extent == 0 ? 0 : Math.floorMod(shift, extent);
        return by == 0
                ? x.copy()
                : x.device()
                        .compute(
                                () ->
                                        Indexing.concat(
                                                at,
                                                x.slice(at, extent - by, extent),
                                                x.slice(at, 0, extent - by)));
    }
}
