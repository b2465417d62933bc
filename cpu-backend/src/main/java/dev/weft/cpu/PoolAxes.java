package dev.weft.cpu;

import dev.weft.backend.View;
import dev.weft.backend.Window;

/** The windows of planes×depth×rows×columns, along each axis. */
record PoolAxes(PoolAxis depth, PoolAxis rows, PoolAxis columns) {
    /** Of a view and one of its windows' shape. */
    static PoolAxes of(Window window, boolean padded, View x, View y) {
        return new PoolAxes(
                new PoolAxis(window.depth(), x.dim(1), y.dim(1), padded),
                new PoolAxis(window.rows(), x.dim(2), y.dim(2), padded),
                new PoolAxis(window.columns(), x.dim(3), y.dim(3), padded));
    }

    /** Where in its plane a row of x begins. */
    long row(int slice, int row) {
        return ((long) slice * rows.extent + row) * columns.extent;
    }

    /** Elements of a plane of x. */
    long plane() {
        return row(depth.extent, 0);
    }

    /** Windows of a plane. */
    long windows() {
        return (long) depth.windows * rows.windows * columns.windows;
    }
}
