package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.View;

/**
 * Kernels that are told by indices which elements to take. They check all indices before they write
 * anything.
 */
final class Indices {
    private Indices() {}

    /** Fails where an index is outside [0, bound). */
    static void check(String what, View indices, long bound) {
        long at = CpuBuffer.address(indices);
        long stride = indices.size() == 0 ? 0 : indices.stride(0) * WORD;
        for (long i = 0; i < indices.size(); i++) {
            check(what, Memory.getInt(at + i * stride), i, bound);
        }
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
        long to = CpuBuffer.address(y);
        for (long i = 0; i < indices.size(); i++) {
            long source = from + index(indices, i) * table.stride(0) * width;
            long target = to + i * y.stride(0) * width;
            Runs.adjacent(source, target, length * width);
        }
    }

    /** Fails where an index of any shape is outside [0, bound). */
    static void checkAll(String what, View indices, long bound) {
        Strided places = Strided.of(indices);
        for (long i = 0; i < indices.size(); i++) {
            check(what, Memory.getInt(places.addressOf(i)), i, bound);
        }
    }

    static void takeAlong(View x, View indices, View y) {
        checkAll("takeAlong: index", indices, x.dim(-1));
        int width = y.dtype().bytes();
        AlongAxis.run(
                y,
                indices,
                x,
                (to, toStride, at, atStride, from, fromStride, step, count) -> {
                    for (int i = 0; i < count; i++) {
                        long source =
                                from + i * fromStride + Memory.getInt(at + i * atStride) * step;
                        move(source, to + i * toStride, width);
                    }
                });
    }

    static void scatterAlong(View x, View indices, View y) {
        checkAll("scatterAlong: index", indices, y.dim(-1));
        int width = y.dtype().bytes();
        AlongAxis.run(
                x,
                indices,
                y,
                (from, fromStride, at, atStride, to, toStride, step, count) -> {
                    for (int i = 0; i < count; i++) {
                        long target = to + i * toStride + Memory.getInt(at + i * atStride) * step;
                        move(from + i * fromStride, target, width);
                    }
                });
    }

    private static void move(long from, long to, int width) {
        switch (width) {
            case 1 -> Memory.setByte(to, Memory.getByte(from));
            case 2 -> Memory.setShort(to, Memory.getShort(from));
            case WORD -> Memory.setInt(to, Memory.getInt(from));
            default -> Memory.setLong(to, Memory.getLong(from));
        }
    }
}
