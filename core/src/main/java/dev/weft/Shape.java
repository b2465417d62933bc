package dev.weft;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The extents of a tensor, outermost axis first. Rank 0 is a scalar with one element; an extent of
 * 0 makes an empty tensor. Immutable.
 */
public final class Shape {
    /** The shape of a scalar. */
    public static final Shape SCALAR = new Shape(new long[0]);

    private final long[] dims;
    private final long size;

    private Shape(long[] dims) {
        this.dims = dims;
        long elements = 1;
        // Of an empty tensor too, whose strides are such products.
        long spanned = 1;
        for (long dim : dims) {
            if (dim < 0) {
                throw new ShapeException(
                        "shape: extents must not be negative, got " + Arrays.toString(dims));
            }
            try {
                spanned = Math.multiplyExact(spanned, Math.max(1, dim));
                elements *= dim;
            } catch (ArithmeticException e) {
                throw new ShapeException(
                        "shape: " + Arrays.toString(dims) + " has more than 2^63 elements");
            }
        }
        this.size = elements;
    }

    /**
     * The shape with these extents.
     *
     * @throws ShapeException where an extent is negative or the product of those that are not 0
     *     exceeds 2^63 - 1
     */
    public static Shape of(long... dims) {
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    /** The number of axes. */
    public int rank() {
        return dims.length;
    }

    /** The number of elements: the product of the extents, 1 for a scalar. */
    public long size() {
        return size;
    }

    /** The extent of {@code axis}; a negative axis counts from the end. */
    public long dim(int axis) {
        return dims[axis < 0 ? axis + dims.length : axis];
    }

    /** The extents, as a fresh array. */
    public long[] toArray() {
        return dims.clone();
    }

    /**
     * {@code axis} as a number from 0 to rank - 1; a negative axis counts from the end.
     *
     * @throws ShapeException naming {@code operation}, where there is no such axis
     */
    public int axis(String operation, int axis) {
        int rank = dims.length;
        if (axis < -rank || axis >= rank) {
            throw new ShapeException(
                    operation + ": axis " + axis + " is outside " + this + " (rank " + rank + ")");
        }
        return axis < 0 ? axis + rank : axis;
    }

    /**
     * {@code axis} as a number from 0 to rank, for an axis that is to be added; a negative one
     * counts from the end of the shape with it.
     *
     * @throws ShapeException naming {@code operation}, where there is no such place
     */
    int newAxis(String operation, int axis) {
        int rank = dims.length + 1;
        if (axis < -rank || axis >= rank) {
            throw new ShapeException(
                    "%s: axis %d is outside %s with an axis more (rank %d)"
                            .formatted(operation, axis, this, rank));
        }
        return axis < 0 ? axis + rank : axis;
    }

    /**
     * Which axes {@code axes} names: all, where it is empty.
     *
     * @throws ShapeException naming {@code operation}, where there is no such axis, or one occurs
     *     twice
     */
    boolean[] axes(String operation, int... axes) {
        boolean[] named = new boolean[rank()];
        Arrays.fill(named, axes.length == 0);
        for (int axis : axes) {
            int at = axis(operation, axis);
            if (named[at]) {
                throw new ShapeException(
                        "%s: axis %d occurs twice in %s"
                                .formatted(operation, axis, Arrays.toString(axes)));
            }
            named[at] = true;
        }
        return named;
    }

    /**
     * Fails where an axis is longer than {@code operation} takes on any device.
     *
     * @param axis from 0, or counted from the end where negative
     */
    void limit(String operation, int axis, long most) {
        if (dim(axis) > most) {
            throw new ShapeException(
                    "%s: axis %d of %s has %d elements, and at most %d can be taken: slice it"
                            .formatted(
                                    operation,
                                    axis < 0 ? axis + dims.length : axis,
                                    this,
                                    dim(axis),
                                    most));
        }
    }

    /** This shape with the extent of {@code axis} replaced. */
    public Shape with(int axis, long extent) {
        long[] copy = dims.clone();
        copy[axis < 0 ? axis + dims.length : axis] = extent;
        return new Shape(copy);
    }

    /** This shape with one axis more, which is then axis {@code axis}; it counts from 0. */
    Shape insert(int axis, long extent) {
        long[] more = new long[dims.length + 1];
        for (int i = 0; i < more.length; i++) {
            more[i] = i == axis ? extent : dims[i < axis ? i : i - 1];
        }
        return new Shape(more);
    }

    /** This shape without an axis, which counts from 0. */
    Shape without(int axis) {
        long[] fewer = new long[dims.length - 1];
        for (int i = 0; i < fewer.length; i++) {
            fewer[i] = dims[i < axis ? i : i + 1];
        }
        return new Shape(fewer);
    }

    /** This shape without some axes. */
    Shape dropped(boolean[] named) {
        return new Shape(
                IntStream.range(0, dims.length)
                        .filter(axis -> !named[axis])
                        .mapToLong(axis -> dims[axis])
                        .toArray());
    }

    /** Row-major strides in elements for a tensor of this shape without gaps. */
    public long[] contiguousStrides() {
        long[] strides = new long[dims.length];
        long stride = 1;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= Math.max(1, dims[axis]);
        }
        return strides;
    }

    /**
     * The shape that {@code a} and {@code b} broadcast to by NumPy's rule: aligned at the last
     * axis, extents are equal, or one of them is 1 or absent.
     *
     * @throws ShapeException naming {@code operation} and both shapes, where they do not broadcast
     */
    public static Shape broadcast(String operation, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        int rank = Math.max(a.rank(), b.rank());
        long[] result = new long[rank];
        for (int axis = 1; axis <= rank; axis++) {
            long x = axis <= a.rank() ? a.dims[a.rank() - axis] : 1;
            long y = axis <= b.rank() ? b.dims[b.rank() - axis] : 1;
            if (x != y && x != 1 && y != 1) {
                throw new ShapeException(
                        operation
                                + ": a is "
                                + a
                                + ", b is "
                                + b
                                + ": axis "
                                + (rank - axis)
                                + " has extents "
                                + x
                                + " and "
                                + y
                                + "; they must be equal, or one of them 1");
            }
            result[rank - axis] = x == 1 ? y : x;
        }
        return new Shape(result);
    }

    /** Whether a tensor of this shape can be repeated to {@code target}. */
    boolean broadcastsTo(Shape target) {
        int missing = target.rank() - rank();
        for (int axis = 0; missing >= 0 && axis < dims.length; axis++) {
            if (dims[axis] != 1 && dims[axis] != target.dims[axis + missing]) {
                return false;
            }
        }
        return missing >= 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** The extents with an x between them, such as {@code 32x128}; {@code scalar} for rank 0. */
    @Override
    public String toString() {
        if (dims.length == 0) {
            return "scalar";
        }
        StringBuilder text = new StringBuilder();
        for (int axis = 0; axis < dims.length; axis++) {
            text.append(axis == 0 ? "" : "x").append(dims[axis]);
        }
        return dims.length == 1 ? "[" + text + "]" : text.toString();
    }
}
