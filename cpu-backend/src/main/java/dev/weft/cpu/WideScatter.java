package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Memory.DOUBLE_WORD;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.D2F;
import static jdk.incubator.vector.VectorOperators.F2D;

import dev.weft.backend.View;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * {@link ScatterAlong} of F32 whose lines are adjacent elements: each line of y is added up in
 * double and rounded once, however often an element is met. So nobody has to count that, which
 * takes two thirds of the time of the additions. Shorter lines, and others, are left to that class.
 */
final class WideScatter implements AutoCloseable {
    private static final String NAME = "scatterAlong";

    private final ScatterAlong other;
    private final Scratch sums = new Scratch();

    WideScatter(ScatterAlong other) {
        this.other = other;
    }

    void run(View x, View indices, View y) {
        boolean lines = x.isContiguous() && indices.isContiguous() && y.stride(-1) == 1;
        if (!lines || x.dim(-1) <= ReduceLoop.BLOCK) {
            other.run(x, indices, y);
            return;
        }
        long extent = y.dim(-1);
        Indices.check(NAME + ": index", indices, extent);
        long memory = sums.reserve(extent * DOUBLE_WORD, NAME);
        AlongAxis.run(
                x,
                indices,
                y,
                (from, fromStride, at, atStride, to, toStride, step, count) -> {
                    widen(to, memory, extent);
                    add(from, at, memory, count);
                    narrow(memory, to, extent);
                });
    }

    private static void widen(long from, long to, long count) {
        long i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            FloatVector some = FloatVector.fromMemorySegment(F32, MEM, from + i * WORD, ORDER);
            widen(some, 0, to + i * DOUBLE_WORD);
            widen(some, 1, to + (i + DoubleLanes.COUNT) * DOUBLE_WORD);
        }
        for (; i < count; i++) {
            Memory.setDouble(to + i * DOUBLE_WORD, Memory.getFloat(from + i * WORD));
        }
    }

    private static void widen(FloatVector some, int half, long to) {
        ((DoubleVector) some.convertShape(F2D, DoubleLanes.F64, half))
                .intoMemorySegment(MEM, to, ORDER);
    }

    /** to[at[i]] += from[i], all adjacent: see {@link IntegerMoves}. */
    private static void add(long from, long at, long to, int count) {
        from &= Memory.ADDRESS;
        at &= Memory.ADDRESS;
        to &= Memory.ADDRESS;
        for (int i = 0; i < count; i++) {
            long target = to + Indices.index(at, i) * DOUBLE_WORD;
            double x = Memory.getFloat(from + (long) i * WORD);
            Memory.setDouble(target, Memory.getDouble(target) + x);
        }
    }

    private static void narrow(long from, long to, long count) {
        long i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            FloatVector lower = narrow(from + i * DOUBLE_WORD, 0);
            FloatVector upper = narrow(from + (i + DoubleLanes.COUNT) * DOUBLE_WORD, -1);
            lower.reinterpretAsInts()
                    .or(upper.reinterpretAsInts())
                    .intoMemorySegment(MEM, to + i * WORD, ORDER);
        }
        for (; i < count; i++) {
            Memory.setFloat(to + i * WORD, (float) Memory.getDouble(from + i * DOUBLE_WORD));
        }
    }

    /** One half of a vector, with zeros in the other. */
    private static FloatVector narrow(long from, int half) {
        DoubleVector some = DoubleVector.fromMemorySegment(DoubleLanes.F64, MEM, from, ORDER);
        return (FloatVector) some.convertShape(D2F, F32, half);
    }

    @Override
    public void close() {
        other.close();
        sums.close();
    }
}
