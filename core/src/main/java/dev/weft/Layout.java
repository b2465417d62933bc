package dev.weft;

import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Views of the same memory, and copies that change layout or type. A view costs no kernel, and
 * closes with the tensor that it is of. Gradients flow through all of them, between floating types.
 *
 * <p>All throw a {@link ShapeException} where extents or axes do not fit, and an {@link
 * IllegalStateException} where x was closed. Axes count from the end where they are negative.
 */
public final class Layout {
    private Layout() {}

    /**
     * A view with other extents and the same elements in row-major order.
     *
     * @param dims one may be -1, to be inferred
     * @throws ShapeException where the number of elements differs, or the strides do not allow it
     *     without a copy: call {@link Tensor#contiguous} first
     */
    public static Tensor reshape(Tensor x, long... dims) {
        Shape shape = inferred(x, dims);
        View view = x.view();
        long[] strides = view.isContiguous() ? shape.contiguousStrides() : regroup(view, shape);
        if (strides == null) {
            throw new ShapeException(
                    "reshape: "
                            + x
                            + " with strides "
                            + Arrays.toString(view.strides())
                            + " cannot be viewed as "
                            + shape
                            + " without a copy: call contiguous() first");
        }
        Tensor y = x.sharing(new View(view.buffer(), shape, strides, view.offset()));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Reshape(x, y));
        }
        return y;
    }

    private static Shape inferred(Tensor x, long[] dims) {
        int unknown = -1;
        long known = 1;
        for (int axis = 0; axis < dims.length; axis++) {
            if (dims[axis] != -1) {
                known *= dims[axis];
            } else if (unknown >= 0) {
                throw new ShapeException(
                        "reshape: only one extent may be -1, got " + Arrays.toString(dims));
            } else {
                unknown = axis;
            }
        }
        long[] extents = dims.clone();
        if (unknown >= 0) {
            extents[unknown] = known == 0 ? 0 : x.size() / known;
        }
        Shape shape = Shape.of(extents);
        if (shape.size() != x.size()) {
            throw new ShapeException(
                    "reshape: "
                            + x
                            + " has "
                            + x.size()
                            + " elements and cannot become "
                            + Arrays.toString(dims));
        }
        return shape;
    }

    /**
     * Strides that give {@code shape} over the same memory, or null where there are none. Axes of
     * the view that lie densely inside each other form groups; each group must split into whole
     * axes of the new shape.
     */
    private static long @Nullable [] regroup(View view, Shape shape) {
        long[] strides = new long[shape.rank()];
        int to = shape.rank() - 1;
        long groupSize = 1;
        long innerStride = 0;
        boolean open = false;
        for (int from = view.rank() - 1; from >= 0; from--) {
            if (view.dim(from) == 1) {
                continue;
            }
            if (!open) {
                innerStride = view.stride(from);
                open = true;
            }
            groupSize *= view.dim(from);
            int outer = from - 1;
            while (outer >= 0 && view.dim(outer) == 1) {
                outer--;
            }
            boolean joins = outer >= 0 && view.stride(outer) == view.stride(from) * view.dim(from);
            if (!joins) {
                long filled = 1;
                while (to >= 0 && filled < groupSize) {
                    strides[to] = innerStride * filled;
                    filled *= shape.dim(to);
                    to--;
                }
                if (filled != groupSize) {
                    return null;
                }
                groupSize = 1;
                open = false;
            }
        }
        return strides;
    }

    /** A view with two axes exchanged. */
    public static Tensor transpose(Tensor x, int axis1, int axis2) {
        int[] axes = new int[x.rank()];
        Arrays.setAll(axes, axis -> axis);
        int first = x.shape().axis("transpose", axis1);
        int second = x.shape().axis("transpose", axis2);
        axes[first] = second;
        axes[second] = first;
        return permute(x, axes);
    }

    /**
     * A view with the axes in another order: axis i of the result is axis {@code axes[i]} of x.
     *
     * @param axes each of x's axes, once
     */
    public static Tensor permute(Tensor x, int... axes) {
        if (axes.length != x.rank()) {
            throw new ShapeException(
                    "permute: " + x + " needs " + x.rank() + " axes, got " + Arrays.toString(axes));
        }
        int[] order = new int[axes.length];
        boolean[] seen = new boolean[axes.length];
        for (int i = 0; i < axes.length; i++) {
            order[i] = x.shape().axis("permute", axes[i]);
            if (seen[order[i]]) {
                throw new ShapeException(
                        "permute: axis " + axes[i] + " occurs twice in " + Arrays.toString(axes));
            }
            seen[order[i]] = true;
        }
        Tensor y = x.sharing(x.view().permute(order));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Permute(order, x, y));
        }
        return y;
    }

    /**
     * A view of every {@code step}th element whose index along an axis is in [start, end), from
     * start on.
     *
     * @throws ShapeException unless 0 ≤ start ≤ end ≤ the extent and step ≥ 1
     */
    public static Tensor slice(Tensor x, int axis, long start, long end, long step) {
        int at = x.shape().axis("slice", axis);
        long extent = x.shape().dim(at);
        if (start < 0 || end < start || end > extent || step < 1) {
            throw new ShapeException(
                    "slice: ["
                            + start
                            + ", "
                            + end
                            + ") with step "
                            + step
                            + " does not fit axis "
                            + axis
                            + " of "
                            + x
                            + ": needs 0 <= start <= end <= "
                            + extent
                            + " and step >= 1");
        }
        Tensor y = x.sharing(x.view().slice(at, start, end, step));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Slice(at, start, end, step, x, y));
        }
        return y;
    }

    /**
     * A view broadcast to {@code shape}: missing leading axes are added, extents of 1 repeated.
     * What repeats cannot be overwritten.
     */
    public static Tensor expand(Tensor x, Shape shape) {
        if (shape.rank() < x.rank() || !Shape.broadcast("expand", x.shape(), shape).equals(shape)) {
            throw new ShapeException("expand: " + x + " does not broadcast to " + shape);
        }
        Tensor y = x.sharing(x.view().expand(shape));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Expand(x, y));
        }
        return y;
    }

    /** A contiguous copy, of the same type. */
    public static Tensor copy(Tensor x) {
        Tensor y = copied("copy", x, x.dtype());
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Copy(x, y));
        }
        return y;
    }

    /**
     * x in another type, by value, as {@link KernelCall.Copy} converts; x itself where it has that
     * type.
     */
    public static Tensor convert(Tensor x, DType dtype) {
        if (dtype == x.dtype()) {
            return x;
        }
        Tensor y = copied("to", x, dtype);
        Recorder recorder = x.recorder();
        if (recorder != null && dtype.isFloating()) {
            recorder.record(new Op.Copy(x, y));
        }
        return y;
    }

    private static Tensor copied(String operation, Tensor x, DType dtype) {
        Device device = x.device();
        return device.make(
                operation,
                dtype,
                x.shape(),
                dst -> device.backend().run(new KernelCall.Copy(x.view(), dst)));
    }

    /**
     * Overwrites {@code target}. Where it shares elements with {@code source}, in another order,
     * these are read before they are written: by a copy.
     */
    static void copyInto(View source, Tensor target) {
        Device device = target.device();
        View destination = target.viewToWrite();
        if (!source.overlaps(destination) || source.isSame(destination)) {
            try {
                device.backend().run(new KernelCall.Copy(source, destination));
            } finally {
                Reference.reachabilityFence(device);
            }
            return;
        }
        try (Tensor before =
                device.make(
                        "assign",
                        source.dtype(),
                        source.shape(),
                        dst -> device.backend().run(new KernelCall.Copy(source, dst)))) {
            device.backend().run(new KernelCall.Copy(before.view(), destination));
        }
    }

    /**
     * Hands a contiguous view of the elements to {@code reader}; a copy made for it lives no
     * longer.
     */
    static void withContiguous(Tensor x, Consumer<View> reader) {
        if (x.isContiguous()) {
            reader.accept(x.view());
            return;
        }
        try (Tensor dense = copied("contiguous", x, x.dtype())) {
            reader.accept(dense.view());
        }
    }
}
