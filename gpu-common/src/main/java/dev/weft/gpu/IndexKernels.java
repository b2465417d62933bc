package dev.weft.gpu;

import dev.weft.backend.View;

/** Selecting by index. */
final class IndexKernels {
    private final Launcher launcher;
    private final IndexFaults faults;
    private final Kernel gather;
    private final Kernel scatterAddColumns;
    private final Kernel scatterAddRows;
    private final Kernel pick;
    private final Kernel unpick;

    IndexKernels(Launcher launcher, IndexFaults faults) {
        this.launcher = launcher;
        this.faults = faults;
        gather = launcher.items(KernelFile.INDICES, "gather");
        scatterAddColumns = launcher.items(KernelFile.INDICES, "scatter_add_columns");
        scatterAddRows = launcher.items(KernelFile.INDICES, "scatter_add_rows");
        pick = launcher.items(KernelFile.INDICES, "pick");
        unpick = launcher.items(KernelFile.INDICES, "unpick");
    }

    void gather(View table, View indices, View y) {
        long count = indices.size();
        if (y.size() == 0) {
            return;
        }
        forEachPiece(
                y,
                table,
                count,
                (axes, inner, columns, at) -> {
                    Arguments a = launcher.begin();
                    extents(a, count * columns, axes, inner);
                    a.i32(table.dim(0));
                    view(a, axes, inner, 1, at[1]);
                    indices(a, indices);
                    view(a, axes, inner, 0, at[0]);
                    faults.arm(a, IndexFaults.Kind.GATHER);
                    launcher.items(gather, count * columns);
                });
    }

    void scatterAdd(View dy, View indices, View dTable) {
        long count = indices.size();
        if (dy.size() == 0) {
            return;
        }
        boolean few = launcher.traits().deviceClass() == DeviceClass.CPU;
        forEachPiece(
                dy,
                dTable,
                count,
                (axes, inner, columns, at) -> {
                    long items = few ? columns : count * columns;
                    Arguments a = launcher.begin();
                    extents(a, items, axes, inner);
                    a.i32(dTable.dim(0));
                    view(a, axes, inner, 0, at[0]);
                    indices(a, indices);
                    view(a, axes, inner, 1, at[1]);
                    a.i32(count);
                    faults.arm(a, IndexFaults.Kind.SCATTER_ADD);
                    launcher.items(few ? scatterAddColumns : scatterAddRows, items);
                });
    }

    /** What is launched for each piece of the axes behind the first. */
    @FunctionalInterface
    private interface Piece {
        void launch(Axes axes, int inner, long columns, long[] at);
    }

    /** Goes through the axes behind the first in pieces of up to three of them. */
    private static void forEachPiece(View rows, View table, long count, Piece piece) {
        Axes axes = Axes.range(1, rows.rank(), rows, table);
        int inner = axes.inner(Elementwise.AXES - 1);
        long product = 1;
        for (int after = 0; after < inner; after++) {
            product *= axes.extent(after);
        }
        long columns = product;
        if (count * columns > Integer.MAX_VALUE) {
            throw Axes.tooLong(count * columns);
        }
        axes.first(rows.stride(0), table.stride(0));
        axes.forEachOuter(inner, at -> piece.launch(axes, inner, columns, at));
    }

    private static void extents(Arguments a, long n, Axes axes, int inner) {
        a.i32(n);
        for (int after = 2; after >= 0; after--) {
            a.i32(after < inner ? axes.extent(after) : 1);
        }
    }

    private static void view(Arguments a, Axes axes, int inner, int v, long offset) {
        a.memory(GpuBuffer.memory(axes.view(v))).i64(offset).i64(axes.first(v));
        for (int after = 2; after >= 0; after--) {
            a.i64(after < inner ? axes.stride(v, after) : 0);
        }
    }

    private static void indices(Arguments a, View indices) {
        Launcher.dense(a, indices, 0);
        a.i64(indices.stride(0));
    }

    void pick(View x, View indices, View y) {
        if (y.size() == 0) {
            return;
        }
        Arguments a = launcher.begin().i32(x.dim(0)).i32(x.dim(1));
        Launcher.dense(a, x, 0);
        a.i64(x.stride(0)).i64(x.stride(1));
        indices(a, indices);
        Launcher.dense(a, y, 0);
        a.i64(y.stride(0));
        faults.arm(a, IndexFaults.Kind.PICK);
        launcher.items(pick, x.dim(0));
    }

    void unpick(View dy, View indices, View dx) {
        if (dx.size() == 0) {
            return;
        }
        Arguments a = launcher.begin().i32(dx.size()).i32(dx.dim(1));
        Launcher.dense(a, dy, 0);
        a.i64(dy.stride(0));
        indices(a, indices);
        Launcher.dense(a, dx, 0);
        a.i64(dx.stride(0)).i64(dx.stride(1));
        faults.arm(a, IndexFaults.Kind.UNPICK);
        launcher.items(unpick, dx.size());
    }
}
