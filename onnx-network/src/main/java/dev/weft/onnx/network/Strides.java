package dev.weft.onnx.network;

import dev.weft.Shape;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SequencedSet;
import java.util.TreeSet;

/**
 * A view of a contiguous array as what ONNX has for it: the array in another shape, of which some
 * places are taken along each axis, in another order of the axes.
 *
 * @param shape the array's extents: each axis of the view is one of them
 * @param starts the first place that is taken along each
 * @param counts how many are taken
 * @param steps from one to the next
 * @param order where each of the view's axes with more than one element is in {@code shape}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Strides(Shape shape, long[] starts, long[] counts, long[] steps, List<Integer> order) {
    /** The view's axes that have more than one element, and not one that is repeated. */
    static List<Integer> moving(View view) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < view.rank(); axis++) {
            if (view.dim(axis) > 1 && view.stride(axis) > 0) {
                axes.add(axis);
            }
        }
        return axes;
    }

    /**
     * How a view takes its elements from an array, or null where it is in none of these forms.
     *
     * @param array the array's extents
     * @param offset the view's first element, in the array
     */
    static @Nullable Strides of(Shape array, View view, long offset) {
        TreeSet<Long> own = new TreeSet<>(Comparator.reverseOrder());
        moving(view).forEach(axis -> own.add(view.stride(axis)));
        TreeSet<Long> both = new TreeSet<>(own);
        for (long stride : array.contiguousStrides()) {
            both.add(stride);
        }
        for (Shape shape : candidates(array, own, both)) {
            Strides found = match(shape, view, offset);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static List<Shape> candidates(
            Shape array, SequencedSet<Long> own, SequencedSet<Long> both) {
        List<Shape> shapes = new ArrayList<>();
        shapes.add(array);
        for (SequencedSet<Long> strides : List.of(own, both)) {
            Shape cut = cut(array.size(), strides);
            if (cut != null) {
                shapes.add(cut);
            }
        }
        return shapes;
    }

    /** The shape of so many elements whose axes have these strides, or null. */
    private static @Nullable Shape cut(long size, SequencedSet<Long> strides) {
        List<Long> dims = new ArrayList<>();
        long above = size;
        for (long stride : strides) {
            if (stride == 0 || above % stride != 0) {
                return null;
            }
            dims.add(above / stride);
            above = stride;
        }
        if (above > 1 || dims.isEmpty()) {
            dims.add(above);
        }
        return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    }

    private static @Nullable Strides match(Shape shape, View view, long offset) {
        int rank = shape.rank();
        long[] dense = shape.contiguousStrides();
        long[] starts = new long[rank];
        long rest = offset;
        for (int axis = 0; axis < rank; axis++) {
            starts[axis] = dense[axis] == 0 ? 0 : rest / dense[axis];
            rest -= starts[axis] * dense[axis];
        }
        long[] counts = new long[rank];
        Arrays.fill(counts, 1);
        long[] steps = counts.clone();
        List<Integer> order = new ArrayList<>();
        for (int axis : moving(view)) {
            int at = axisOf(shape, dense, view.stride(axis));
            if (at < 0 || order.contains(at)) {
                return null;
            }
            steps[at] = view.stride(axis) / dense[at];
            counts[at] = view.dim(axis);
            if (starts[at] + (counts[at] - 1) * steps[at] >= shape.dim(at)) {
                return null;
            }
            order.add(at);
        }
        return new Strides(shape, starts, counts, steps, order);
    }

    /** The axis along which elements at this distance lie. */
    private static int axisOf(Shape shape, long[] dense, long stride) {
        for (int axis = 0; axis < dense.length; axis++) {
            if (shape.dim(axis) > 1 && dense[axis] <= stride) {
                return stride % dense[axis] == 0 ? axis : -1;
            }
        }
        return -1;
    }
}
