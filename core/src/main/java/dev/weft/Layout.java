package dev.weft;

import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

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
        View reshaped = reshaped(x.view(), shape);
        if (reshaped == null) {
            throw new ShapeException(
                    "reshape: "
                            + x.describe()
                            + " with strides "
                            + Arrays.toString(x.view().strides())
                            + " cannot be viewed as "
                            + shape
                            + " without a copy: call contiguous() first");
        }
        return reshaped(x, reshaped);
    }

    /** As {@link #reshape}: a view where strides allow it, and otherwise of a copy. */
    static Tensor regrouped(Tensor x, Shape shape) {
        View reshaped = reshaped(x.view(), shape);
        return reshaped == null
                ? x.device().compute(() -> copy(x).reshape(shape.toArray()))
                : reshaped(x, reshaped);
    }

    /** A view that differs from x's in added or dropped extents of 1. */
    static Tensor withUnitAxes(Tensor x, Shape shape) {
        return reshaped(x, x.view().withUnitAxes(shape));
    }

    private static @Nullable View reshaped(View view, Shape shape) {
        long[] strides = view.isContiguous() ? shape.contiguousStrides() : regroup(view, shape);
        return strides == null ? null : new View(view.buffer(), shape, strides, view.offset());
    }

    private static Tensor reshaped(Tensor x, View view) {
        Tensor y = x.sharing(view);
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Reshape(x, y));
        }
        return y;
    }

    /** A view of some of x's elements, each once. */
    static Tensor part(Tensor x, UnaryOperator<View> part) {
        Tensor y = x.sharing(part.apply(x.view()));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Part(part, x, y));
        }
        return y;
    }

    /**
     * x in a part of a fresh tensor, and {@code value} beside it.
     *
     * @param part what x is copied to, of its shape
     */
    static Tensor embed(
            String operation, Tensor x, double value, Shape shape, UnaryOperator<View> part) {
        Device device = x.device();
        Tensor y =
                device.make(
                        operation,
                        x.dtype(),
                        shape,
                        dst -> {
                            device.backend().run(new KernelCall.Fill(value, dst));
                            device.backend().run(new KernelCall.Copy(x.view(), part.apply(dst)));
                        });
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Embed(part, x, y));
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
                            + x.describe()
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
                    "permute: "
                            + x.describe()
                            + " needs "
                            + x.rank()
                            + " axes, got "
                            + Arrays.toString(axes));
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
     * Every {@code step}th element whose index along an axis is in [start, end), from start on: a
     * view. Or, with a negative step, backwards from start to the last before end, -1 for the first
     * element: a copy.
     *
     * @throws ShapeException unless 0 ≤ start ≤ end ≤ the extent and step ≥ 1, or -1 ≤ end ≤ start
     *     {@literal <} the extent and step ≤ -1
     */
    public static Tensor slice(Tensor x, int axis, long start, long end, long step) {
        int at = x.shape().axis("slice", axis);
        long extent = x.shape().dim(at);
        boolean backwards = step < 0 && -1 <= end && end <= start && start < extent;
        boolean forwards = step > 0 && 0 <= start && start <= end && end <= extent;
        if (!backwards && !forwards) {
            throw new ShapeException(
                    "slice: [%d, %d) with step %d does not fit axis %d of %s: needs 0 <= start <= end <= %d and step >= 1, or %d >= start >= end >= -1 and step <= -1"
                            .formatted(start, end, step, axis, x, extent, extent - 1));
        }
        if (backwards) {
            long stride = -Math.max(step, -Long.MAX_VALUE);
            long first = start == end ? start + 1 : start - (start - end - 1) / stride * stride;
            return x.device().compute(() -> x.slice(at, first, start + 1, stride).flip(at));
        }
        return part(x, view -> view.slice(at, start, end, step));
    }

    /**
     * A view broadcast to {@code shape}: missing leading axes are added, extents of 1 repeated.
     * What repeats cannot be overwritten.
     */
    public static Tensor expand(Tensor x, Shape shape) {
        if (!x.shape().broadcastsTo(shape)) {
            throw new ShapeException("expand: " + x.describe() + " does not broadcast to " + shape);
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
