package dev.weft.cpu;

import static dev.weft.cpu.Memory.DOUBLE_WORD;

import dev.weft.DType;
import dev.weft.backend.Encoding;
import dev.weft.backend.View;

/** fill, copy and where, between any strides and types. */
final class Copies {
    /** Elements that pass through scratch memory at a time. */
    private static final int BLOCK = 1 << 11;

    /**
     * Elements of a task where both sides are adjacent: a page-wise copy is limited by memory, not
     * by the processor.
     */
    private static final int TASK = 1 << 16;

    private final WorkerPool pool;
    private final Scratch[] scratch;
    private final Elementwise elementwise;

    Copies(WorkerPool pool, Scratch[] scratch, Elementwise elementwise) {
        this.pool = pool;
        this.scratch = scratch;
        this.elementwise = elementwise;
    }

    Runnable fill(double value, View y) {
        int width = y.dtype().bytes();
        long pattern = pattern(value, y.dtype());
        Strided out = Strided.of(y);
        Pieces tasks = new Pieces(out.size(), TASK);
        WorkerPool.Body part =
                (index, worker) -> {
                    long memory = scratch[worker].reserve((long) BLOCK * DOUBLE_WORD, "copy");
                    long end = tasks.end(index);
                    for (long start = tasks.start(index); start < end; start += BLOCK) {
                        int count = (int) Math.min(BLOCK, end - start);
                        long at = out.target(start, memory);
                        Runs.fill(pattern, at, (long) count * width);
                        out.write(start, count, at);
                    }
                };
        return () -> pool.forPieces(tasks.count(), part);
    }

    private long pattern(double value, DType dtype) {
        long memory = scratch[0].reserve(DOUBLE_WORD, "copy");
        Encoding.set(dtype, Memory.MEM, memory / dtype.bytes(), value);
        return Runs.pattern(memory, dtype.bytes());
    }

    Runnable copy(View x, View y) {
        if (x.dtype() == y.dtype()) {
            return copy(Strided.of(x), Strided.of(y));
        }
        Conversion direct = Conversion.byVectors(x.dtype(), y.dtype());
        // Otherwise of a type that holds it as well: few are converted to all.
        DType read =
                direct != null
                        ? x.dtype()
                        : x.dtype() == DType.BOOL ? DType.I32 : x.dtype().computesIn();
        Conversion conversion = direct != null ? direct : Conversion.of(read, y.dtype());
        return elementwise.prepare(
                (a, b, c, to, count) -> conversion.run(a, to, count),
                Strided.of(x, read),
                null,
                null,
                Strided.of(y));
    }

    /** y = x for elements of the same type. */
    Runnable copy(Strided x, Strided y) {
        Pieces tasks = new Pieces(y.size(), TASK);
        WorkerPool.Body part =
                (index, worker) -> {
                    long memory = scratch[worker].reserve((long) BLOCK * DOUBLE_WORD, "copy");
                    long end = tasks.end(index);
                    int step = x.isInPlace() && y.isInPlace() ? TASK : BLOCK;
                    for (long start = tasks.start(index); start < end; start += step) {
                        int count = (int) Math.min(step, end - start);
                        if (y.isInPlace()) {
                            x.copy(start, count, y.target(start, memory), true);
                        } else {
                            y.write(start, count, x.read(start, count, memory));
                        }
                    }
                };
        return () -> pool.forPieces(tasks.count(), part);
    }

    /** y = condition ? a : b. */
    Runnable where(View condition, View a, View b, View y) {
        int width = y.dtype().bytes();
        return elementwise.prepare(
                (c, u, v, to, count) -> Selection.run(width, c, u, v, to, count),
                Strided.of(condition),
                Strided.of(a),
                Strided.of(b),
                Strided.of(y));
    }
}
