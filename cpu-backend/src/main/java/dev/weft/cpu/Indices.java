package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.weft.backend.View;

import jdk.incubator.vector.IntVector;

/**
 * Kernels that are told by indices which elements to take. They check all indices before they write
 * anything.
 */
final class Indices {
    /** Indices that are gathered at a time. */
    private static final int STEP = 1 << 10;

    private Indices() {}

    /** Fails where an index of any shape is outside [0, bound). */
    static void check(String what, View indices, long bound) {
        if (indices.isContiguous() && areInside(indices, bound)) {
            return;
        }
        Strided places = Strided.of(indices);
        for (long i = 0; i < indices.size(); i++) {
            check(what, Memory.getInt(places.addressOf(i)), i, bound);
        }
    }

    /** Whether adjacent indices are all in [0, bound); by vectors. */
    private static boolean areInside(View indices, long bound) {
        long at = CpuBuffer.address(indices);
        long whole = indices.size() - indices.size() % Lanes.COUNT;
        // A longer extent than an index can reach is left to the exact loop where one is near its
        // end.
        int most = (int) Math.min(bound, Integer.MAX_VALUE) - 1;
        IntVector last = IntVector.broadcast(Lanes.I32, most);
        IntVector signs = IntVector.zero(Lanes.I32);
        for (long i = 0; i < whole; i += Lanes.COUNT) {
            IntVector some =
                    IntVector.fromMemorySegment(Lanes.I32, Memory.MEM, at + i * WORD, Memory.ORDER);
            // Negative where the index is, or what is left of the extent after it.
            signs = signs.or(some).or(last.sub(some));
        }
        int sign = signs.compare(LT, 0).anyTrue() ? -1 : 0;
        for (long i = whole; i < indices.size(); i++) {
            int index = Memory.getInt(at + i * WORD);
            sign |= index | (most - index);
        }
        return sign >= 0;
    }

    /**
     * Whether an index in [0, extent) occurs more than {@code most} times in a line along the last
     * axis.
     */
    static boolean recur(View indices, long extent, int most, Scratch scratch) {
        long length = indices.dim(-1);
        if (length <= most) {
            return false;
        }
        Strided places = Strided.of(indices);
        long counters = new Pieces(extent, Lanes.COUNT).count() * (long) Lanes.COUNT;
        long counts = scratch.reserve((counters + STEP) * WORD, "scatterAlong");
        long block = counts + counters * WORD;
        for (long start = 0; start < indices.size(); start += length) {
            Runs.fill(0, counts, counters * WORD);
            for (long done = 0; done < length; done += STEP) {
                int some = (int) Math.min(STEP, length - done);
                count(places.read(start + done, some, block), counts, some);
            }
            if (isAnyAbove(most, counts, counters)) {
                return true;
            }
        }
        return false;
    }

    private static void count(long at, long counts, int count) {
        at &= Memory.ADDRESS;
        counts &= Memory.ADDRESS;
        for (int i = 0; i < count; i++) {
            long counter = counts + index(at, i) * WORD;
            Memory.setInt(counter, Memory.getInt(counter) + 1);
        }
    }

    private static boolean isAnyAbove(int most, long at, long count) {
        IntVector largest = IntVector.zero(Lanes.I32);
        for (long i = 0; i < count; i += Lanes.COUNT) {
            largest =
                    IntVector.fromMemorySegment(Lanes.I32, Memory.MEM, at + i * WORD, Memory.ORDER)
                            .max(largest);
        }
        return largest.compare(GT, most).anyTrue();
    }

    private static void check(String what, int index, long position, long bound) {
        if (index < 0 || index >= bound) {
            throw new IndexOutOfBoundsException(
                    "%s %d at position %d is outside [0, %d)"
                            .formatted(what, index, position, bound));
        }
    }

    /** The index at position i. */
    static int index(View indices, long i) {
        return Memory.getInt(CpuBuffer.address(indices) + i * indices.stride(0) * WORD);
    }

    /** Sets the i-th of adjacent indices. */
    static void set(long address, int i, long index) {
        Memory.setInt(address + (long) i * WORD, (int) index);
    }

    /** The i-th of adjacent indices, which is not negative: that much C2 is told. */
    static long index(long address, int i) {
        return Memory.getInt(address + (long) i * WORD) & Integer.MAX_VALUE;
    }

    /** The elements of x[i, …] as adjacent ones or not. */
    static Strided row(View view, long i) {
        return Strided.of(view.slice(0, i, i + 1, 1));
    }

    /** Whether the elements after the first index have no gaps. */
    private static boolean rowsAdjacent(View view) {
        return view.dim(0) > 0 && view.slice(0, 0, 1, 1).isContiguous();
    }

    static void gather(View table, View indices, View y, Copies copies) {
        check("gather: index", indices, table.dim(0));
        if (y.size() == 0) {
            return;
        }
        long length = y.size() / y.dim(0);
        if (!rowsAdjacent(table) || !rowsAdjacent(y)) {
            for (long i = 0; i < indices.size(); i++) {
                copies.copy(row(table, index(indices, i)), row(y, i)).run();
            }
            return;
        }
        int width = table.dtype().bytes();
        long from = CpuBuffer.address(table);
        long fromStride = table.stride(0) * width;
        long to = CpuBuffer.address(y);
        long toStride = y.stride(0) * width;
        long at = CpuBuffer.address(indices);
        long atStride = indices.stride(0) * WORD;
        if (length == 1) {
            int count = (int) indices.size();
            Moves.of(width).byIndex(from, 0, fromStride, at, atStride, to, toStride, 0, count);
            return;
        }
        long bytes = length * width;
        for (long i = 0; i < indices.size(); i++) {
            long source = from + Memory.getInt(at + i * atStride) * fromStride;
            Runs.adjacent(source, to + i * toStride, bytes);
        }
    }

    static void takeAlong(View x, View indices, View y) {
        check("takeAlong: index", indices, x.dim(-1));
        Moves moves = Moves.of(y.dtype().bytes());
        AlongAxis.run(
                y,
                indices,
                x,
                (to, toStride, at, atStride, from, fromStride, step, count) ->
                        moves.byIndex(
                                from, fromStride, step, at, atStride, to, toStride, 0, count));
    }

    static void scatterAlong(View x, View indices, View y) {
        check("scatterAlong: index", indices, y.dim(-1));
        Moves moves = Moves.of(y.dtype().bytes());
        AlongAxis.run(
                x,
                indices,
                y,
                (from, fromStride, at, atStride, to, toStride, step, count) ->
                        moves.byIndex(
                                from, fromStride, 0, at, atStride, to, toStride, step, count));
    }
}
