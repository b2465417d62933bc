package dev.weft;

import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import java.util.Arrays;

/**
 * Reductions over axes, and softmax along one. Axes count from the end where they are negative.
 *
 * <p>All throw a {@link ShapeException} where an axis is not there, or the type is one that the
 * operation is not defined for, and an {@link IllegalStateException} where x was closed.
 */
public final class Reductions {
    private Reductions() {}

    /**
     * y = op over axes of x, as {@link ReduceOp} defines it; of x's type. Sums of F16 and BF16 are
     * added up in F32 and rounded once, those of U8 and I8 in I32, and wrap. Gradients flow to x.
     *
     * @param keepDims whether the axes stay, with extent 1, or vanish
     * @param axes which; all, where none is given
     * @throws ShapeException also where an axis occurs twice
     */
    public static Tensor reduce(ReduceOp op, Tensor x, boolean keepDims, int... axes) {
        String name = Elementwise.name(op);
        if (!op.supports(x.dtype())) {
            throw new ShapeException(
                    name + ": is not defined for " + x.dtype() + ", got " + x.describe());
        }
        boolean[] reduced = x.shape().axes(name, axes);
        long[] kept = x.shape().toArray();
        long[] dropped = new long[x.rank()];
        int rank = 0;
        for (int axis = 0; axis < kept.length; axis++) {
            if (reduced[axis]) {
                kept[axis] = 1;
            } else {
                dropped[rank++] = kept[axis];
            }
        }
        Shape keptShape = Shape.of(kept);
        Device device = x.device();
        Tensor y =
                device.make(
                        name,
                        x.dtype(),
                        keepDims ? keptShape : Shape.of(Arrays.copyOf(dropped, rank)),
                        dst -> {
                            View withUnits = View.contiguous(dst.buffer(), keptShape, dst.offset());
                            device.backend().run(new KernelCall.Reduce(op, x.view(), withUnits));
                        });
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Reduce(op, keptShape, x, y));
        }
        return y;
    }

    /**
     * The sums or products of what stands up to each element: y_j = Σ x_i or Π x_i over i ≤ j along
     * an axis, or where it is reversed over i ≥ j. Of x's shape and type; integers wrap. Gradients
     * flow to x.
     *
     * @param op {@link ReduceOp#SUM} or {@link ReduceOp#PROD}
     * @throws IllegalArgumentException where it is another
     */
    public static Tensor scan(ReduceOp op, Tensor x, int axis, boolean reversed) {
        if (op != ReduceOp.SUM && op != ReduceOp.PROD) {
            throw new IllegalArgumentException(
                    "scan: is defined for SUM and PROD, got %s".formatted(op));
        }
        String name = "cum" + Elementwise.name(op);
        int at = x.shape().axis(name, axis);
        if (!op.supports(x.dtype())) {
            throw new ShapeException(
                    "%s: is not defined for %s, got %s".formatted(name, x.dtype(), x));
        }
        x.shape().limit(name, at, KernelCall.MOST_EXTENT);
        Device device = x.device();
        Tensor y =
                device.make(
                        name,
                        x.dtype(),
                        x.shape(),
                        dst ->
                                device.backend()
                                        .run(
                                                new KernelCall.Scan(
                                                        op,
                                                        reversed,
                                                        x.view().axisLast(at),
                                                        dst.axisLast(at))));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Scan(op, reversed, at, x, y));
        }
        return y;
    }

    /**
     * The index of the largest element along an axis, which vanishes: the first of equals, the
     * first NaN. I32, of any type but BOOL. No gradient.
     *
     * @throws ShapeException also where the axis is empty
     */
    public static Tensor argmax(Tensor x, int axis) {
        return argReduce("argmax", ReduceOp.MAX, x, axis);
    }

    /** The index of the smallest element along an axis: as {@link #argmax}. */
    public static Tensor argmin(Tensor x, int axis) {
        return argReduce("argmin", ReduceOp.MIN, x, axis);
    }

    private static Tensor argReduce(String name, ReduceOp op, Tensor x, int axis) {
        int at = x.shape().axis(name, axis);
        if (x.dim(at) == 0) {
            throw new ShapeException("%s: axis %d of %s is empty".formatted(name, axis, x));
        }
        if (x.dtype() == DType.BOOL) {
            throw new ShapeException("%s: is not defined for BOOL, got %s".formatted(name, x));
        }
        x.shape().limit(name, at, Integer.MAX_VALUE);
        View last = x.view().axisLast(at);
        Shape shape = Shape.of(Arrays.copyOf(last.shape().toArray(), x.rank() - 1));
        Device device = x.device();
        return device.make(
                name,
                DType.I32,
                shape,
                dst -> device.backend().run(new KernelCall.ArgReduce(op, last, dst)));
    }

    /**
     * y_i = e^x_i / Σ_j e^x_j along an axis: {@link KernelCall.Softmax}. Of a floating type, and
     * x's shape. Gradients flow to x.
     */
    public static Tensor softmax(Tensor x, int axis) {
        return softmax("softmax", false, x, axis);
    }

    /** y_i = x_i - ln Σ_j e^x_j along an axis: the logarithm of {@link #softmax}. */
    public static Tensor logSoftmax(Tensor x, int axis) {
        return softmax("log_softmax", true, x, axis);
    }

    private static Tensor softmax(String name, boolean log, Tensor x, int axis) {
        int at = x.shape().axis(name, axis);
        if (!x.dtype().isFloating()) {
            throw new ShapeException(
                    name + ": is not defined for " + x.dtype() + ", got " + x.describe());
        }
        x.shape().limit(name, at, KernelCall.MOST_EXTENT);
        Device device = x.device();
        Tensor y =
                device.make(
                        name,
                        x.dtype(),
                        x.shape(),
                        dst ->
                                device.backend()
                                        .run(
                                                new KernelCall.Softmax(
                                                        log,
                                                        x.view().axisLast(at),
                                                        dst.axisLast(at))));
        Recorder recorder = x.recorder();
        if (recorder != null) {
            recorder.record(new Op.Softmax(log, at, x, y));
        }
        return y;
    }
}
