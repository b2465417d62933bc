package dev.weft;

import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import java.util.Arrays;
import java.util.List;

/**
 * Concatenation, and selection by index. Results have the type of what they are taken from.
 *
 * <p>All throw a {@link ShapeException} where shapes, axes or types do not fit, an {@link
 * IllegalArgumentException} where operands are on two devices, and an {@link IllegalStateException}
 * where one was closed. An index out of range is an {@link IndexOutOfBoundsException}, thrown by
 * the next call that waits for the device where the device is a GPU.
 */
public final class Indexing {
    private Indexing() {}

    /**
     * The tensors one after the other along an axis. Gradients flow to each.
     *
     * @param parts at least one; of one type, and of equal extents beside the axis
     */
    public static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new ShapeException("concat: needs at least one tensor");
        }
        Tensor first = parts[0];
        int at = first.shape().axis("concat", axis);
        long extent = 0;
        boolean tracked = false;
        Recorder recorder = first.device().recording();
        for (Tensor part : parts) {
            Elementwise.sameDevice("concat", first, part);
            boolean fits =
                    part.rank() == first.rank()
                            && part.dtype() == first.dtype()
                            && part.shape().with(at, 0).equals(first.shape().with(at, 0));
            if (!fits) {
                throw new ShapeException(
                        "concat: "
                                + first.describe()
                                + " and "
                                + part.describe()
                                + " differ in type or beside axis "
                                + axis);
            }
            extent += part.dim(at);
            tracked |= recorder != null && recorder.tracks(part);
        }
        Device device = first.device();
        Tensor y =
                device.make(
                        "concat",
                        first.dtype(),
                        first.shape().with(at, extent),
                        dst -> {
                            long start = 0;
                            for (Tensor part : parts) {
                                long end = start + part.dim(at);
                                device.backend()
                                        .run(
                                                new KernelCall.Copy(
                                                        part.view(), dst.slice(at, start, end, 1)));
                                start = end;
                            }
                        });
        if (recorder != null && tracked) {
            recorder.record(new Op.Concat(at, List.of(parts), y));
        }
        return y;
    }

    /**
     * Rows by number: y[i, …] = table[indices[i], …]. Gradients flow to the table.
     *
     * @param table of any type, rank 1 or more
     * @param indices integers, of rank 1
     */
    public static Tensor gather(Tensor table, Tensor indices) {
        if (table.rank() == 0) {
            throw new ShapeException("gather: the table is a scalar and has no rows");
        }
        return select("gather", table, 0, indices);
    }

    /**
     * What stands at some places of an axis: y[…, i, …] = x[…, indices[i], …]. Gradients flow to x.
     *
     * @param x of any type
     * @param indices integers, of rank 1
     */
    public static Tensor indexSelect(Tensor x, int axis, Tensor indices) {
        return select("indexSelect", x, x.shape().axis("indexSelect", axis), indices);
    }

    private static Tensor select(String name, Tensor x, int axis, Tensor indices) {
        checkIndices(name, x, indices);
        if (indices.dtype() != DType.I32) {
            return x.device().compute(() -> select(name, x, axis, indices(indices)));
        }
        x.shape().limit(name, axis, Integer.MAX_VALUE);
        Device device = x.device();
        Tensor y =
                device.make(
                        name,
                        x.dtype(),
                        x.shape().with(axis, indices.size()),
                        dst ->
                                device.backend()
                                        .run(
                                                new KernelCall.Gather(
                                                        x.view().axisFirst(axis),
                                                        indices.view(),
                                                        dst.axisFirst(axis))));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Gather(axis, x, indices, y));
        }
        return y;
    }

    /**
     * The elements where a mask holds, in row-major order, of rank 1. The mask is read back to the
     * host, so that this blocks, and cannot be captured. Gradients flow to x.
     *
     * @param x of any type
     * @param mask BOOL, of x's shape, or broadcast to it
     */
    public static Tensor maskedSelect(Tensor x, Tensor mask) {
        Elementwise.sameDevice("maskedSelect", x, mask);
        if (mask.dtype() != DType.BOOL
                || !Shape.broadcast("maskedSelect", x.shape(), mask.shape()).equals(x.shape())) {
            throw new ShapeException(
                    "maskedSelect: x is %s, mask is %s: it must be BOOL, and broadcast to x's shape"
                            .formatted(x, mask));
        }
        Device device = x.device();
        return device.compute(
                () -> {
                    int[] places = places(mask.expand(x.shape().toArray()));
                    return x.contiguous().reshape(x.size()).gather(device.tensor(places));
                });
    }

    /**
     * Where x is not 0, or holds: a row of indices for each such element, in row-major order; I32,
     * elements×rank. It is found on the host, so that this blocks. No gradient.
     *
     * @param x of any type, with at most 2³¹ - 1 elements
     */
    public static Tensor nonZero(Tensor x) {
        Device device = x.device();
        return device.compute(
                () -> {
                    boolean isTruth = x.dtype() == DType.BOOL;
                    int[] places =
                            places(
                                    isTruth
                                            ? x
                                            : x.notEqual(device.full(x.dtype(), 0, Shape.SCALAR)));
                    int rank = x.rank();
                    int[] rows = new int[places.length * rank];
                    for (int i = 0; i < places.length; i++) {
                        long rest = places[i];
                        for (int axis = rank - 1; axis >= 0; axis--) {
                            rows[i * rank + axis] = (int) (rest % x.dim(axis));
                            rest /= x.dim(axis);
                        }
                    }
                    return device.tensor(rows, places.length, rank);
                });
    }

    /** Where a truth holds, counted in row-major order. */
    static int[] places(Tensor truths) {
        boolean[] held = truths.toBooleanArray();
        int[] places = new int[held.length];
        int count = 0;
        for (int i = 0; i < held.length; i++) {
            // Without a branch, which random truths would have foretold wrong every other time.
            places[count] = i;
            count += held[i] ? 1 : 0;
        }
        return Arrays.copyOf(places, count);
    }

    /**
     * One element of each row: y[i] = x[i, indices[i]]. Gradients flow to x.
     *
     * @param x floating, rows×columns
     * @param indices integers, one for each row
     */
    public static Tensor pick(Tensor x, Tensor indices) {
        checkIndices("pick", x, indices);
        if (indices.dtype() != DType.I32) {
            return x.device().compute(() -> pick(x, indices(indices)));
        }
        if (x.rank() != 2 || x.dim(0) != indices.size() || !x.dtype().isFloating()) {
            throw new ShapeException(
                    "pick: x is "
                            + x.describe()
                            + ", indices are "
                            + indices.describe()
                            + ": x must be floating, rows×columns, with one index for each row");
        }
        x.shape().limit("pick", 1, Integer.MAX_VALUE);
        return x.device()
                .compute(
                        () -> {
                            Tensor column = indices.reshape(-1, 1).namedAs(indices);
                            return takeAlong(x, 1, column).reshape(indices.size());
                        });
    }

    /**
     * Elements by number along an axis: y[…, j, …] = x[…, indices[…, j, …], …], as PyTorch's gather
     * and NumPy's take_along_axis. Gradients flow to x.
     *
     * @param x of any type
     * @param indices integers, of x's rank, and beside the axis of extents that are at most x's; y
     *     has their shape
     */
    public static Tensor takeAlong(Tensor x, int axis, Tensor indices) {
        String name = "takeAlong";
        int at = checkAlong(name, x, axis, indices);
        if (indices.dtype() != DType.I32) {
            return x.device().compute(() -> takeAlong(x, axis, indices(indices)));
        }
        View places = indices.view().axisLast(at);
        View from = x.view().axisLast(at).startingWith(places.shape());
        Device device = x.device();
        Tensor y =
                device.make(
                        name,
                        x.dtype(),
                        indices.shape(),
                        dst ->
                                device.backend()
                                        .run(
                                                new KernelCall.TakeAlong(
                                                        from, places, dst.axisLast(at))));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.TakeAlong(at, x, indices, y));
        }
        return y;
    }

    /**
     * x with elements replaced, by number along an axis: y = x, and then y[…, indices[…, j, …], …]
     * = source[…, j, …] in the order of j, so that of several with the same index the last one
     * stays. Gradients flow to x and to the source, but not to what was replaced.
     *
     * @param x of any type
     * @param indices integers, of x's rank, and beside the axis of extents that are at most x's
     * @param source of x's type and of the indices' shape
     */
    public static Tensor scatter(Tensor x, int axis, Tensor indices, Tensor source) {
        return scatter("scatter", false, x, axis, indices, source);
    }

    /**
     * x with numbers added, by number along an axis: y = x, and then y[…, indices[…, j, …], …] +=
     * source[…, j, …] in the order of j. Operands as of {@link #scatter}, but not BOOL. Gradients
     * flow to x and to the source.
     */
    public static Tensor scatterAdd(Tensor x, int axis, Tensor indices, Tensor source) {
        if (x.dtype() == DType.BOOL) {
            throw new ShapeException("scatterAdd: is not defined for BOOL, got " + x);
        }
        return scatter("scatterAdd", true, x, axis, indices, source);
    }

    private static Tensor scatter(
            String name, boolean adds, Tensor x, int axis, Tensor indices, Tensor source) {
        int at = checkAlong(name, x, axis, indices);
        Elementwise.sameDevice(name, x, source);
        if (source.dtype() != x.dtype() || !source.shape().equals(indices.shape())) {
            throw new ShapeException(
                    "%s: x is %s, indices are %s, source is %s: the source must have x's type and the indices' shape"
                            .formatted(name, x, indices, source));
        }
        if (indices.dtype() != DType.I32) {
            return x.device().compute(() -> scatter(name, adds, x, axis, indices(indices), source));
        }
        View places = indices.view().axisLast(at);
        View from = source.view().axisLast(at);
        Device device = x.device();
        Tensor y =
                device.make(
                        name,
                        x.dtype(),
                        x.shape(),
                        dst -> {
                            device.backend().run(new KernelCall.Copy(x.view(), dst));
                            View to = dst.axisLast(at).startingWith(places.shape());
                            device.backend()
                                    .run(new KernelCall.ScatterAlong(adds, from, places, to));
                        });
        Recorder recorder = device.recording();
        if (recorder != null && (recorder.tracks(x) || recorder.tracks(source))) {
            recorder.record(new Op.ScatterAlong(adds, at, x, indices, source, y));
        }
        return y;
    }

    /** The axis, from 0. */
    private static int checkAlong(String operation, Tensor x, int axis, Tensor indices) {
        Elementwise.sameDevice(operation, x, indices);
        int at = x.shape().axis(operation, axis);
        boolean fits = indices.dtype().isInteger() && indices.rank() == x.rank();
        for (int other = 0; fits && other < x.rank(); other++) {
            fits = other == at || indices.dim(other) <= x.dim(other);
        }
        if (!fits) {
            throw new ShapeException(
                    "%s: x is %s, indices are %s: they must be integers, of x's rank, and of at most x's extents beside axis %d"
                            .formatted(operation, x, indices, axis));
        }
        x.shape().limit(operation, at, Integer.MAX_VALUE);
        return at;
    }

    /**
     * Indices as kernels take them, I32; other tensors as they are. What an I32 cannot hold becomes
     * one that is out of range too.
     */
    static Tensor indices(Tensor x) {
        return switch (x.dtype()) {
            case I64 -> x.clamp(Integer.MIN_VALUE, Integer.MAX_VALUE).to(DType.I32);
            case U8, I8 -> x.to(DType.I32);
            case F64, F32, F16, BF16, I32, BOOL -> x;
        };
    }

    private static void checkIndices(String operation, Tensor x, Tensor indices) {
        Elementwise.sameDevice(operation, x, indices);
        if (!indices.dtype().isInteger() || indices.rank() != 1) {
            throw new ShapeException(
                    operation
                            + ": indices are "
                            + indices.describe()
                            + ": they must be integers, of rank 1");
        }
        // Places are I32 as well, where a device notes an index that is out of range.
        indices.shape().limit(operation, 0, Integer.MAX_VALUE);
    }
}
