// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Lanes.store;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.DType;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

/**
 * Sums and products of what stands up to each element of a line. A block of sums is made in four
 * runs at a time, since an addition waits for the one before; to each run is then added what stands
 * before it, of which the blocks' part is kept as {@link FloatSum} keeps it. So the error does not
 * grow with the line.
 */
final class Scan {
    /** Elements of a task, and those that are gathered at a time. */
    private static final int CHUNK = 1 << 14;

    private static final int STEP = 1 << 11;

    private static final int RUN = ReduceLoop.BLOCK / 4;

    private final WorkerPool pool;
    private final Scratch[] scratch;

    Scan(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    void run(ReduceOp op, boolean reversed, View x, View y) {
        if (x.size() == 0) {
            return;
        }
        Strided in = Strided.of(x, DType.F32);
        Strided out = Strided.of(y, DType.F32);
        long length = x.dim(-1);
        Pieces tasks = new Pieces(x.size() / length, Math.max(1, CHUNK / length));
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long memory = scratch[worker].reserve(2L * STEP * WORD, "scan");
                    for (long line = tasks.start(index); line < tasks.end(index); line++) {
                        if (op == ReduceOp.SUM) {
                            sums(in, out, line * length, length, reversed, memory);
                        } else {
                            products(in, out, line * length, length, reversed, memory);
                        }
                    }
                });
    }

    private static void sums(
            Strided x, Strided y, long first, long length, boolean reversed, long memory) {
        FloatSum before = new FloatSum();
        for (long done = 0; done < length; done += STEP) {
            int count = (int) Math.min(STEP, length - done);
            long start = first + (reversed ? length - done - count : done);
            long from = x.read(start, count, memory);
            long to = y.target(start, memory + (long) STEP * WORD);
            int i = 0;
            for (; i <= count - ReduceLoop.BLOCK; i += ReduceLoop.BLOCK) {
                long at = (long) (reversed ? count - 1 - i : i) * WORD;
                before.add(block(from + at, to + at, reversed, before.value()));
            }
            float prefix = before.value();
            float sum = 0;
            for (; i < count; i++) {
                long at = (long) (reversed ? count - 1 - i : i) * WORD;
                sum += Memory.getFloat(from + at);
                Memory.setFloat(to + at, prefix + sum);
            }
            before.add(sum);
            y.write(start, count, to);
        }
    }

    /** The sums of a block from its first element on; returns that of all. */
    private static float block(long x, long y, boolean reversed, float before) {
        long step = reversed ? -WORD : WORD;
        long run = RUN * step;
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        for (int i = 0; i < RUN; i++) {
            long at = i * step;
            s0 += Memory.getFloat(x + at);
            s1 += Memory.getFloat(x + at + run);
            s2 += Memory.getFloat(x + at + 2 * run);
            s3 += Memory.getFloat(x + at + 3 * run);
            Memory.setFloat(y + at, s0);
            Memory.setFloat(y + at + run, s1);
            Memory.setFloat(y + at + 2 * run, s2);
            Memory.setFloat(y + at + 3 * run, s3);
        }
        float two = s0 + s1;
        float three = two + s2;
        long lowest = reversed ? y + run - step : y;
        add(before, lowest);
        add(before + s0, lowest + run);
        add(before + two, lowest + 2 * run);
        add(before + three, lowest + 3 * run);
        return three + s3;
    }

    private static void add(float number, long y) {
        for (int i = 0; i < RUN; i += COUNT) {
            store(load(y, i).add(number), y, i);
        }
    }

    /** In order and in double, since parts may overflow where the whole does not. */
    private static void products(
            Strided x, Strided y, long first, long length, boolean reversed, long memory) {
        double product = 1;
        for (long done = 0; done < length; done += STEP) {
            int count = (int) Math.min(STEP, length - done);
            long start = first + (reversed ? length - done - count : done);
            long from = x.read(start, count, memory);
            long to = y.target(start, memory + (long) STEP * WORD);
            for (int i = 0; i < count; i++) {
                long at = (long) (reversed ? count - 1 - i : i) * WORD;
                product *= Memory.getFloat(from + at);
                Memory.setFloat(to + at, (float) product);
            }
            y.write(start, count, to);
        }
    }
}
