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
            int index = Memory.getInt(at + i * stride);
            if (index < 0 || index >= bound) {
                throw new IndexOutOfBoundsException(
                        what
                                + " "
                                + index
                                + " at position "
                                + i
                                + " is outside [0, "
                                + bound
                                + ")");
            }
        }
    }

    /** The index at position i. */
    static int index(View indices, long i) {
        return Memory.getInt(CpuBuffer.address(indices) + i * indices.stride(0) * WORD);
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

    static void pick(View x, View indices, View y) {
        check("pick: index", indices, x.dim(1));
        int width = x.dtype().bytes();
        long from = CpuBuffer.address(x);
        long to = CpuBuffer.address(y);
        for (long i = 0; i < indices.size(); i++) {
            long source = from + (i * x.stride(0) + index(indices, i) * x.stride(1)) * width;
            Runs.adjacent(source, to + i * y.stride(0) * width, width);
        }
    }

    static void unpick(View dy, View indices, View dx, Copies copies) {
        check("unpick: index", indices, dx.dim(1));
        copies.fill(0, dx).run();
        int width = dx.dtype().bytes();
        long from = CpuBuffer.address(dy);
        long to = CpuBuffer.address(dx);
        for (long i = 0; i < indices.size(); i++) {
            long target = to + (i * dx.stride(0) + index(indices, i) * dx.stride(1)) * width;
            Runs.adjacent(from + i * dy.stride(0) * width, target, width);
        }
    }
}
