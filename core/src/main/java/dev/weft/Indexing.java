package dev.weft;

import dev.weft.autograd.Op;
import dev.weft.autograd.Tape;
import dev.weft.backend.KernelCall;

import java.util.List;

/** Concatenation and selection by index. */
final class Indexing {
    private Indexing() {}

    static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new ShapeException("concat: needs at least one tensor");
        }
        Tensor first = parts[0];
        int at = first.shape().axis("concat", axis);
        long extent = 0;
        boolean tracked = false;
        Tape tape = first.device().recording();
        for (Tensor part : parts) {
            Elementwise.sameDevice("concat", first, part);
            boolean fits =
                    part.rank() == first.rank()
                            && part.dtype() == first.dtype()
                            && part.shape().with(at, 0).equals(first.shape().with(at, 0));
            if (!fits) {
                throw new ShapeException(
                        "concat: "
                                + first
                                + " and "
                                + part
                                + " differ in type or beside axis "
                                + axis);
            }
            extent += part.dim(at);
            tracked |= tape != null && tape.tracks(part);
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
        if (tape != null && tracked) {
            tape.record(new Op.Concat(at, List.of(parts), y));
        }
        return y;
    }

    static Tensor gather(Tensor table, Tensor indices) {
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
        Tape tape = Layout.tapeFor(table);
        if (tape != null) {
            tape.record(new Op.Gather(table, indices, y));
        }
        return y;
    }

    static Tensor pick(Tensor x, Tensor indices) {
        checkIndices("pick", x, indices);
        if (indices.dtype() != DType.I32) {
            return x.device().compute(() -> pick(x, indices(indices)));
        }
        if (x.rank() != 2 || x.dim(0) != indices.size() || !x.dtype().isFloating()) {
            throw new ShapeException(
                    "pick: x is "
                            + x
                            + ", indices are "
                            + indices
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
        Tape tape = Layout.tapeFor(x);
        if (tape != null) {
            tape.record(new Op.Pick(x, indices, y));
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
                    operation + ": indices are " + indices + ": they must be integers, of rank 1");
        }
        // Places are I32 as well, where a device notes an index that is out of range.
        indices.shape().limit(operation, 0, Integer.MAX_VALUE);
    }
}
