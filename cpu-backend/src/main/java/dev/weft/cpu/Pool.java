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
                (p, i, j, first) -> {
                    for (long k = 0; k < y.dim(3); k++) {
                        long place = largest(window, x, from + p * plane * WORD, i, j, k);
                        float value = Memory.getFloat(from + (p * plane + place) * WORD);
                        Memory.setFloat(to + (first + k) * WORD, value);
                        Memory.setInt(at + (first + k) * Integer.BYTES, (int) place);
                    }
                });
    }

    /** The place in its plane of the largest element of window (i, j, k). */
    private static long largest(Window window, View x, long plane, long i, long j, long k) {
        Window.Axis depth = window.depth();
        Window.Axis rows = window.rows();
        Window.Axis columns = window.columns();
        int endDepth = depth.until(i, x.dim(1));
        int startRows = rows.from(j);
        int endRows = rows.until(j, x.dim(2));
        int startColumns = columns.from(k);
        int endColumns = columns.until(k, x.dim(3));
        float best = Float.NEGATIVE_INFINITY;
        long place = -1;
        for (int a = depth.from(i); a < endDepth; a++) {
            long slice = (depth.start(i) + (long) a * depth.dilation()) * x.dim(2) + rows.start(j);
            for (int b = startRows; b < endRows; b++) {
                long row =
                        (slice + (long) b * rows.dilation()) * x.dim(3)
                                + columns.start(k)
                                + (long) startColumns * columns.dilation();
                for (int c = startColumns; c < endColumns; c++) {
                    float value = Memory.getFloat(plane + row * WORD);
                    if (value > best || place < 0 || (Float.isNaN(value) && !Float.isNaN(best))) {
                        best = value;
                        place = row;
                    }
                    row += columns.dilation();
                }
            }
        }
        return place;
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
}
