package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.View;

/** Selecting by index: gather, of any type, and in the types that compute what adds up. */
final class IndexKernels {
    /** Additions in a row that a sum may have: BLOCK in functions.h. */
    private static final int BLOCK = 128;

    private final Launcher launcher;
    private final IndexFaults faults;
    private final ByType<Sorts> sorts;
    private final DType dtype;
    private final Kernel gather;
    private final Kernel scatterAddColumns;
    private final Scratch lost;
    private final Kernel scatterAddRows;
    private final Elementwise elementwise;
    private final LastAxis lastAxis;
    private final Kernel takeAlong;
    private final LastAxis.Variants putAlong;
    private final LastAxis.Variants addAlong;

    IndexKernels(
            Launcher launcher,
            IndexFaults faults,
            Elementwise elementwise,
            ByType<Sorts> sorts,
            DType dtype) {
        this.launcher = launcher;
        this.faults = faults;
        this.sorts = sorts;
        this.dtype = dtype;
        this.elementwise = elementwise;
        lastAxis = new LastAxis(launcher);
        DType width = Copies.width(dtype);
        gather = launcher.items(KernelFile.COPY, width, "gather");
        scatterAddColumns = launcher.items(KernelFile.INDICES, dtype, "scatter_add_columns");
        lost = launcher.scratch("scatterAdd");
        scatterAddRows = launcher.items(KernelFile.INDICES, dtype, "scatter_add_rows");
        takeAlong = launcher.together(KernelFile.COPY, width, "take_along");
        putAlong = lastAxis.variants(KernelFile.COPY, width, "put_along");
        addAlong = lastAxis.variants(KernelFile.INDICES, dtype, "add_along");
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
                (axes, inner, columns, at, from, rows) -> {
                    Arguments a = launcher.begin();
                    extents(a, rows * columns, axes, inner);
                    a.i32(table.dim(0));
                    view(a, axes, inner, 1, at[1]);
                    indices(a, indices, from);
                    view(a, axes, inner, 0, at[0] + from * y.stride(0));
                    faults.arm(a, IndexFaults.Kind.GATHER);
                    launcher.items(gather, rows * columns);
                });
    }

    void scatterAdd(View dy, View indices, View dTable) {
        if (dy.size() == 0) {
            return;
        }
        if (launcher.traits().deviceClass() == DeviceClass.CPU) {
            scatterAddColumns(dy, indices, dTable);
        } else {
            scatterAddRows(dy, sorts.of(indices).order(false, indices), dTable);
        }
    }

    private void scatterAddColumns(View dy, View indices, View dTable) {
        forEachPiece(
                dy,
                dTable,
                indices.size(),
                (axes, inner, columns, at, from, rows) -> {
                    Arguments a = launcher.begin();
                    extents(a, columns, axes, inner);
                    a.i32(dTable.dim(0));
                    view(a, axes, inner, 0, at[0] + from * dy.stride(0));
                    indices(a, indices, from);
                    view(a, axes, inner, 1, at[1]);
                    a.i32(rows);
                    faults.arm(a, IndexFaults.Kind.SCATTER_ADD);
                    keep(a, rows > BLOCK, dTable.dim(0) * columns);
                    launcher.items(scatterAddColumns, columns);
                });
    }

    /** Equal indices are neighbours, so that no item looks at more than its own. */
    private void scatterAddRows(View dy, Sorts.Ordered indices, View dTable) {
        long count = indices.values().size();
        forEachPiece(
                dy,
                dTable,
                count,
                (axes, inner, columns, at, from, rows) -> {
                    Arguments a = launcher.begin();
                    extents(a, rows * columns, axes, inner);
                    a.i32(dTable.dim(0));
                    view(a, axes, inner, 0, at[0]);
                    Launcher.dense(a, indices.values(), 0);
                    a.i64(1).i32(from);
                    view(a, axes, inner, 1, at[1]);
                    a.i32(count);
                    faults.arm(a, IndexFaults.Kind.SCATTER_ADD);
                    a.memory(GpuBuffer.memory(indices.places()));
                    launcher.items(scatterAddRows, rows * columns);
                });
    }

    /** Memory for what sums lose, where they are long. */
    private void keep(Arguments a, boolean keeps, long elements) {
        a.i32(keeps ? 1 : 0).memory(lost.reserve((keeps ? elements : 1) * dtype.bytes()));
    }

    void close() {
        launcher.close(lost);
    }

    /**
     * What is launched for each piece: columns of the axes behind the first, and rows from one on.
     */
    @FunctionalInterface
    private interface Piece {
        void launch(Axes axes, int inner, long columns, long[] at, long from, long rows);
    }

    /** Goes through the axes behind the first in pieces of up to three of them. */
    private void forEachPiece(View rows, View table, long count, Piece piece) {
        Axes axes = Axes.range(1, rows.rank(), rows, table);
        if (axes.isLonger(launcher.most())) {
            View[] views = {rows, table};
            int axis = Axes.longest(rows, any -> any > 0);
            for (boolean second : new boolean[] {false, true}) {
                View[] half = Axes.half(views, axis, second);
                forEachPiece(half[0], half[1], count, piece);
            }
            return;
        }
        int inner = axes.inner(Elementwise.AXES - 1, launcher.most());
        long product = 1;
        for (int after = 0; after < inner; after++) {
            product *= axes.extent(after);
        }
        long columns = product;
        axes.first(rows.stride(0), table.stride(0));
        axes.forEachOuter(
                inner,
                at ->
                        forEachRows(
                                count,
                                columns,
                                (from, size) ->
                                        piece.launch(axes, inner, columns, at, from, size)));
    }

    /** What is launched for some of the rows. */
    @FunctionalInterface
    private interface SomeRows {
        void launch(long from, long rows);
    }

    /** Goes through rows in pieces that one launch takes. */
    private void forEachRows(long count, long columns, SomeRows piece) {
        long most = Math.max(1, launcher.most() / Math.max(1, columns));
        for (long from = 0; from < count; from += most) {
            piece.launch(from, Math.min(most, count - from));
        }
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

    /** The indices from one on, and which that is: for the place of one that is out of range. */
    private static void indices(Arguments a, View indices, long from) {
        Launcher.dense(a, indices, from * indices.stride(0));
        a.i64(indices.stride(0)).i32(from);
    }

    void takeAlong(View x, View indices, View y) {
        if (y.size() == 0) {
            return;
        }
        long bound = x.dim(-1);
        // Where each line of x begins, in the place of each of y's elements.
        View lines = bound == 0 ? y : x.slice(x.rank() - 1, 0, 1, 1).expand(y.shape());
        elementwise.strided(
                takeAlong,
                a -> {
                    a.i32(bound).i64(x.stride(-1));
                    faults.arm(a, IndexFaults.Kind.TAKE_ALONG);
                },
                y,
                indices,
                lines);
    }

    void scatterAlong(boolean adds, View x, View indices, View y) {
        if (x.size() == 0) {
            return;
        }
        long columns = x.dim(-1);
        lastAxis.run(
                adds ? addAlong : putAlong,
                columns,
                a -> {
                    a.i32(y.dim(-1));
                    faults.arm(a, IndexFaults.Kind.SCATTER_ALONG);
                    if (adds) {
                        keep(a, dtype.isFloating() && columns > BLOCK, y.size());
                    }
                },
                x,
                indices,
                y);
    }
}
