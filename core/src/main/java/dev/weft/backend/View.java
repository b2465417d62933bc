package dev.weft.backend;

import dev.weft.DType;
import dev.weft.Shape;

import java.util.Arrays;

/**
 * What a kernel reads or writes: element (i0, i1, …) of a view lies at {@code offset + i0
 * strides[0] + i1 strides[1] + …} of its buffer, counted in elements. Strides are ≥ 0; a stride of
 * 0 repeats an element (broadcasting) and never occurs in an output, except along an axis of extent
 * 1.
 *
 * <p>A view checks its bounds against its buffer when it is made, so that a kernel may trust it.
 */
public final class View {
    /** Of vectors, so that views of many small ones share it. */
    private static final long[] ADJACENT = {1};

    private final DeviceBuffer buffer;
    private final Shape shape;
    private final long[] strides;
    private final long offset;
    private final boolean contiguous;

    /**
     * A view of {@code buffer}. The array of strides is not copied and must not change afterwards.
     *
     * @throws IndexOutOfBoundsException where an element would lie outside the buffer
     */
    public View(DeviceBuffer buffer, Shape shape, long[] strides, long offset) {
        this.buffer = buffer;
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
        int rank = shape.rank();
        if (strides.length != rank) {
            throw new IllegalArgumentException(
                    "a view of " + shape + " needs " + rank + " strides, got " + strides.length);
        }
        long last = offset;
        long dense = 1;
        boolean gapless = true;
        for (int axis = rank - 1; axis >= 0; axis--) {
            long extent = shape.dim(axis);
            if (strides[axis] < 0) {
                throw new IllegalArgumentException("a view's strides must not be negative");
            }
            if (extent > 1) {
                last = Math.addExact(last, Math.multiplyExact(extent - 1, strides[axis]));
                gapless &= strides[axis] == dense;
                dense *= extent;
            }
        }
        if (offset < 0 || (shape.size() > 0 && last >= buffer.size())) {
            throw new IndexOutOfBoundsException(
                    "a view of "
                            + shape
                            + " at offset "
                            + offset
                            + " ends at element "
                            + last
                            + " of a buffer of "
                            + buffer.size());
        }
        this.contiguous = gapless || shape.size() == 0;
    }

    /** A view of {@code buffer} from {@code offset} on, row-major and without gaps. */
    public static View contiguous(DeviceBuffer buffer, Shape shape, long offset) {
        long[] strides = shape.rank() == 1 ? ADJACENT : shape.contiguousStrides();
        return new View(buffer, shape, strides, offset);
    }

    /** The memory. */
    public DeviceBuffer buffer() {
        return buffer;
    }

    /** The type of the elements. */
    public DType dtype() {
        return buffer.dtype();
    }

    /** The extents. */
    public Shape shape() {
        return shape;
    }

    /** The number of axes. */
    public int rank() {
        return strides.length;
    }

    /** The number of elements. */
    public long size() {
        return shape.size();
    }

    /** The extent of an axis; a negative one counts from the end. */
    public long dim(int axis) {
        return shape.dim(axis);
    }

    /**
     * The distance, in elements, from one index of an axis to the next; a negative axis counts from
     * the end.
     */
    public long stride(int axis) {
        return strides[axis < 0 ? axis + strides.length : axis];
    }

    /** The strides, as a fresh array. */
    public long[] strides() {
        return strides.clone();
    }

    /** Where element (0, 0, …) lies in the buffer, in elements. */
    public long offset() {
        return offset;
    }

    /** Whether the other view has the same elements, each at the same index. */
    public boolean isSame(View other) {
        return buffer.equals(other.buffer)
                && offset == other.offset
                && shape.equals(other.shape)
                && Arrays.equals(strides, other.strides);
    }

    /**
     * Whether some element may be the other view's too. Never false where one is; true without one
     * only for views that lie within each other, with strides that are neither a row's nor of one
     * pattern: whether such meet is a search.
     */
    public boolean overlaps(View other) {
        if (!buffer.equals(other.buffer)
                || shape.size() == 0
                || other.shape.size() == 0
                || last() < other.offset
                || other.last() < offset) {
            return false;
        }
        // All elements of both lie at their offset plus multiples of this.
        long common = other.commonStride(commonStride(0));
        return common == 0 || (offset - other.offset) % common == 0;
    }

    /** The position of the last element. */
    private long last() {
        long last = offset;
        for (int axis = 0; axis < strides.length; axis++) {
            last += (shape.dim(axis) - 1) * strides[axis];
        }
        return last;
    }

    /** The greatest common divisor of the strides and {@code other}; 0 where all are 0. */
    private long commonStride(long other) {
        long common = other;
        for (int axis = 0; axis < strides.length; axis++) {
            long next = shape.dim(axis) > 1 ? strides[axis] : 0;
            while (next != 0) {
                long rest = common % next;
                common = next;
                next = rest;
            }
        }
        return common;
    }

    /** Whether the elements lie one after the other in row-major order. */
    public boolean isContiguous() {
        return contiguous;
    }

    /** Whether some element lies at several indices: an axis of stride 0 with several indices. */
    public boolean isRepeating() {
        for (int axis = 0; axis < strides.length; axis++) {
            if (strides[axis] == 0 && shape.dim(axis) > 1) {
                return shape.size() > 0;
            }
        }
        return false;
    }

    /** This view with one index of each axis along which it repeats its elements. */
    public View unrepeated() {
        if (!isRepeating()) {
            return this;
        }
        long[] extents = shape.toArray();
        for (int axis = 0; axis < extents.length; axis++) {
            extents[axis] = strides[axis] == 0 ? Math.min(extents[axis], 1) : extents[axis];
        }
        return new View(buffer, Shape.of(extents), strides, offset);
    }

    /**
     * This view broadcast to {@code target}: missing leading axes and axes of extent 1 get stride
     * 0. The caller has checked that the shapes fit.
     */
    public View expand(Shape target) {
        if (target.equals(shape)) {
            return this;
        }
        int missing = target.rank() - rank();
        long[] expanded = new long[target.rank()];
        for (int axis = 0; axis < rank(); axis++) {
            expanded[axis + missing] =
                    shape.dim(axis) == 1 && target.dim(axis + missing) != 1 ? 0 : strides[axis];
        }
        return new View(buffer, target, expanded, offset);
    }

    /**
     * This view with its axes in another order: axis i of the result is axis {@code axes[i]} of
     * this one.
     */
    public View permute(int... axes) {
        long[] extents = new long[axes.length];
        long[] permuted = new long[axes.length];
        for (int axis = 0; axis < axes.length; axis++) {
            extents[axis] = shape.dim(axes[axis]);
            permuted[axis] = strides[axes[axis]];
        }
        return new View(buffer, Shape.of(extents), permuted, offset);
    }

    /** This view with {@code axis} moved to the end, the others in order. */
    public View axisLast(int axis) {
        if (axis == rank() - 1) {
            return this;
        }
        int[] axes = new int[rank()];
        int next = 0;
        for (int from = 0; from < axes.length; from++) {
            if (from != axis) {
                axes[next++] = from;
            }
        }
        axes[next] = axis;
        return permute(axes);
    }

    /** This view with {@code axis} moved to the front, the others in order. */
    public View axisFirst(int axis) {
        int[] axes = new int[rank()];
        axes[0] = axis;
        for (int i = 1; i < axes.length; i++) {
            axes[i] = i <= axis ? i - 1 : i;
        }
        return axis == 0 ? this : permute(axes);
    }

    /** This view of every {@code step}th index in [start, end) along an axis, from start on. */
    public View slice(int axis, long start, long end, long step) {
        long[] sliced = strides.clone();
        long count = end == start ? 0 : (end - start - 1) / step + 1;
        long first = count == 0 ? offset : offset + start * strides[axis];
        // With one element or none the stride is never used, and the product may overflow.
        sliced[axis] *= count > 1 ? step : 1;
        return new View(buffer, shape.with(axis, count), sliced, first);
    }

    /**
     * This view's first elements along every axis but the last: as many as {@code leading} has
     * there.
     */
    public View startingWith(Shape leading) {
        View start = this;
        for (int axis = 0; axis < rank() - 1; axis++) {
            start =
                    leading.dim(axis) == start.dim(axis)
                            ? start
                            : start.slice(axis, 0, leading.dim(axis), 1);
        }
        return start;
    }

    /**
     * This view with the axes of {@code target}, which differs from its shape only in added or
     * dropped extents of 1.
     */
    public View withUnitAxes(Shape target) {
        long[] kept = new long[target.rank()];
        int from = 0;
        for (int axis = 0; axis < kept.length; axis++) {
            if (target.dim(axis) != 1) {
                while (shape.dim(from) == 1) {
                    from++;
                }
                kept[axis] = strides[from++];
            }
        }
        return new View(buffer, target, kept, offset);
    }

    /**
     * This view's elements whose index along {@code axis2} is {@code offset} more than along {@code
     * axis1}: these axes vanish, and the diagonal becomes the last one.
     */
    public View diagonal(int axis1, int axis2, long offset) {
        long first = Math.max(0, -offset);
        long second = Math.max(0, offset);
        long length = Math.max(0, Math.min(shape.dim(axis1) - first, shape.dim(axis2) - second));
        long[] extents = new long[rank() - 1];
        long[] kept = new long[rank() - 1];
        int to = 0;
        for (int axis = 0; axis < rank(); axis++) {
            if (axis != axis1 && axis != axis2) {
                extents[to] = shape.dim(axis);
                kept[to++] = strides[axis];
            }
        }
        extents[to] = length;
        kept[to] = strides[axis1] + strides[axis2];
        long start = length == 0 ? 0 : first * strides[axis1] + second * strides[axis2];
        return new View(buffer, Shape.of(extents), kept, this.offset + start);
    }

    /** This view with its last two axes exchanged. */
    public View transpose() {
        int[] axes = new int[rank()];
        for (int axis = 0; axis < axes.length; axis++) {
            axes[axis] = axis;
        }
        axes[axes.length - 1] = axes.length - 2;
        axes[axes.length - 2] = axes.length - 1;
        return permute(axes);
    }

    @Override
    public String toString() {
        return dtype() + " " + shape + " at " + offset;
    }
}
