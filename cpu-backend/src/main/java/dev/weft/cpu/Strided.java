package dev.weft.cpu;

import dev.weft.DType;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * A view as a sequence of elements in row-major order, from which any run can be read as adjacent
 * elements and to which it can be written: in place where the view has no gaps, and through scratch
 * memory otherwise. So each kernel has one loop, over adjacent elements of the type that it
 * computes in; strides, broadcasting and the types that are only stored are here only.
 */
final class Strided {
    private static final long[] NONE = {};

    private final long address;
    private final long size;

    /** Bytes of an element where it lies, and where it is read. */
    private final int stored;

    private final int width;

    /** Whether the elements lie next to each other. */
    private final boolean adjacent;

    /**
     * Extents and strides in bytes of the axes, with those that continue each other merged,
     * outermost first.
     */
    private final long[] extents;

    private final long[] strides;

    /** What makes adjacent elements as they lie those that are read, and back; null for nothing. */
    private final @Nullable Conversion decoded;

    private final @Nullable Conversion encoded;

    private Strided(
            long address,
            long size,
            boolean adjacent,
            long[] extents,
            long[] strides,
            DType stored,
            DType read) {
        this.address = address;
        this.size = size;
        this.stored = stored.bytes();
        width = read.bytes();
        this.adjacent = adjacent;
        this.extents = extents;
        this.strides = strides;
        decoded = stored == read ? null : Conversion.of(stored, read);
        encoded = stored == read ? null : Conversion.of(read, stored);
    }

    /** The elements of a view as they are. */
    static Strided of(View view) {
        return of(view, view.dtype());
    }

    /**
     * The elements of a view, each read as one of a type that is no shorter and holds all its
     * numbers, and rounded or wrapped where it is written.
     */
    static Strided of(View view, DType read) {
        long address = CpuBuffer.address(view);
        DType stored = view.dtype();
        if (view.isContiguous()) {
            return new Strided(address, view.size(), true, NONE, NONE, stored, read);
        }
        int rank = view.rank();
        long[] extents = new long[rank];
        long[] strides = new long[rank];
        int first = rank;
        for (int axis = rank - 1; axis >= 0; axis--) {
            long extent = view.dim(axis);
            long stride = view.stride(axis) * stored.bytes();
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
                Arrays.copyOfRange(strides, first, rank),
                stored,
                read);
    }

    /** Elements that lie next to each other. */
    static Strided adjacent(long address, long size, DType dtype) {
        return new Strided(address, size, true, NONE, NONE, dtype, dtype);
    }

    long size() {
        return size;
    }

    /** Bytes of an element that is read. */
    int width() {
        return width;
    }

    /** Whether elements are read and written in place. */
    boolean isInPlace() {
        return adjacent && decoded == null;
    }

    /** The address of an element where it lies. */
    long addressOf(long element) {
        if (adjacent) {
            return address + element * stored;
        }
        int last = extents.length - 1;
        long row = element / extents[last];
        return rowAddress(row) + (element - row * extents[last]) * strides[last];
    }

    /**
     * The address of elements [start, start + count), adjacent: their own, or {@code scratch}, to
     * which they are copied.
     */
    long read(long start, int count, long scratch) {
        if (isInPlace()) {
            return address + start * width;
        }
        copy(start, count, scratch, true);
        return scratch;
    }

    /**
     * Where to compute elements that are then given to {@link #write}: their own address, or {@code
     * scratch}.
     */
    long target(long start, long scratch) {
        return isInPlace() ? address + start * width : scratch;
    }

    /**
     * Stores elements [start, start + count) from where {@link #target} said, which it may change.
     */
    void write(long start, int count, long from) {
        if (!isInPlace()) {
            copy(start, count, from, false);
        }
    }

    /**
     * Copies elements [start, start + count) from this view to adjacent ones at {@code packed}, or
     * the other way; then, what is there may change.
     */
    void copy(long start, int count, long packed, boolean reads) {
        if (decoded == null || encoded == null) {
            move(start, count, packed, reads);
        } else if (reads) {
            // As they lie, to the end of where they will be: the last is decoded as it is reached.
            long end = packed + (long) count * (width - stored);
            move(start, count, end, true);
            decoded.run(end, packed, count);
        } else {
            encoded.run(packed, packed, count);
            move(start, count, packed, false);
        }
    }

    private void move(long start, int count, long packed, boolean reads) {
        if (adjacent) {
            long own = address + start * stored;
            Memory.copy(reads ? own : packed, reads ? packed : own, (long) count * stored);
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
            long other = packed + (long) done * stored;
            if (reads) {
                Runs.read(own, stride, other, run, stored);
            } else {
                Runs.write(other, own, stride, run, stored);
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
