// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.ReduceOp;
import dev.weft.backend.Reserve;
import dev.weft.backend.View;

import java.util.concurrent.atomic.LongAdder;

/**
 * y = op over some axes of x. What is reduced is cut into chunks of a fixed size, and their results
 * are combined in order: neither strides nor threads change the order of additions. No more than
 * {@link ReduceLoop#BLOCK} additions in F32 follow each other; sums of so many are added in double,
 * or with what is lost by rounding kept beside them, so that the error of a sum does not grow with
 * its length.
 *
 * <p>Where the innermost axes are kept and have no gaps, whole rows are combined (a bias's
 * gradient); otherwise the axes are put into an order in which what belongs to one result is
 * adjacent.
 */
final class Reduction implements AutoCloseable {
    /** Elements of a task. */
    private static final int CHUNK = 1 << 14;

    /** Elements that are gathered at a time. */
    private static final int BLOCK = 1 << 11;

    /** Columns that a task combines: less than a page of each row. */
    private static final int COLUMNS = 512;

    /** Bytes of a row of so many columns, padded. */
    private static final int SLOT = (COLUMNS + COUNT) * WORD;

    private final WorkerPool pool;
    private final Scratch[] scratch;
    private final Scratch partials = new Scratch();

    Reduction(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    void reduce(ReduceOp op, View x, View y) {
        if (y.size() == 0) {
            return;
        }
        ReducedAxes axes = ReducedAxes.of(x, y);
        Strided out = Strided.of(y);
        if (axes.combinesRows()) {
            reduceRows(op, axes, out);
        } else {
            reduceRuns(op, Strided.of(axes.resultsFirst()), out);
        }
    }

    // ---- whole rows

    private void reduceRows(ReduceOp op, ReducedAxes axes, Strided y) {
        long columns = axes.columns();
        int across = new Pieces(columns, COLUMNS).count();
        long down = y.size() / columns;
        float scale = scale(op, axes.rows());
        // A few rows are done before another thread has begun.
        boolean small = axes.rows() * y.size() < CHUNK;
        int parts = new Pieces(across * down, 1).count();
        if (small) {
            for (int index = 0; index < parts; index++) {
                rowsPart(op, axes, y, index / across, (long) index % across * COLUMNS, scale, 0);
            }
        } else {
            pool.forPieces(
                    parts,
                    (index, worker) ->
                            rowsPart(
                                    op,
                                    axes,
                                    y,
                                    index / across,
                                    (long) index % across * COLUMNS,
                                    scale,
                                    worker));
        }
    }

    private void rowsPart(
            ReduceOp op,
            ReducedAxes axes,
            Strided y,
            long block,
            long column,
            float divisor,
            int worker) {
        int count = (int) Math.min(COLUMNS, axes.columns() - column);
        long total = scratch[worker].reserve(3L * SLOT, "reduction");
        long x = axes.blockAddress(block) + column * WORD;
        boolean adds = op == ReduceOp.SUM || op == ReduceOp.MEAN;
        if (adds && axes.rows() > ReduceLoop.BLOCK_ROWS) {
            sumBlocks(x, axes, count, total);
        } else {
            rows(op, x, axes.rowBytes(), axes.rows(), count, total);
        }
        if (op == ReduceOp.MEAN) {
            ReduceLoop.divide(total, divisor, count);
        }
        y.copy(block * axes.columns() + column, count, total, false);
    }

    /** The sums of many rows, block after block; {@code total} has two slots behind it. */
    private static void sumBlocks(long x, ReducedAxes axes, int count, long total) {
        long lost = total + SLOT;
        long sums = lost + SLOT;
        int padded = (count + COUNT - 1) / COUNT * COUNT;
        Runs.fill(0, total, (long) padded * WORD);
        Runs.fill(0, lost, (long) padded * WORD);
        for (long row = 0; row < axes.rows(); row += ReduceLoop.BLOCK_ROWS) {
            long rows = Math.min(ReduceLoop.BLOCK_ROWS, axes.rows() - row);
            rows(ReduceOp.SUM, x + row * axes.rowBytes(), axes.rowBytes(), rows, count, sums);
            ReduceLoop.carry(sums, total, lost, padded);
        }
        ReduceLoop.settle(total, lost, padded);
    }

    private static void rows(ReduceOp op, long x, long rowBytes, long rows, int count, long y) {
        int whole = count - count % COUNT;
        ReduceLoop.rows(op, x, rowBytes, rows, y, whole);
        for (int j = whole; j < count; j++) {
            float value = ReduceLoop.column(op, x + (long) j * WORD, rowBytes, rows);
            Memory.setFloat(y + (long) j * WORD, value);
        }
    }

    private static float scale(ReduceOp op, long count) {
        return op == ReduceOp.MEAN ? (float) count : 1;
    }

    // ---- adjacent runs

    private void reduceRuns(ReduceOp op, Strided x, Strided y) {
        long length = x.size() / y.size();
        if (length > CHUNK) {
            reduceLongRuns(op, x, y, length);
            return;
        }
        long each = Math.max(1, Math.min(BLOCK, CHUNK / Math.max(1, length)));
        Pieces tasks = new Pieces(y.size(), each);
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long memory = scratch[worker].reserve(2L * BLOCK * WORD + 64, "reduction");
                    long values = memory + (long) BLOCK * WORD + 64;
                    long first = tasks.start(index);
                    int count = (int) (tasks.end(index) - first);
                    for (int i = 0; i < count; i++) {
                        float result = run(op, x, (first + i) * length, length, memory);
                        Memory.setFloat(
                                values + (long) i * WORD,
                                op == ReduceOp.MEAN ? (float) ((double) result / length) : result);
                    }
                    y.copy(first, count, values, false);
                });
    }

    private void reduceLongRuns(ReduceOp op, Strided x, Strided y, long length) {
        Pieces chunks = new Pieces(length, CHUNK);
        int count = chunks.count();
        long results = y.size();
        int parts = new Pieces(results * count, 1).count();
        long values = partials.reserve((long) parts * WORD, "reduction");
        pool.forPieces(
                parts,
                (index, worker) -> {
                    long memory = scratch[worker].reserve((long) BLOCK * WORD, "reduction");
                    int chunk = index % count;
                    long from = chunks.start(chunk);
                    long start = index / count * length + from;
                    float result = run(op, x, start, chunks.end(chunk) - from, memory);
                    Memory.setFloat(values + (long) index * WORD, result);
                });
        for (long i = 0; i < results; i++) {
            long at = values + i * count * WORD;
            Memory.setFloat(at, ofChunks(op, at, count, length));
            y.copy(i, 1, at, false);
        }
    }

    /** The result of a run of this length, of whose chunks there are the results. */
    private static float ofChunks(ReduceOp op, long at, int chunks, long length) {
        return switch (op) {
            case SUM -> ReduceLoop.sumOfSums(at, chunks, 0);
            case MEAN -> ReduceLoop.sumOfSums(at, chunks, length);
            case PROD, MAX, MIN -> ReduceLoop.run(op, at, chunks);
        };
    }

    /** The result of elements [start, start + length). */
    private static float run(ReduceOp op, Strided x, long start, long length, long memory) {
        float result = ReduceLoop.identity(op);
        int step = x.isInPlace() ? CHUNK : BLOCK;
        for (long done = 0; done < length; done += step) {
            int count = (int) Math.min(step, length - done);
            long at = x.read(start + done, count, memory);
            result = ReduceLoop.combine(op, result, ReduceLoop.run(op, at, count));
        }
        return result;
    }

    /**
     * y = the index of the largest or the smallest element of each row of x, the first of several,
     * and the first NaN before all.
     */
    void argReduce(ReduceOp op, View x, View y) {
        float sign = op == ReduceOp.MIN ? -1 : 1;
        Strided rows = Strided.of(x);
        Strided out = Strided.of(y);
        long length = x.dim(-1);
        Pieces tasks = new Pieces(y.size(), Math.max(1, CHUNK / length));
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long memory =
                            scratch[worker].reserve((long) (BLOCK + COUNT) * WORD, "reduction");
                    long value = memory + (long) BLOCK * WORD;
                    long end = tasks.end(index);
                    for (long row = tasks.start(index); row < end; row++) {
                        int best = ArgMax.of(rows, sign, row * length, length, memory, BLOCK);
                        Memory.setInt(value, best);
                        out.copy(row, 1, value, false);
                    }
                });
    }

    /** count += how many elements of x are NaN or infinite. */
    void countNonFinite(View x, View count) {
        Strided in = Strided.of(x);
        LongAdder found = new LongAdder();
        Pieces tasks = new Pieces(x.size(), CHUNK);
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long memory = scratch[worker].reserve((long) BLOCK * WORD, "reduction");
                    int step = in.isInPlace() ? CHUNK : BLOCK;
                    long end = tasks.end(index);
                    for (long start = tasks.start(index); start < end; start += step) {
                        int elements = (int) Math.min(step, end - start);
                        found.add(ReduceLoop.nonFinite(in.read(start, elements, memory), elements));
                    }
                });
        long counter = CpuBuffer.address(count);
        Memory.setInt(
                counter, (int) Math.min(Integer.MAX_VALUE, Memory.getInt(counter) + found.sum()));
    }

    void reserve(Reserve reserve) {
        partials.reserve(reserve);
    }

    @Override
    public void close() {
        partials.close();
    }
}
