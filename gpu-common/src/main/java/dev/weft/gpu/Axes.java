package dev.weft.gpu;

import dev.weft.backend.View;

import java.util.function.IntPredicate;

/**
 * The axes that several views of one shape are walked along together: as few as possible, since
 * axes of extent 1 are dropped, and neighbours along which every view goes on evenly are merged. A
 * contiguous view of any rank has one axis of stride 1.
 */
final class Axes {
    private final View[] views;
    private final long[] extents;
    private final long[][] strides;
    private int rank;
    private long[] first = {};

    private Axes(int most, View... views) {
        this.views = views;
        extents = new long[most];
        strides = new long[views.length][most];
    }

    /** All axes of views of the same shape. */
    static Axes of(View... views) {
        int rank = views[0].rank();
        Axes axes = new Axes(rank, views);
        for (int axis = 0; axis < rank; axis++) {
            axes.add(views[0], axis);
        }
        return axes;
    }

    /** The axes of x and y that a reduction of x to y keeps. */
    static Axes kept(View x, View y) {
        Axes axes = new Axes(x.rank(), x, y);
        for (int axis = 0; axis < x.rank(); axis++) {
            if (x.dim(axis) == y.dim(axis)) {
                axes.add(x, axis);
            }
        }
        return axes;
    }

    /** The axes of x that a reduction to y reduces. */
    static Axes reduced(View x, View y) {
        Axes axes = new Axes(x.rank(), x);
        for (int axis = 0; axis < x.rank(); axis++) {
            if (x.dim(axis) != y.dim(axis)) {
                axes.add(x, axis);
            }
        }
        return axes;
    }

    /** The axes from {@code first} to before {@code end}. */
    static Axes range(int first, int end, View... views) {
        Axes axes = new Axes(end - first, views);
        for (int axis = first; axis < end; axis++) {
            axes.add(views[0], axis);
        }
        return axes;
    }

    private void add(View shape, int axis) {
        long extent = shape.dim(axis);
        if (extent == 1) {
            return;
        }
        boolean merges = rank > 0;
        for (int v = 0; merges && v < views.length; v++) {
            merges = strides[v][rank - 1] == views[v].stride(axis) * extent;
        }
        if (merges) {
            rank--;
            extents[rank] *= extent;
        } else {
            extents[rank] = extent;
        }
        for (int v = 0; v < views.length; v++) {
            strides[v][rank] = views[v].stride(axis);
        }
        rank++;
    }

    int rank() {
        return rank;
    }

    /** Keeps, for each view, the stride of a first axis that is walked along apart from these. */
    void first(long... firstStrides) {
        first = firstStrides;
    }

    /** What {@link #first(long...)} kept for a view. */
    long first(int view) {
        return first[view];
    }

    /** The product of the extents. */
    long size() {
        long size = 1;
        for (int axis = 0; axis < rank; axis++) {
            size *= extents[axis];
        }
        return size;
    }

    /** The extent of the axis that has {@code after} behind it; 1 beyond the first. */
    long extent(int after) {
        return after < rank ? extents[rank - 1 - after] : 1;
    }

    /** The stride of a view along the axis that has {@code after} behind it; 0 beyond the first. */
    long stride(int view, int after) {
        return after < rank ? strides[view][rank - 1 - after] : 0;
    }

    /** Whether every view's elements lie one after the other. */
    boolean isDense() {
        if (rank == 0) {
            return true;
        }
        for (long[] of : strides) {
            if (rank > 1 || of[0] != 1) {
                return false;
            }
        }
        return true;
    }

    /** Called with the offsets of the views for each index of the outer axes. */
    @FunctionalInterface
    interface Piece {
        /** Takes where the views' elements with these outer indices begin; does not keep it. */
        void at(long[] offsets);
    }

    /** Goes through all indices of the axes that have {@code inner} or more axes behind them. */
    void forEachOuter(int inner, Piece piece) {
        long[] offsets = new long[views.length];
        for (int v = 0; v < views.length; v++) {
            offsets[v] = views[v].offset();
        }
        walk(0, rank - inner, offsets, piece);
    }

    private void walk(int axis, int end, long[] offsets, Piece piece) {
        if (axis >= end) {
            piece.at(offsets);
            return;
        }
        for (long i = 0; i < extents[axis]; i++) {
            walk(axis + 1, end, offsets, piece);
            for (int v = 0; v < offsets.length; v++) {
                offsets[v] += strides[v][axis];
            }
        }
        for (int v = 0; v < offsets.length; v++) {
            offsets[v] -= strides[v][axis] * extents[axis];
        }
    }

    /** The views. */
    View view(int index) {
        return views[index];
    }

    int views() {
        return views.length;
    }

    /** Whether the last axis alone has more than {@code elements}. */
    boolean isLonger(long elements) {
        return extent(0) > elements;
    }

    /**
     * How many of the last axes one launch takes: at most {@code most}, with at most so many
     * elements together.
     */
    int inner(int most, long elements) {
        int inner = 0;
        long product = 1;
        while (inner < Math.min(most, rank) && product <= elements / Math.max(1, extent(inner))) {
            product *= extent(inner++);
        }
        return inner;
    }

    /** The longest axis of a view among those that {@code among} takes. */
    static int longest(View view, IntPredicate among) {
        int longest = -1;
        for (int axis = 0; axis < view.rank(); axis++) {
            if (among.test(axis) && (longest < 0 || view.dim(axis) > view.dim(longest))) {
                longest = axis;
            }
        }
        return longest;
    }

    /** The views' first or second half along an axis that they all have. */
    static View[] half(View[] views, int axis, boolean second) {
        View[] halves = new View[views.length];
        for (int v = 0; v < views.length; v++) {
            long extent = views[v].dim(axis);
            halves[v] =
                    views[v].slice(axis, second ? extent / 2 : 0, second ? extent : extent / 2, 1);
        }
        return halves;
    }
}
