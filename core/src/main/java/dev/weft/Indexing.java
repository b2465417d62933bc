package dev.weft;

import dev.weft.backend.KernelCall;

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
        checkIndices("gather", table, indices);
        if (indices.dtype() != DType.I32) {
            return table.device().compute(() -> gather(table, indices(indices)));
        }
        table.shape().limit("gather", 0, Integer.MAX_VALUE);
        Device device = table.device();
        Tensor y =
                device.make(
                        "gather",
                        table.dtype(),
                        table.shape().with(0, indices.size()),
                        dst ->
                                device.backend()
                                        .run(
                                                new KernelCall.Gather(
                                                        table.view(), indices.view(), dst)));
        Recorder recorder = table.recorder();
        if (recorder != null) {
            recorder.record(new Op.Gather(table, indices, y));
        }
        return y;
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
        Device device = x.device();
        Tensor y =
                device.make(
                        "pick",
                        x.dtype(),
                        indices.shape(),
                        dst ->
                                device.backend()
                                        .run(new KernelCall.Pick(x.view(), indices.view(), dst)));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Pick(x, indices, y));
        }
        return y;
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
