// twin: I64
package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import dev.weft.DType;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

/**
 * y = op over some axes of I32, and the place of the largest: as {@link Reduction}, but the order
 * of additions, which wrap, does not matter.
 */
final class IntegerReduction {
    /** Elements of a task. */
    private static final int CHUNK = 1 << 14;

    /** Elements that are gathered at a time. */
    private static final int BLOCK = 1 << 11;

    private final WorkerPool pool;
    private final Scratch[] scratch;

    IntegerReduction(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    void reduce(ReduceOp op, View x, View y) {
        if (y.size() == 0) {
            return;
        }
        Strided runs = Strided.of(ReducedAxes.of(x, y).resultsFirst(), DType.I32);
        Strided out = Strided.of(y, DType.I32);
        long length = x.size() / y.size();
        // I64: long identity = identity(op, y.dtype());
        int identity = (int) identity(op, y.dtype());
        Pieces tasks =
                new Pieces(y.size(), Math.max(1, Math.min(BLOCK, CHUNK / Math.max(1, length))));
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long memory = scratch[worker].reserve(2L * BLOCK * WORD, "reduction");
                    long values = memory + (long) BLOCK * WORD;
                    long first = tasks.start(index);
                    int count = (int) (tasks.end(index) - first);
                    for (int i = 0; i < count; i++) {
                        int result = run(op, identity, runs, (first + i) * length, length, memory);
                        Memory.setInt(values + (long) i * WORD, result);
                    }
                    out.copy(first, count, values, false);
                });
    }

    /** Of elements [start, start + length). */
    private static int run(
            ReduceOp op, int identity, Strided x, long start, long length, long memory) {
        int result = identity;
        for (long done = 0; done < length; done += BLOCK) {
            int count = (int) Math.min(BLOCK, length - done);
            result = adjacent(op, result, x.read(start + done, count, memory), count);
        }
        return result;
    }

    /** Of nothing. */
    private static long identity(ReduceOp op, DType type) {
        return switch (op) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> type.smallest();
            case MIN -> type.largest();
            case MEAN -> throw new IllegalArgumentException(op + " is not defined for integers");
        };
    }

    private static int adjacent(ReduceOp op, int start, long x, int count) {
        int result = start;
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            int value = Memory.getInt(x + at);
            result =
                    switch (op) {
                        case SUM, MEAN -> result + value;
                        case PROD -> result * value;
                        case MAX -> Math.max(result, value);
                        case MIN -> Math.min(result, value);
                    };
        }
        return result;
    }

    /** y = the index of the largest or smallest element of each row of x, the first of several. */
    void argReduce(ReduceOp op, View x, View y) {
        // Complements are in the other order.
        int flipped = op == ReduceOp.MIN ? -1 : 0;
        Strided rows = Strided.of(x, DType.I32);
        Strided out = Strided.of(y);
        long length = x.dim(-1);
        Pieces tasks = new Pieces(y.size(), Math.max(1, CHUNK / length));
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long memory = scratch[worker].reserve((BLOCK + 1L) * WORD, "reduction");
                    long value = memory + (long) BLOCK * WORD;
                    long end = tasks.end(index);
                    for (long row = tasks.start(index); row < end; row++) {
                        long best = largest(rows, flipped, row * length, length, memory);
                        // I64: Memory.setInt(value, (int) best);
                        Memory.setInt(value, (int) best);
                        out.copy(row, 1, value, false);
                    }
                });
    }

    private static long largest(Strided x, int flipped, long start, long length, long memory) {
        long best = 0;
        int largest = Integer.MIN_VALUE;
        for (long done = 0; done < length; done += BLOCK) {
            int count = (int) Math.min(BLOCK, length - done);
            long at = x.read(start + done, count, memory);
            for (int i = 0; i < count; i++) {
                int value = Memory.getInt(at + (long) i * WORD) ^ flipped;
                if (value > largest) {
                    largest = value;
                    best = done + i;
                }
            }
        }
        return best;
    }
}
