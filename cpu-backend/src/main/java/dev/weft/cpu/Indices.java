package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.LT;

import dev.weft.backend.View;

import jdk.incubator.vector.IntVector;

/**
 * Kernels that are told by indices which elements to take. They check all indices before they write
 * anything.
 */
final class Indices {
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

    /** The index at an address, for loops that have twins for longer elements. */
    static int index(long address) {
        return Memory.getInt(address);
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
            moves(width).run(from, 0, fromStride, at, atStride, to, toStride, 0, count);
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
        Moves moves = moves(y.dtype().bytes());
        AlongAxis.run(
                y,
                indices,
                x,
                (to, toStride, at, atStride, from, fromStride, step, count) ->
                        moves.run(from, fromStride, step, at, atStride, to, toStride, 0, count));
    }

    static void scatterAlong(View x, View indices, View y) {
        check("scatterAlong: index", indices, y.dim(-1));
        Moves moves = moves(y.dtype().bytes());
        AlongAxis.run(
                x,
                indices,
                y,
                (from, fromStride, at, atStride, to, toStride, step, count) ->
                        moves.run(from, fromStride, 0, at, atStride, to, toStride, step, count));
    }

    /**
     * Moves elements: the i-th from {@code from + i fromStride + index fromStep} to {@code to + i
     * toStride + index toStep}, with the index at {@code at + i atStride}; all in bytes. The masks
     * change no address: see {@link Memory#ADDRESS}.
     */
    @FunctionalInterface
    private interface Moves {
        void run(
                long from,
                long fromStride,
                long fromStep,
                long at,
                long atStride,
                long to,
                long toStride,
                long toStep,
                int count);
    }

    private static Moves moves(int width) {
        return switch (width) {
            case 1 -> Indices::bytes;
            case 2 -> Indices::shorts;
            case WORD -> Indices::ints;
            default -> Indices::longs;
        };
    }

    private static void bytes(
            long from,
            long fromStride,
            long fromStep,
            long at,
            long atStride,
            long to,
            long toStride,
            long toStep,
            int count) {
        for (int i = 0; i < count; i++) {
            long index = Memory.getInt((at + i * atStride) & Memory.ADDRESS);
            long source = (from + i * fromStride + index * fromStep) & Memory.ADDRESS;
            Memory.setByte(
                    (to + i * toStride + index * toStep) & Memory.ADDRESS, Memory.getByte(source));
        }
    }

    private static void shorts(
            long from,
            long fromStride,
            long fromStep,
            long at,
            long atStride,
            long to,
            long toStride,
            long toStep,
            int count) {
        for (int i = 0; i < count; i++) {
            long index = Memory.getInt((at + i * atStride) & Memory.ADDRESS);
            long source = (from + i * fromStride + index * fromStep) & Memory.ADDRESS;
            Memory.setShort(
                    (to + i * toStride + index * toStep) & Memory.ADDRESS, Memory.getShort(source));
        }
    }

    private static void ints(
            long from,
            long fromStride,
            long fromStep,
            long at,
            long atStride,
            long to,
            long toStride,
            long toStep,
            int count) {
        for (int i = 0; i < count; i++) {
            long index = Memory.getInt((at + i * atStride) & Memory.ADDRESS);
            long source = (from + i * fromStride + index * fromStep) & Memory.ADDRESS;
            Memory.setInt(
                    (to + i * toStride + index * toStep) & Memory.ADDRESS, Memory.getInt(source));
        }
    }

    private static void longs(
            long from,
            long fromStride,
            long fromStep,
            long at,
            long atStride,
            long to,
            long toStride,
            long toStep,
            int count) {
        for (int i = 0; i < count; i++) {
            long index = Memory.getInt((at + i * atStride) & Memory.ADDRESS);
            long source = (from + i * fromStride + index * fromStep) & Memory.ADDRESS;
            Memory.setLong(
                    (to + i * toStride + index * toStep) & Memory.ADDRESS, Memory.getLong(source));
        }
    }
}
