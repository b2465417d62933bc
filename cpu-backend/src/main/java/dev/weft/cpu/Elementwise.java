package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Memory.DOUBLE_WORD;

import dev.weft.DType;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

/**
 * Runs a loop over adjacent elements on up to three inputs and an output of one shape and any
 * strides, in blocks and on all threads.
 */
final class Elementwise {
    /**
     * A loop over {@code count} adjacent elements, a multiple of {@link Lanes#COUNT}; absent inputs
     * are 0.
     */
    @FunctionalInterface
    interface Loop {
        /** Computes the elements at {@code y}, which may be one of the inputs. */
        void run(long a, long b, long c, long y, int count);
    }

    /**
     * Elements of a task: handing it to another thread takes 2 µs, an addition of so many elements
     * 4.
     */
    static final int TASK = 1 << 14;

    /**
     * Elements of a call of a loop where operands are gathered: four times so many fit the
     * first-level cache, or nearly.
     */
    private static final int BLOCK = 1 << 10;

    private static final int SLOT = (BLOCK + 64) * DOUBLE_WORD;

    private static final int SLOTS = 4;

    private final WorkerPool pool;
    private final Scratch[] scratch;
    private final Few few = new Few();

    Elementwise(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    void run(Loop loop, Strided a, Strided y) {
        run(loop, a, null, null, y);
    }

    void run(Loop loop, Strided a, Strided b, Strided y) {
        run(loop, a, b, null, y);
    }

    void run(Loop loop, Strided a, @Nullable Strided b, @Nullable Strided c, Strided y) {
        prepare(loop, a, b, c, y).run();
    }

    /** What {@link #run} does, to be done again and again. */
    Runnable prepare(Loop loop, Strided a, @Nullable Strided b, @Nullable Strided c, Strided y) {
        boolean inPlace = isInPlace(a) && isInPlace(b) && isInPlace(c) && isInPlace(y);
        Pieces tasks = new Pieces(y.size(), TASK);
        return new Prepared(pool, scratch, loop, a, b, c, y, tasks, inPlace ? TASK : BLOCK);
    }

    /** Whether {@link #runFew} takes an operand or a result of such a loop, of this type. */
    static boolean areFew(View view, DType type) {
        return view.size() <= BLOCK && view.dtype() == type && view.isContiguous();
    }

    /** What {@link #run} does for few elements, without objects for the garbage collector. */
    void runFew(Loop loop, View a, @Nullable View b, View y) {
        if (y.size() > 0) {
            few.loop = loop;
            few.a = CpuBuffer.address(a);
            few.b = b == null ? 0 : CpuBuffer.address(b);
            few.y = CpuBuffer.address(y);
            few.count = (int) y.size();
            few.width = y.dtype().bytes();
            pool.alone(few);
        }
    }

    /** The call that {@link #runFew} is about. */
    private final class Few implements WorkerPool.Body {
        private Loop loop = (a, b, c, y, count) -> {};
        private long a;
        private long b;
        private long y;
        private int count;
        private int width;

        @Override
        public void run(int index, int worker) {
            long memory = scratch[worker].reserve((long) SLOTS * SLOT, "elementwise operation");
            vectors(loop, a, width, b, width, 0, 0, y, width, count, memory);
        }
    }

    /** A loop with its operands. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Prepared(
            WorkerPool pool,
            Scratch[] scratch,
            Loop loop,
            Strided a,
            @Nullable Strided b,
            @Nullable Strided c,
            Strided y,
            Pieces tasks,
            int step)
            implements Runnable, WorkerPool.Body {
        @Override
        public void run() {
            if (y.size() > 0) {
                pool.forPieces(tasks.count(), this);
            }
        }

        @Override
        public void run(int index, int worker) {
            long memory = scratch[worker].reserve((long) SLOTS * SLOT, "elementwise operation");
            long end = tasks.end(index);
            for (long start = tasks.start(index); start < end; start += step) {
                block(loop, a, b, c, y, start, (int) Math.min(step, end - start), memory);
            }
        }
    }

    private static boolean isInPlace(@Nullable Strided view) {
        return view == null || view.isInPlace();
    }

    private static void block(
            Loop loop,
            Strided a,
            @Nullable Strided b,
            @Nullable Strided c,
            Strided y,
            long start,
            int count,
            long memory) {
        long atA = a.read(start, count, memory);
        long atB = b == null ? 0 : b.read(start, count, memory + SLOT);
        long atC = c == null ? 0 : c.read(start, count, memory + 2 * SLOT);
        long atY = y.target(start, memory + 3 * SLOT);
        vectors(
                loop,
                atA,
                a.width(),
                atB,
                b == null ? 0 : b.width(),
                atC,
                c == null ? 0 : c.width(),
                atY,
                y.width(),
                count,
                memory);
        y.write(start, count, atY);
    }

    /** Adjacent elements, of so many bytes each; those of an operand that is absent are at 0. */
    private static void vectors(
            Loop loop,
            long a,
            int aWidth,
            long b,
            int bWidth,
            long c,
            int cWidth,
            long y,
            int yWidth,
            int count,
            long memory) {
        int whole = count - count % COUNT;
        if (whole > 0) {
            loop.run(a, b, c, y, whole);
        }
        if (whole < count) {
            // Less than a vector: through the ends of the slots, where there is room for a whole
            // one.
            long end = memory + (long) BLOCK * DOUBLE_WORD;
            int rest = count - whole;
            loop.run(
                    padded(a, aWidth, whole, rest, end),
                    padded(b, bWidth, whole, rest, end + SLOT),
                    padded(c, cWidth, whole, rest, end + 2 * SLOT),
                    end + 3 * SLOT,
                    COUNT);
            Runs.adjacent(end + 3 * SLOT, y + (long) whole * yWidth, (long) rest * yWidth);
        }
    }

    private static long padded(long at, int width, int from, int count, long to) {
        if (at == 0) {
            return 0;
        }
        Runs.adjacent(at + (long) from * width, to, (long) count * width);
        return to;
    }
}
