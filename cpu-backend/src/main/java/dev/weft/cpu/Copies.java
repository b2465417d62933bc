package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import dev.weft.DType;
import dev.weft.backend.View;

/** fill and copy, between any strides and types. */
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

    void fill(double value, View y) {
        int bits =
                switch (y.dtype()) {
                    case F32 -> Float.floatToRawIntBits((float) value);
                    case I32 -> (int) value;
                    case F64, F16, BF16, I64, U8, I8, BOOL ->
                            throw new IllegalArgumentException(
                                    y.dtype() + " is not a type of this device");
                };
        Strided out = Strided.of(y);
        Pieces tasks = new Pieces(out.size(), TASK);
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long memory = scratch[worker].reserve((long) BLOCK * WORD, "copy");
                    long end = tasks.end(index);
                    for (long start = tasks.start(index); start < end; start += BLOCK) {
                        int count = (int) Math.min(BLOCK, end - start);
                        long at = out.target(start, memory);
                        Runs.fill(bits, at, count);
                        out.write(start, count, at);
                    }
                });
    }

    void copy(View x, View y) {
        Strided in = Strided.of(x);
        Strided out = Strided.of(y);
        if (x.dtype() == y.dtype()) {
            copy(in, out);
        } else if (y.dtype() == DType.I32) {
            elementwise.run((a, b, c, to, count) -> IntegerLoops.fromFloat(a, to, count), in, out);
        } else {
            elementwise.run((a, b, c, to, count) -> IntegerLoops.toFloat(a, to, count), in, out);
        }
    }

    /** y = x for elements of the same type. */
    void copy(Strided x, Strided y) {
        Pieces tasks = new Pieces(y.size(), TASK);
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long memory = scratch[worker].reserve((long) BLOCK * WORD, "copy");
                    long end = tasks.end(index);
                    int step = x.isContiguous() && y.isContiguous() ? TASK : BLOCK;
                    for (long start = tasks.start(index); start < end; start += step) {
                        int count = (int) Math.min(step, end - start);
                        if (y.isContiguous()) {
                            x.copy(start, count, y.target(start, memory), true);
                        } else {
                            y.write(start, count, x.read(start, count, memory));
                        }
                    }
                });
    }
}
