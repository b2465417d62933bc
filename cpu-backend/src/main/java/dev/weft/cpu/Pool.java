// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.View;
import dev.weft.backend.Window;

/**
 * Pooling of F32, a row of results at a time. Sums of few elements are rows that are added up, of
 * many they are gathered one by one, in double. The gradient of maxima is added to where these
 * were, a plane at a time, in the order of the windows.
 */
final class Pool {
    /** Elements that a task reads. */
    private static final int CHUNK = 1 << 14;

    private final WorkerPool pool;
    private final Scratch[] scratch;

    Pool(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /** A row of results: where its first is, and what it is made of. */
    @FunctionalInterface
    private interface Row {
        void make(long plane, int slice, int row, long first, Scratch memory);
    }

    /** Makes the rows of a result, of which each element takes so many of the operand. */
    private void forEachRow(View to, long taken, Row body) {
        long columns = to.dim(3);
        if (to.size() == 0) {
            return;
        }
        Pieces tasks = new Pieces(to.size() / columns, Math.max(1, CHUNK / (columns * taken)));
        int slices = (int) to.dim(1);
        int rows = (int) to.dim(2);
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long start = tasks.start(index);
                    int row = (int) (start % rows);
                    int slice = (int) (start / rows % slices);
                    long plane = start / rows / slices;
                    for (long at = start; at < tasks.end(index); at++) {
                        body.make(plane, slice, row, at * columns, scratch[worker]);
                        if (++row == rows) {
                            row = 0;
                            if (++slice == slices) {
                                slice = 0;
                                plane++;
                            }
                        }
                    }
                });
    }

    /** Elements of a window. */
    private static long size(Window window) {
        return (long) window.depth().size() * window.rows().size() * window.columns().size();
    }

    void max(Window window, View x, View y, View indices) {
        PoolAxes axes = PoolAxes.of(window, false, x, y);
        long at = CpuBuffer.address(indices);
        MaxPoolRows rows = new MaxPoolRows(axes, CpuBuffer.address(x), CpuBuffer.address(y), at);
        forEachRow(y, size(window), rows::make);
    }

    void average(Window window, boolean padded, View x, View y) {
        PoolAxes axes = PoolAxes.of(window, padded, x, y);
        long from = CpuBuffer.address(x);
        long to = CpuBuffer.address(y);
        if (size(window) <= ReduceLoop.BLOCK) {
            forEachRow(y, size(window), new AveragePoolRows(axes, from, to)::make);
            return;
        }
        forEachRow(
                y,
                size(window),
                (p, i, j, first, _) -> {
                    long source = from + p * axes.plane() * WORD;
                    long count = (long) axes.depth().count[i] * axes.rows().count[j];
                    for (int k = 0; k < y.dim(3); k++) {
                        FloatSum sum = sum(axes, source, i, j, k);
                        float mean = sum.mean(count * axes.columns().count[k]);
                        Memory.setFloat(to + (first + k) * WORD, mean);
                    }
                });
    }

    private static FloatSum sum(PoolAxes axes, long plane, int i, int j, int k) {
        PoolAxis depth = axes.depth();
        PoolAxis rows = axes.rows();
        PoolAxis columns = axes.columns();
        FloatSum sum = new FloatSum();
        for (int a = depth.from[i]; a < depth.until[i]; a++) {
            for (int b = rows.from[j]; b < rows.until[j]; b++) {
                long row = axes.row(depth.place(i, a), rows.place(j, b));
                for (int c = columns.from[k]; c < columns.until[k]; c++) {
                    sum.add(Memory.getFloat(plane + (row + columns.place(k, c)) * WORD));
                }
            }
        }
        return sum;
    }

    void maxGrad(Window window, View indices, View dy, View dx) {
        PoolAxes axes = PoolAxes.of(window, false, dx, dy);
        if (holding(window) <= ReduceLoop.BLOCK) {
            spread(axes, CpuBuffer.address(indices), dy, dx);
        } else {
            gather(window, axes, CpuBuffer.address(indices), dy, dx);
        }
    }

    void averageGrad(Window window, boolean padded, View dy, View dx) {
        PoolAxes axes = PoolAxes.of(window, padded, dx, dy);
        if (holding(window) <= ReduceLoop.BLOCK) {
            AveragePoolRows rows =
                    new AveragePoolRows(axes, CpuBuffer.address(dx), CpuBuffer.address(dy));
            forEachRow(dx, holding(window), rows::makeGrad);
        } else {
            gather(window, axes, 0, dy, dx);
        }
    }

    /** How many windows hold an element, at the most. */
    private static long holding(Window window) {
        return holding(window.depth()) * holding(window.rows()) * holding(window.columns());
    }

    private static long holding(Window.Axis axis) {
        return Math.ceilDiv(axis.size(), axis.stride());
    }

    /**
     * A gradient of the largest elements, or of means.
     *
     * @param at where the places of the largest are, or 0 for means
     */
    private void gather(Window window, PoolAxes axes, long at, View dy, View dx) {
        long from = CpuBuffer.address(dy);
        long to = CpuBuffer.address(dx);
        forEachRow(
                dx,
                holding(window),
                (p, i, j, first, _) -> {
                    for (int k = 0; k < axes.columns().extent; k++) {
                        FloatSum sum = gathered(axes, p * axes.windows(), i, j, k, from, at);
                        Memory.setFloat(to + (first + k) * WORD, sum.value());
                    }
                });
    }

    /** The gradient of one element: what the windows that hold it pass on to it. */
    private static FloatSum gathered(
            PoolAxes axes, long plane, int i, int j, int k, long from, long at) {
        PoolAxis depth = axes.depth();
        PoolAxis rows = axes.rows();
        PoolAxis columns = axes.columns();
        int place = (int) axes.row(i, j) + k;
        FloatSum sum = new FloatSum();
        for (int a = depth.first[i]; a <= depth.last[i]; a++) {
            for (int b = rows.first[j]; b <= rows.last[j]; b++) {
                if (!depth.holds(a, i) || !rows.holds(b, j)) {
                    continue;
                }
                long row = plane + ((long) a * rows.windows + b) * columns.windows;
                long count = (long) depth.count[a] * rows.count[b];
                for (int c = columns.first[k]; c <= columns.last[k]; c++) {
                    float d = Memory.getFloat(from + (row + c) * WORD);
                    if (at == 0) {
                        if (columns.holds(c, k)) {
                            sum.add(d / (count * columns.count[c]));
                        }
                    } else if (Memory.getInt(at + (row + c) * Integer.BYTES) == place) {
                        sum.add(d);
                    }
                }
            }
        }
        return sum;
    }

    /** A gradient of the largest elements, of which each is in few windows. */
    private void spread(PoolAxes axes, long at, View dy, View dx) {
        long from = CpuBuffer.address(dy);
        long to = CpuBuffer.address(dx);
        long windows = axes.windows();
        long plane = axes.plane();
        if (dx.size() == 0) {
            return;
        }
        Pieces tasks = new Pieces(dx.dim(0), Math.max(1, CHUNK / plane));
        pool.forPieces(
                tasks.count(),
                (index, _) -> {
                    for (long p = tasks.start(index); p < tasks.end(index); p++) {
                        long target = to + p * plane * WORD;
                        PoolLoop.zero(target, (int) plane);
                        spread(
                                from + p * windows * WORD,
                                at + p * windows * Integer.BYTES,
                                (int) windows,
                                target);
                    }
                });
    }

    private static void spread(long from, long at, int windows, long to) {
        for (int k = 0; k < windows; k++) {
            long target = to + Memory.getInt(at + (long) k * Integer.BYTES) * (long) WORD;
            float d = Memory.getFloat(from + (long) k * WORD);
            Memory.setFloat(target, Memory.getFloat(target) + d);
        }
    }
}
