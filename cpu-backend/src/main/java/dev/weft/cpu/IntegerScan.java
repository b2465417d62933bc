// twin: I64
package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import dev.weft.DType;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

/** Sums and products of what stands up to each element of a line, which wrap. */
final class IntegerScan {
    /** Elements of a task, and those that are gathered at a time. */
    private static final int CHUNK = 1 << 14;

    private static final int STEP = 1 << 11;

    private final WorkerPool pool;
    private final Scratch[] scratch;

    IntegerScan(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    void run(ReduceOp op, boolean reversed, View x, View y) {
        if (x.size() == 0) {
            return;
        }
        Strided in = Strided.of(x, DType.I32);
        Strided out = Strided.of(y, DType.I32);
        long length = x.dim(-1);
        Pieces tasks = new Pieces(x.size() / length, Math.max(1, CHUNK / length));
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long memory = scratch[worker].reserve(2L * STEP * WORD, "scan");
                    for (long line = tasks.start(index); line < tasks.end(index); line++) {
                        scan(op, in, out, line * length, length, reversed, memory);
                    }
                });
    }

    private static void scan(
            ReduceOp op,
            Strided x,
            Strided y,
            long first,
            long length,
            boolean reversed,
            long memory) {
        boolean adds = op == ReduceOp.SUM;
        int result = adds ? 0 : 1;
        for (long done = 0; done < length; done += STEP) {
            int count = (int) Math.min(STEP, length - done);
            long start = first + (reversed ? length - done - count : done);
            long from = x.read(start, count, memory);
            long to = y.target(start, memory + (long) STEP * WORD);
            for (int i = 0; i < count; i++) {
                long at = (long) (reversed ? count - 1 - i : i) * WORD;
                int value = Memory.getInt(from + at);
                result = adds ? result + value : result * value;
                Memory.setInt(to + at, result);
            }
            y.write(start, count, to);
        }
    }
}
