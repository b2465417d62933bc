package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.Encoding;
import dev.weft.backend.View;
import dev.weft.gpu.Elementwise.Pair;
import dev.weft.gpu.Elementwise.Scalars;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** What moves elements of one type as they are, by their width, and converts them. */
final class Copies {
    private static final ValueLayout.OfLong BITS =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int TILE = 32;
    private static final int TILE_ROWS = 8;

    /** Both extents of a matrix that is worth transposing by tiles. */
    private static final int WORTH_TILES = 16;

    /** As many groups as the second axis of a grid may have. */
    private static final int MOST_GROUPS = 65_535;

    private final Launcher launcher;
    private final Elementwise elementwise;
    private final Pair copy;
    private final Pair fill;
    private final Pair where;
    private final Kernel transpose;
    private final Map<DType, Pair> conversions = new EnumMap<>(DType.class);

    Copies(Launcher launcher, Elementwise elementwise, DType dtype) {
        this.launcher = launcher;
        this.elementwise = elementwise;
        DType width = width(dtype);
        copy = elementwise.pair(KernelFile.COPY, width, "copy");
        fill = elementwise.pair(KernelFile.COPY, width, "fill");
        where = elementwise.pair(KernelFile.COPY, width, "where");
        transpose = launcher.grouped(KernelFile.COPY, width, "transpose", TILE * TILE_ROWS);
        DType from = dtype == DType.BOOL ? DType.U8 : dtype;
        for (DType to : DType.values()) {
            conversions.put(
                    to,
                    to == from
                            ? copy
                            : elementwise.pair(
                                    KernelFile.CONVERT, from, KernelFile.conversion(to)));
        }
        conversions.put(dtype, copy);
    }

    /** The type that stands for all of its width, where elements are moved as they are. */
    static DType width(DType dtype) {
        return switch (dtype) {
            case F64, I64 -> DType.I64;
            case F32, I32 -> DType.I32;
            case F16, BF16 -> DType.F16;
            case U8, I8, BOOL -> DType.U8;
        };
    }

    /** y = value, of this type. */
    void fill(double value, View y) {
        MemorySegment element = MemorySegment.ofArray(new byte[Long.BYTES]);
        Encoding.set(y.dtype(), element, 0, value);
        long bits = element.get(BITS, 0);
        elementwise.run(fill, a -> a.i64(bits), y);
    }

    /** y = x, x of this type and y of any. */
    void copy(View x, View y) {
        if (x.dtype() != y.dtype() || !transposed(x, y)) {
            elementwise.run(Objects.requireNonNull(conversions.get(y.dtype())), Scalars.NONE, x, y);
        }
    }

    /** y = a where condition, otherwise b, all but condition of this type. */
    void where(View condition, View a, View b, View y) {
        elementwise.run(where, Scalars.NONE, condition, a, b, y);
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
