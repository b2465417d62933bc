package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.View;

import java.util.Arrays;

/**
 * A view as a sequence of elements in row-major order, from which any run can be read as adjacent
 * elements and to which it can be written: in place where the view has no gaps, and through scratch
 * memory otherwise. So each kernel has one loop, over adjacent elements, and strides and
 * broadcasting are here only.
 */
final class Strided {
    private static final long[] NONE = {};

    private final long address;
    private final long size;
    private final boolean contiguous;

    /**
     * Extents and strides in bytes of the axes, with those that continue each other merged,
     * outermost first.
     */
    private final long[] extents;

    private final long[] strides;

    private Strided(long address, long size, boolean contiguous, long[] extents, long[] strides) {
        this.address = address;
        this.size = size;
        this.contiguous = contiguous;
        this.extents = extents;
        this.strides = strides;
    }

    /** The elements of a view of words. */
    static Strided of(View view) {
        long address = CpuBuffer.address(view);
        if (view.isContiguous()) {
            return new Strided(address, view.size(), true, NONE, NONE);
        }
        int rank = view.rank();
        long[] extents = new long[rank];
        long[] strides = new long[rank];
        int first = rank;
        for (int axis = rank - 1; axis >= 0; axis--) {
            long extent = view.dim(axis);
            long stride = view.stride(axis) * WORD;
            if (extent == 1) {
                continue;
            }
            if (first < rank && stride == strides[first] * extents[first]) {
                extents[first] *= extent;
            } else {
                first--;
                extents[first] = extent;
                strides[first] = stride;
            }
        }
        return new Strided(
                address,
                view.size(),
                false,
                Arrays.copyOfRange(extents, first, rank),
                Arrays.copyOfRange(strides, first, rank));
    }

    /** Elements that lie next to each other. */
    static Strided adjacent(long address, long size) {
        return new Strided(address, size, true, NONE, NONE);
    }

    long size() {
        return size;
    }

    boolean isContiguous() {
        return contiguous;
    }

    /**
     * The address of elements [start, start + count), adjacent: their own, or {@code scratch}, to
     * which they are copied.
     */
    long read(long start, int count, long scratch) {
        if (contiguous) {
            return address + start * WORD;
        }
        copy(start, count, scratch, true);
        return scratch;
    }

    /**
     * Where to compute elements that are then given to {@link #write}: their own address, or {@code
     * scratch}.
     */
    long target(long start, long scratch) {
        return contiguous ? address + start * WORD : scratch;
    }

    /** Stores elements [start, start + count) from where {@link #target} said. */
    void write(long start, int count, long from) {
        if (!contiguous) {
            copy(start, count, from, false);
        }
    }

    /**
     * Copies elements [start, start + count) from this view to adjacent ones at {@code packed}, or
     * the other way.
     */
    void copy(long start, int count, long packed, boolean reads) {
        if (contiguous) {
            long own = address + start * WORD;
            Memory.copy(reads ? own : packed, reads ? packed : own, (long) count * WORD);
            return;
        }
        int last = extents.length - 1;
        long extent = extents[last];
        long stride = strides[last];
        long row = start / extent;
        long column = start - row * extent;
        int done = 0;
        while (done < count) {
            int run = (int) Math.min(extent - column, count - done);
            long own = rowAddress(row) + column * stride;
            long other = packed + (long) done * WORD;
            if (reads) {
                Runs.read(own, stride, other, run);
            } else {
                Runs.write(other, own, stride, run);
            }
            done += run;
            column = 0;
            row++;
        }
    }

    /**
     * Where the row with this number, counted in row-major order over all axes but the last,
     * begins.
     */
    private long rowAddress(long row) {
        long at = address;
        long rest = row;
        for (int axis = extents.length - 2; axis > 0; axis--) {
            long above = rest / extents[axis];
            at += (rest - above * extents[axis]) * strides[axis];
            rest = above;
        }
        return extents.length > 1 ? at + rest * strides[0] : at;
    }
}
