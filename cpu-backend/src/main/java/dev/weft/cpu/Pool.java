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
    private final Scratch[] scratch;

    Pool(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /** A row of results: where its first is, and what it is made of. */
    @FunctionalInterface
    private interface Row {
        void make(long plane, long depth, long row, long first, int worker);
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
                (index, worker) -> {
                    for (long row = tasks.start(index); row < tasks.end(index); row++) {
                        long slice = row / to.dim(2);
                        body.make(
                                slice / to.dim(1),
                                slice % to.dim(1),
                                row % to.dim(2),
                                row * columns,
                                worker);
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
                (p, i, j, first, worker) ->
                        largest(
                                window,
                                x,
                                from + p * plane * WORD,
                                i,
                                j,
                                (int) y.dim(3),
                                to + first * WORD,
                                at + first * Integer.BYTES,
                                scratch[worker]));
    }

    /**
     * The largest elements of a row's windows, and their places in their plane. What a window has
     * of the rows is the same for all; those with all of their columns are done by vectors.
     */
    private static void largest(
            Window window,
            View x,
            long plane,
            long i,
            long j,
            int windows,
            long to,
            long at,
            Scratch memory) {
        Window.Axis columns = window.columns();
        long[] rows = rows(window, x, i, j);
        int[] places = new int[rows.length * columns.size()];
        int[] taps = new int[places.length];
        for (int t = 0; t < places.length; t++) {
            int column = t % columns.size();
            places[t] = (int) (rows[t / columns.size()] + column(columns, column));
            taps[t] = (places[t] - places[0]) * WORD;
        }
        int low = low(columns, 0, windows);
        int high = Math.max(low, high(columns, columns.size() - 1, x.dim(3), windows));
        edge(window, x, plane, rows, 0, low, to, at);
        edge(window, x, plane, rows, high, windows, to, at);
        if (low < high) {
            long chosen = memory.reserve((long) (high - low) * WORD, "maxPool");
            long start = plane + (places[0] + (long) low * columns.stride()) * WORD;
            PoolLoop.largest(
                    start, columns.stride(), taps, to + (long) low * WORD, chosen, high - low);
            for (int k = low; k < high; k++) {
                int tap = (int) Memory.getFloat(chosen + (long) (k - low) * WORD);
                Memory.setInt(at + (long) k * Integer.BYTES, places[tap] + k * columns.stride());
            }
        }
    }

    /** The first elements of the rows that the windows of a row of results have. */
    private static long[] rows(Window window, View x, long i, long j) {
        Window.Axis depth = window.depth();
        Window.Axis rows = window.rows();
        int first = rows.from(j);
        int count = rows.until(j, x.dim(2)) - first;
        int slices = depth.until(i, x.dim(1)) - depth.from(i);
        long[] starts = new long[slices * count];
        for (int t = 0; t < starts.length; t++) {
            long a = depth.from(i) + t / count;
            long b = first + t % count;
            long slice = (depth.start(i) + a * depth.dilation()) * x.dim(2) + rows.start(j);
            starts[t] = (slice + b * rows.dilation()) * x.dim(3);
        }
        return starts;
    }

    /** Where the first window has its element c. */
    private static long column(Window.Axis columns, int c) {
        return columns.start(0) + (long) c * columns.dilation();
    }

    /** The first window whose element c is not before the row. */
    private static int low(Window.Axis columns, int c, int windows) {
        return Math.clamp(Math.ceilDiv(-column(columns, c), columns.stride()), 0, windows);
    }

    /** The first window whose element c is behind the row, of so many elements. */
    private static int high(Window.Axis columns, int c, long extent, int windows) {
        return Math.clamp(Math.ceilDiv(extent - column(columns, c), columns.stride()), 0, windows);
    }

    /** Of windows [from, until), of which some have not all of their columns. */
    private static void edge(
            Window window, View x, long plane, long[] rows, int from, int until, long to, long at) {
        Window.Axis columns = window.columns();
        for (int k = from; k < until; k++) {
            float best = Float.NEGATIVE_INFINITY;
            int where = NOWHERE;
            for (long row : rows) {
                for (int c = columns.from(k); c < columns.until(k, x.dim(3)); c++) {
                    int place = (int) (row + columns.start(k) + (long) c * columns.dilation());
                    float value = Memory.getFloat(plane + (long) place * WORD);
                    if (value > best
                            || where == NOWHERE
                            || (Float.isNaN(value) && !Float.isNaN(best))) {
                        best = value;
                        where = place;
                    }
                }
            }
            Memory.setFloat(to + (long) k * WORD, best);
            Memory.setInt(at + (long) k * Integer.BYTES, where);
        }
    }

    void average(Window window, boolean padded, View x, View y) {
        Window.Axis depth = window.depth();
        Window.Axis rows = window.rows();
        Window.Axis columns = window.columns();
        boolean isShort = size(window) <= ReduceLoop.BLOCK;
        long from = CpuBuffer.address(x);
        long to = CpuBuffer.address(y);
        long plane = x.dim(1) * x.dim(2) * x.dim(3);
        forEachRow(
                y,
                size(window),
                (p, i, j, first, worker) -> {
                    long count =
                            (long) depth.count(i, x.dim(1), padded)
                                    * rows.count(j, x.dim(2), padded);
                    long source = from + p * plane * WORD;
                    if (isShort) {
                        sums(
                                window,
                                x,
                                source,
                                i,
                                j,
                                (int) y.dim(3),
                                to + first * WORD,
                                scratch[worker]);
                        divide(columns, count, x.dim(3), padded, (int) y.dim(3), to + first * WORD);
                        return;
                    }
                    for (long k = 0; k < y.dim(3); k++) {
                        FloatSum sum = sum(window, x, source, i, j, k);
                        long all = count * columns.count(k, x.dim(3), padded);
                        Memory.setFloat(to + (first + k) * WORD, sum.mean(all));
                    }
                });
    }

    /** The sums of a row's windows: of their rows, and then of what these have in each column. */
    private static void sums(
            Window window,
            View x,
            long plane,
            long i,
            long j,
            int windows,
            long to,
            Scratch memory) {
        Window.Axis columns = window.columns();
        int extent = (int) x.dim(3);
        long[] rows = rows(window, x, i, j);
        long all = plane + rows[0] * WORD;
        if (rows.length > 1) {
            long sum = memory.reserve((long) extent * WORD, "averagePool");
            PoolLoop.sum(all, plane + rows[1] * WORD, sum, extent);
            for (int t = 2; t < rows.length; t++) {
                PoolLoop.add(plane + rows[t] * WORD, 1, sum, extent);
            }
            all = sum;
        }
        PoolLoop.zero(to, windows);
        for (int c = 0; c < columns.size(); c++) {
            int low = low(columns, c, windows);
            int high = high(columns, c, extent, windows);
            long start = column(columns, c) + (long) low * columns.stride();
            PoolLoop.add(all + start * WORD, columns.stride(), to + (long) low * WORD, high - low);
        }
    }

    /** Divides a row's sums by how many elements each window has; of the rows it has so many. */
    private static void divide(
            Window.Axis columns, long rows, long extent, boolean padded, int windows, long to) {
        int low = low(columns, 0, windows);
        int high = Math.max(low, high(columns, columns.size() - 1, extent, windows));
        for (int k = 0; k < windows; k++) {
            if (k < low || k >= high) {
                long at = to + (long) k * WORD;
                long count = rows * columns.count(k, extent, padded);
                Memory.setFloat(at, Memory.getFloat(at) / count);
            }
        }
        PoolLoop.divide(to + (long) low * WORD, rows * columns.size(), high - low);
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
        boolean isShort = holding <= ReduceLoop.BLOCK;
        if (isShort && at != 0) {
            spread(from, at, to, dy, dx);
            return;
        }
        forEachRow(
                dx,
                holding,
                (p, i, j, first, worker) -> {
                    if (isShort) {
                        long planeOfMeans = from + p * dy.dim(1) * dy.dim(2) * dy.dim(3) * WORD;
                        averageGrad(
                                window,
                                padded,
                                dy,
                                dx,
                                planeOfMeans,
                                i,
                                j,
                                to + first * WORD,
                                scratch[worker]);
                        return;
                    }
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

    /**
     * A row of dx: what its element of each window that holds it has of dy, added up over the rows
     * that hold it, and then spread over the columns of these windows.
     */
    private static void averageGrad(
            Window window,
            boolean padded,
            View dy,
            View dx,
            long plane,
            long i,
            long j,
            long to,
            Scratch memory) {
        Window.Axis depth = window.depth();
        Window.Axis rows = window.rows();
        Window.Axis columns = window.columns();
        int windows = (int) dy.dim(3);
        int extent = (int) dx.dim(3);
        long shares = memory.reserve((long) windows * WORD, "averagePoolGrad");
        PoolLoop.zero(shares, windows);
        for (long a = depth.first(i); a <= depth.last(i, dy.dim(1)); a++) {
            for (long b = rows.first(j); b <= rows.last(j, dy.dim(2)); b++) {
                if (depth.holds(a, i) && rows.holds(b, j)) {
                    long count =
                            (long) depth.count(a, dx.dim(1), padded)
                                    * rows.count(b, dx.dim(2), padded);
                    long row = plane + (a * dy.dim(2) + b) * windows * WORD;
                    shares(columns, count, extent, padded, windows, row, shares);
                }
            }
        }
        PoolLoop.zero(to, extent);
        for (int c = 0; c < columns.size(); c++) {
            int low = low(columns, c, windows);
            int high = high(columns, c, extent, windows);
            long start = column(columns, c) + (long) low * columns.stride();
            PoolLoop.spread(
                    shares + (long) low * WORD, to + start * WORD, columns.stride(), high - low);
        }
    }

    /** Adds a row of dy over how many elements each window has; of the rows it has so many. */
    private static void shares(
            Window.Axis columns,
            long rows,
            long extent,
            boolean padded,
            int windows,
            long dy,
            long to) {
        int low = low(columns, 0, windows);
        int high = Math.max(low, high(columns, columns.size() - 1, extent, windows));
        for (int k = 0; k < windows; k++) {
            if (k < low || k >= high) {
                long at = (long) k * WORD;
                long count = rows * columns.count(k, extent, padded);
                float share = Memory.getFloat(dy + at) / count;
                Memory.setFloat(to + at, Memory.getFloat(to + at) + share);
            }
        }
        long first = (long) low * WORD;
        PoolLoop.addQuotients(dy + first, rows * columns.size(), to + first, high - low);
    }

    /** A gradient of the largest elements, of which each is in few windows. */
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
