package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.DType;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import java.util.concurrent.atomic.LongAdder;

/**
 * y = op over some axes of x. What is reduced is cut into chunks of a fixed size, and their results
 * are combined in order: neither strides nor threads change the order of additions.
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
        if (x.dtype() == DType.F32 && axes.combinesRows()) {
            reduceRows(op, axes, out);
        } else {
            reduceRuns(op, Strided.of(axes.resultsFirst()), x.dtype(), out);
        }
    }

    // ---- whole rows

    private void reduceRows(ReduceOp op, ReducedAxes axes, Strided y) {
        long columns = axes.columns();
        int across = Math.toIntExact((columns + COLUMNS - 1) / COLUMNS);
        int down = Math.toIntExact(y.size() / columns);
        float scale = scale(op, axes.rows());
        // A few rows are done before another thread has begun.
        boolean small = axes.rows() * y.size() < CHUNK;
        int parts = across * down;
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
        int whole = count - count % COUNT;
        long memory = scratch[worker].reserve((long) (COLUMNS + COUNT) * WORD);
        long x = axes.blockAddress(block) + column * WORD;
        ReduceLoop.rows(op, x, axes.rowBytes(), axes.rows(), memory, whole);
        for (int j = whole; j < count; j++) {
            float value = ReduceLoop.column(op, x + (long) j * WORD, axes.rowBytes(), axes.rows());
            Memory.setFloat(memory + (long) j * WORD, value);
        }
        if (op == ReduceOp.MEAN) {
            ReduceLoop.divide(memory, divisor, count);
        }
        y.copy(block * axes.columns() + column, count, memory, false);
    }

    private static float scale(ReduceOp op, long count) {
        return op == ReduceOp.MEAN ? (float) count : 1;
    }

    // ---- adjacent runs

    private void reduceRuns(ReduceOp op, Strided x, DType dtype, Strided y) {
        long length = x.size() / y.size();
        int results = Math.toIntExact(y.size());
        if (length > CHUNK) {
            reduceLongRuns(op, x, dtype, y, length, results);
            return;
        }
        int each = (int) Math.max(1, Math.min(BLOCK, CHUNK / Math.max(1, length)));
        int tasks = (results + each - 1) / each;
        pool.forPieces(
                tasks,
                (index, worker) -> {
                    long memory = scratch[worker].reserve(2L * BLOCK * WORD + 64);
                    long values = memory + (long) BLOCK * WORD + 64;
                    int first = index * each;
                    int count = Math.min(each, results - first);
                    for (int i = 0; i < count; i++) {
                        long at = values + (long) i * WORD;
                        int bits = run(op, x, dtype, (first + i) * length, length, memory);
                        Memory.setInt(at, finished(op, dtype, bits, length));
                    }
                    y.copy(first, count, values, false);
                });
    }

    private void reduceLongRuns(
            ReduceOp op, Strided x, DType dtype, Strided y, long length, int results) {
        int chunks = Math.toIntExact((length + CHUNK - 1) / CHUNK);
        long values = partials.reserve((long) results * chunks * WORD);
        pool.forPieces(
                Math.multiplyExact(results, chunks),
                (index, worker) -> {
                    long memory = scratch[worker].reserve((long) BLOCK * WORD);
                    long from = (long) (index % chunks) * CHUNK;
                    long start = index / chunks * length + from;
                    int bits = run(op, x, dtype, start, Math.min(CHUNK, length - from), memory);
                    Memory.setInt(values + (long) index * WORD, bits);
                });
        for (int i = 0; i < results; i++) {
            long at = values + (long) i * chunks * WORD;
            int bits = adjacent(op, dtype, identity(op, dtype), at, chunks);
            Memory.setInt(at, finished(op, dtype, bits, length));
            y.copy(i, 1, at, false);
        }
    }

    /** The bits of the result of elements [start, start + length). */
    private static int run(
            ReduceOp op, Strided x, DType dtype, long start, long length, long memory) {
        int bits = identity(op, dtype);
        int step = x.isContiguous() ? CHUNK : BLOCK;
        for (long done = 0; done < length; done += step) {
            int count = (int) Math.min(step, length - done);
            bits = adjacent(op, dtype, bits, x.read(start + done, count, memory), count);
        }
        return bits;
    }

    private static int adjacent(ReduceOp op, DType dtype, int bits, long x, int count) {
        return switch (dtype) {
            case F32 ->
                    Float.floatToRawIntBits(
                            ReduceLoop.combine(
                                    op,
                                    Float.intBitsToFloat(bits),
                                    ReduceLoop.floats(op, x, count)));
            case I32 -> ReduceLoop.integers(op, bits, x, count);
        };
    }

    private static int identity(ReduceOp op, DType dtype) {
        return switch (dtype) {
            case F32 -> Float.floatToRawIntBits(ReduceLoop.identity(op));
            case I32 -> ReduceLoop.integerIdentity(op);
        };
    }

    private static int finished(ReduceOp op, DType dtype, int bits, long length) {
        if (op != ReduceOp.MEAN || dtype != DType.F32) {
            return bits;
        }
        return Float.floatToRawIntBits((float) ((double) Float.intBitsToFloat(bits) / length));
    }

    /**
     * y = the index of the largest element of each row of x, the first of several, and the first
     * NaN before all.
     */
    void argmax(View x, View y) {
        Strided rows = Strided.of(x);
        Strided out = Strided.of(y);
        long length = x.dim(-1);
        int results = Math.toIntExact(y.size());
        int each = (int) Math.max(1, CHUNK / length);
        pool.forPieces(
                (results + each - 1) / each,
                (index, worker) -> {
                    long memory = scratch[worker].reserve((long) (BLOCK + COUNT) * WORD);
                    long value = memory + (long) BLOCK * WORD;
                    for (int row = index * each;
                            row < Math.min(results, (index + 1) * each);
                            row++) {
                        int best =
                                x.dtype() == DType.F32
                                        ? ArgMax.floats(rows, row * length, length, memory, BLOCK)
                                        : ArgMax.integers(
                                                rows, row * length, length, memory, BLOCK);
                        Memory.setInt(value, best);
                        out.copy(row, 1, value, false);
                    }
                });
    }

    /** count += how many elements of x are NaN or infinite. */
    void countNonFinite(View x, View count) {
        Strided in = Strided.of(x);
        LongAdder found = new LongAdder();
        long size = x.size();
        pool.forPieces(
                Math.toIntExact((size + CHUNK - 1) / CHUNK),
                (index, worker) -> {
                    long memory = scratch[worker].reserve((long) BLOCK * WORD);
                    int step = in.isContiguous() ? CHUNK : BLOCK;
                    long end = Math.min(size, (index + 1L) * CHUNK);
                    for (long start = (long) index * CHUNK; start < end; start += step) {
                        int elements = (int) Math.min(step, end - start);
                        found.add(ReduceLoop.nonFinite(in.read(start, elements, memory), elements));
                    }
                });
        long counter = CpuBuffer.address(count);
        Memory.setInt(
                counter, (int) Math.min(Integer.MAX_VALUE, Memory.getInt(counter) + found.sum()));
    }

    @Override
    public void close() {
        partials.close();
    }
}
