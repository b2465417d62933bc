package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.View;
import dev.weft.gpu.Elementwise.Pair;
import dev.weft.gpu.Elementwise.Scalars;

/** fill and copy, between any strides and types. */
final class Copies {
    private static final int TILE = 32;
    private static final int TILE_ROWS = 8;

    /** Both extents of a matrix that is worth transposing by tiles. */
    private static final int WORTH_TILES = 16;

    /** As many groups as the second axis of a grid may have. */
    private static final int MOST_GROUPS = 65_535;

    private final Launcher launcher;
    private final Elementwise elementwise;
    private final Pair copy;
    private final Pair toI32;
    private final Pair toF32;
    private final Pair fill;
    private final Kernel transpose;

    Copies(Launcher launcher, Elementwise elementwise) {
        this.launcher = launcher;
        this.elementwise = elementwise;
        copy = elementwise.pair(KernelFile.COPY, "copy");
        toI32 = elementwise.pair(KernelFile.COPY, "f32_to_i32");
        toF32 = elementwise.pair(KernelFile.COPY, "i32_to_f32");
        fill = elementwise.pair(KernelFile.COPY, "fill");
        transpose = launcher.grouped(KernelFile.COPY, "transpose", TILE * TILE_ROWS);
    }

    void fill(double value, View y) {
        int bits =
                switch (y.dtype()) {
                    case F32 -> Float.floatToRawIntBits((float) value);
                    case I32 -> (int) value;
                    case F64, F16, BF16, I64, U8, I8, BOOL ->
                            throw new IllegalArgumentException(
                                    y.dtype() + " is not a type of this device");
                };
        elementwise.run(fill, a -> a.i32(bits), y);
    }

    void copy(View x, View y) {
        if (x.dtype() != y.dtype()) {
            elementwise.run(y.dtype() == DType.I32 ? toI32 : toF32, Scalars.NONE, x, y);
        } else if (!transposed(x, y)) {
            elementwise.run(copy, Scalars.NONE, x, y);
        }
    }

    /** Copies a matrix whose rows are adjacent on one side and its columns on the other. */
    private boolean transposed(View x, View y) {
        Axes axes = Axes.of(x, y);
        if (launcher.traits().maxGroup() < TILE * TILE_ROWS
                || axes.rank() != 2
                || axes.stride(0, 1) != 1
                || axes.stride(1, 0) != 1
                || axes.extent(0) > launcher.most()
                || axes.extent(1) > launcher.most()
                || axes.stride(0, 0) > Integer.MAX_VALUE
                || axes.stride(1, 1) > Integer.MAX_VALUE) {
            return false;
        }
        // y is rows × columns; x's rows, in memory, are y's columns.
        long rows = axes.extent(0);
        long columns = axes.extent(1);
        long down = Math.ceilDiv(rows, (long) TILE);
        if (Math.min(rows, columns) < WORTH_TILES || down > MOST_GROUPS || x.isRepeating()) {
            return false;
        }
        Arguments arguments = launcher.begin().i32(rows).i32(columns);
        Launcher.dense(arguments, x, 0);
        arguments.i32(axes.stride(0, 0));
        Launcher.dense(arguments, y, 0);
        arguments.i32(axes.stride(1, 1));
        launcher.groups(transpose, Math.ceilDiv(columns, (long) TILE), down, 1);
        return true;
    }
}
