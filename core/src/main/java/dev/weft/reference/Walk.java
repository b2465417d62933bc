package dev.weft.reference;

import dev.weft.Shape;
import dev.weft.backend.View;

/**
 * Visits every index of a shape in row-major order, and tells where it lies in each of some views
 * of that shape (or views that were expanded to it).
 */
final class Walk {
    private final Shape shape;
    private final View[] views;
    private final long[] index;
    private long remaining;

    Walk(Shape shape, View... views) {
        this.shape = shape;
        this.views = views;
        this.index = new long[shape.rank()];
        this.remaining = shape.size();
    }

    /** Moves to the next index, or to the first; false when there is none. */
    boolean next() {
        if (remaining == 0) {
            return false;
        }
        if (remaining < shape.size()) {
            int axis = index.length - 1;
            while (++index[axis] == shape.dim(axis)) {
                index[axis--] = 0;
            }
        }
        remaining--;
        return true;
    }

    /** The element of view number {@code i} at this index. */
    double get(int i) {
        return Elements.of(views[i]).get(position(views[i]));
    }

    /** The element of view number {@code i}, of an integer type or BOOL, at this index. */
    long getLong(int i) {
        return Elements.of(views[i]).getLong(position(views[i]));
    }

    /** Sets the element of view number {@code i}, of an integer type or BOOL, at this index. */
    void setLong(int i, long value) {
        Elements.of(views[i]).setLong(position(views[i]), value);
    }

    /**
     * Sets the element of view number {@code i}, of a floating type, at this index. There is one
     * NaN: which bits an operation gives it depends on whether the JVM has compiled the loop.
     */
    void set(int i, double value) {
        Elements.of(views[i]).set(position(views[i]), Double.isNaN(value) ? Double.NaN : value);
    }

    private long position(View view) {
        long position = view.offset();
        for (int axis = 0; axis < index.length; axis++) {
            position += index[axis] * view.stride(axis);
        }
        return position;
    }
}
