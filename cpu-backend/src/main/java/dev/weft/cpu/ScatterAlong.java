// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import dev.weft.DType;
import dev.weft.backend.View;

import java.lang.foreign.Arena;

/**
 * y[…, indices[…, j]] += x[…, j] along the last axis, in the order of j. Where an element is met
 * more often than a sum may have additions in a row ({@link ReduceLoop#BLOCK}), what each loses by
 * rounding is kept beside it, and added when all are in.
 */
final class ScatterAlong implements AutoCloseable {
    private final Elementwise elementwise;
    private final Scratch losses = new Scratch();
    private final Scratch counts = new Scratch();

    ScatterAlong(Elementwise elementwise) {
        this.elementwise = elementwise;
    }

    void run(View x, View indices, View y) {
        Indices.check("scatterAlong: index", indices, y.dim(-1));
        if (x.size() == 0) {
            return;
        }
        if (!Indices.recur(indices, y.dim(-1), ReduceLoop.BLOCK, counts)) {
            AlongAxis.run(x, indices, y, ScatterAlong::add);
            return;
        }
        long span = 1;
        for (int axis = 0; axis < y.rank(); axis++) {
            span += (y.dim(axis) - 1) * y.stride(axis);
        }
        long memory = losses.reserve((span + ReduceLoop.BLOCK) * WORD, "scatterAlong");
        Runs.fill(0, memory, span * WORD);
        long apart = memory - CpuBuffer.address(y);
        AlongAxis.run(
                x,
                indices,
                y,
                (from, fromStride, at, atStride, to, toStride, step, count) -> {
                    for (int i = 0; i < count; i++) {
                        long index = Indices.index((at + i * atStride) & Memory.ADDRESS, 0);
                        long target = (to + i * toStride + index * step) & Memory.ADDRESS;
                        float added = Memory.getFloat((from + i * fromStride) & Memory.ADDRESS);
                        carry(added, target, (target + apart) & Memory.ADDRESS);
                    }
                });
        View lost =
                new View(
                        new CpuBuffer(DType.F32, span, memory, Arena.global()),
                        y.shape(),
                        y.strides(),
                        0);
        elementwise.run(
                (total, rounding, none, to, n) -> {
                    Runs.adjacent(total, to, (long) n * WORD);
                    ReduceLoop.settle(to, rounding, n);
                },
                Strided.of(y),
                Strided.of(lost),
                Strided.of(y));
    }

    private static void add(
            long from,
            long fromStride,
            long at,
            long atStride,
            long to,
            long toStride,
            long step,
            int count) {
        boolean rows = fromStride == WORD && toStride == 0 && step == WORD;
        if (rows && atStride == Integer.BYTES) {
            add(from, at, to, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            long index = Indices.index((at + i * atStride) & Memory.ADDRESS, 0);
            long target = (to + i * toStride + index * step) & Memory.ADDRESS;
            float x = Memory.getFloat((from + i * fromStride) & Memory.ADDRESS);
            Memory.setFloat(target, Memory.getFloat(target) + x);
        }
    }

    /** to[at[i]] += from[i], all adjacent: see {@link IntegerMoves}. */
    private static void add(long from, long at, long to, int count) {
        from &= Memory.ADDRESS;
        at &= Memory.ADDRESS;
        to &= Memory.ADDRESS;
        for (int i = 0; i < count; i++) {
            long target = to + Indices.index(at, i) * WORD;
            float x = Memory.getFloat(from + (long) i * WORD);
            Memory.setFloat(target, Memory.getFloat(target) + x);
        }
    }

    /** total + lost += x: see {@link ReduceLoop#carry}. */
    private static void carry(float x, long total, long lost) {
        float before = Memory.getFloat(total);
        float after = before + x;
        float added = after - before;
        float rounding = (before - (after - added)) + (x - added);
        Memory.setFloat(lost, Memory.getFloat(lost) + rounding);
        Memory.setFloat(total, after);
    }

    @Override
    public void close() {
        losses.close();
        counts.close();
    }
}
