// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.View;
import dev.weft.backend.Window;

import org.jspecify.annotations.Nullable;

/**
 * Pooling of F32, a row of results at a time. A gradient is gathered: each element of x sums over
 * the windows that hold it, in their order, so that rows share nothing.
 */
final class Pool {
    /** Elements that a task reads. */
    private static final int CHUNK = 1 << 14;

    /** The place of the largest of no elements. */
    private static final int NOWHERE = -1;

    private final WorkerPool pool;

    Pool(WorkerPool pool) {
        this.pool = pool;
    }

    /** A row of results: where its first is, and what it is made of. */
    @FunctionalInterface
    private interface Row {
        void make(long plane, long depth, long row, long first);
    }

    /** Makes the rows of a result, of which each element takes so many of the operand. */
    private void forEachRow(View to, long taken, Row body) {
        long columns = to.dim(3);
        if (to.size() == 0) {
            return;
        }
        Pieces tasks = new Pieces(to.size() / columns, Math.max(1, CHUNK / (columns * taken)));
        pool.forPieces(
                tasks.count(),
                (index, _) -> {
                    for (long row = tasks.start(index); row < tasks.end(index); row++) {
                        long slice = row / to.dim(2);
                        body.make(
                                slice / to.dim(1),
                                slice % to.dim(1),
                                row % to.dim(2),
                                row * columns);
                    }
                });
    }

    /** Elements of a window. */
    private static long size(Window window) {
        return (long) window.depth().size() * window.rows().size() * window.columns().size();
    }

    void max(Window window, View x, View y, View indices) {
        long from = CpuBuffer.address(x);
        long to = CpuBuffer.address(y);
        long at = CpuBuffer.address(indices);
        long plane = x.dim(1) * x.dim(2) * x.dim(3);
        forEachRow(
                y,
                size(window),
                (p, i, j, first) ->
                        largest(
                                window,
                                x,
                                from + p * plane * WORD,
                                i,
                                j,
                                (int) y.dim(3),
                                to + first * WORD,
                                at + first * Integer.BYTES));
    }

    /**
     * The largest elements of a row's windows, and their places in their plane: those of the first
     * elements of all windows, then of the second, so that a loop is over neighbours.
     */
    private static void largest(
            Window window, View x, long plane, long i, long j, int windows, long to, long at) {
        Window.Axis depth = window.depth();
        Window.Axis rows = window.rows();
        Window.Axis columns = window.columns();
        for (int k = 0; k < windows; k++) {
            Memory.setInt(at + (long) k * Integer.BYTES, NOWHERE);
        }
        int endDepth = depth.until(i, x.dim(1));
        int endRows = rows.until(j, x.dim(2));
        for (int a = depth.from(i); a < endDepth; a++) {
            long slice = (depth.start(i) + (long) a * depth.dilation()) * x.dim(2) + rows.start(j);
            for (int b = rows.from(j); b < endRows; b++) {
                long row = (slice + (long) b * rows.dilation()) * x.dim(3);
                for (int c = 0; c < columns.size(); c++) {
                    long by = columns.start(0) + (long) c * columns.dilation();
                    int first = (int) Math.max(0, Math.ceilDiv(-by, columns.stride()));
                    int end =
                            (int) Math.min(windows, Math.ceilDiv(x.dim(3) - by, columns.stride()));
                    larger(plane, (int) (row + by), columns.stride(), first, end, to, at);
                }
            }
        }
    }

    /** Takes what is larger than the largest so far, and what is NaN; of windows [first, end). */
    @SuppressWarnings("ShortCircuitBoolean") // branches that nobody can predict
    private static void larger(
            long plane, int by, int stride, int first, int end, long to, long at) {
        for (int k = first; k < end; k++) {
            long target = to + (long) k * WORD;
            long where = at + (long) k * Integer.BYTES;
            long place = by + (long) k * stride;
            float value = Memory.getFloat(plane + place * WORD);
            float best = Memory.getFloat(target);
            int before = Memory.getInt(where);
            boolean takes =
                    value > best | before == NOWHERE | (Float.isNaN(value) & !Float.isNaN(best));
            Memory.setFloat(target, takes ? value : best);
            Memory.setInt(where, takes ? (int) place : before);
        }
    }

    void average(Window window, boolean padded, View x, View y) {
        Window.Axis depth = window.depth();
        Window.Axis rows = window.rows();
        Window.Axis columns = window.columns();
        long from = CpuBuffer.address(x);
        long to = CpuBuffer.address(y);
        long plane = x.dim(1) * x.dim(2) * x.dim(3);
        forEachRow(
                y,
                size(window),
                (p, i, j, first) -> {
                    long count =
                            (long) depth.count(i, x.dim(1), padded)
                                    * rows.count(j, x.dim(2), padded);
                    for (long k = 0; k < y.dim(3); k++) {
                        FloatSum sum = sum(window, x, from + p * plane * WORD, i, j, k);
                        long all = count * columns.count(k, x.dim(3), padded);
                        Memory.setFloat(to + (first + k) * WORD, sum.mean(all));
                    }
                });
    }

    private static FloatSum sum(Window window, View x, long plane, long i, long j, long k) {
        Window.Axis depth = window.depth();
        Window.Axis rows = window.rows();
        Window.Axis columns = window.columns();
        FloatSum sum = new FloatSum();
        for (int a = depth.from(i); a < depth.until(i, x.dim(1)); a++) {
            long slice = (depth.start(i) + (long) a * depth.dilation()) * x.dim(2) + rows.start(j);
            for (int b = rows.from(j); b < rows.until(j, x.dim(2)); b++) {
                long row = (slice + (long) b * rows.dilation()) * x.dim(3) + columns.start(k);
                for (int c = columns.from(k); c < columns.until(k, x.dim(3)); c++) {
                    sum.add(Memory.getFloat(plane + (row + (long) c * columns.dilation()) * WORD));
                }
            }
        }
        return sum;
    }

    void maxGrad(Window window, View indices, View dy, View dx) {
        gradient(window, false, indices, dy, dx);
    }

    void averageGrad(Window window, boolean padded, View dy, View dx) {
        gradient(window, padded, null, dy, dx);
    }

    /** Of the largest elements, whose places are given, or of means. */
    private void gradient(Window window, boolean padded, @Nullable View indices, View dy, View dx) {
        Window.Axis depth = window.depth();
        Window.Axis rows = window.rows();
        Window.Axis columns = window.columns();
        long from = CpuBuffer.address(dy);
        long to = CpuBuffer.address(dx);
        long at = indices == null ? 0 : CpuBuffer.address(indices);
        if (at != 0 && isApart(depth) && isApart(rows) && isApart(columns)) {
            spread(from, at, to, dy, dx);
            return;
        }
        long holding =
                Math.ceilDiv(depth.size(), depth.stride())
                        * (long) Math.ceilDiv(rows.size(), rows.stride())
                        * Math.ceilDiv(columns.size(), columns.stride());
        forEachRow(
                dx,
                holding,
                (p, i, j, first) -> {
                    for (long k = 0; k < dx.dim(3); k++) {
                        int place = (int) ((i * dx.dim(2) + j) * dx.dim(3) + k);
                        FloatSum sum = new FloatSum();
                        long lastDepth = depth.last(i, dy.dim(1));
                        for (long a = depth.first(i); a <= lastDepth; a++) {
                            if (!depth.holds(a, i)) {
                                continue;
                            }
                            long lastRow = rows.last(j, dy.dim(2));
                            for (long b = rows.first(j); b <= lastRow; b++) {
                                if (!rows.holds(b, j)) {
                                    continue;
                                }
                                long row = ((p * dy.dim(1) + a) * dy.dim(2) + b) * dy.dim(3);
                                long count =
                                        (long) depth.count(a, dx.dim(1), padded)
                                                * rows.count(b, dx.dim(2), padded);
                                long last = columns.last(k, dy.dim(3));
                                for (long c = columns.first(k); c <= last; c++) {
                                    float d = Memory.getFloat(from + (row + c) * WORD);
                                    if (at != 0) {
                                        if (Memory.getInt(at + (row + c) * Integer.BYTES)
                                                == place) {
                                            sum.add(d);
                                        }
                                    } else if (columns.holds(c, k)) {
                                        sum.add(d / (count * columns.count(c, dx.dim(3), padded)));
                                    }
                                }
                            }
                        }
                        Memory.setFloat(to + (first + k) * WORD, sum.value());
                    }
                });
    }

    /** Whether no element is in two windows. */
    private static boolean isApart(Window.Axis axis) {
        return axis.stride() > (axis.size() - 1L) * axis.dilation();
    }

    /** A gradient of the largest elements, each of one window. */
    private void spread(long from, long at, long to, View dy, View dx) {
        long windows = dy.dim(1) * dy.dim(2) * dy.dim(3);
        long plane = dx.dim(1) * dx.dim(2) * dx.dim(3);
        if (dx.size() == 0) {
            return;
        }
        Pieces tasks = new Pieces(dx.dim(0), Math.max(1, CHUNK / plane));
        pool.forPieces(
                tasks.count(),
                (index, _) -> {
                    for (long p = tasks.start(index); p < tasks.end(index); p++) {
                        long target = to + p * plane * WORD;
                        zero(target, (int) plane);
                        spread(
                                from + p * windows * WORD,
                                at + p * windows * Integer.BYTES,
                                (int) windows,
                                target);
                    }
                });
    }

    private static void zero(long to, int size) {
        for (int k = 0; k < size; k++) {
            Memory.setFloat(to + (long) k * WORD, 0);
        }
    }

    private static void spread(long from, long at, int windows, long to) {
        for (int k = 0; k < windows; k++) {
            int place = Memory.getInt(at + (long) k * Integer.BYTES);
            // As a sum that starts from 0.
            Memory.setFloat(to + (long) place * WORD, 0 + Memory.getFloat(from + (long) k * WORD));
        }
    }
}
