package dev.weft;

import dev.weft.autograd.Op;
import dev.weft.autograd.Tape;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import java.util.Arrays;

/** Reductions, argmax and softmax. */
final class Reductions {
    private Reductions() {}

    static Tensor reduce(ReduceOp op, Tensor x, int[] axes, boolean keepDims) {
        String name = Elementwise.name(op);
        if (!op.supports(x.dtype())) {
            throw new ShapeException(name + ": is not defined for " + x.dtype() + ", got " + x);
        }
        boolean[] reduced = new boolean[x.rank()];
        if (axes.length == 0) {
            Arrays.fill(reduced, true);
        }
        for (int axis : axes) {
            int at = x.shape().axis(name, axis);
            if (reduced[at]) {
                throw new ShapeException(
                        name + ": axis " + axis + " occurs twice in " + Arrays.toString(axes));
            }
            reduced[at] = true;
        }
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
        Tape tape = Layout.tapeFor(x);
        if (tape != null) {
            tape.record(new Op.Reduce(op, keptShape, x, y));
        }
        return y;
    }

    static Tensor argmax(Tensor x, int axis) {
        int at = x.shape().axis("argmax", axis);
        if (x.dim(at) == 0) {
            throw new ShapeException("argmax: axis " + axis + " of " + x + " is empty");
        }
        if (x.dtype() == DType.BOOL) {
            throw new ShapeException("argmax: is not defined for BOOL, got " + x);
        }
        x.shape().limit("argmax", at, Integer.MAX_VALUE);
        View last = x.view().axisLast(at);
        Shape shape = Shape.of(Arrays.copyOf(last.shape().toArray(), x.rank() - 1));
        Device device = x.device();
        return device.make(
                "argmax",
                DType.I32,
                shape,
                dst -> device.backend().run(new KernelCall.Argmax(last, dst)));
    }

    static Tensor softmax(boolean log, Tensor x, int axis) {
        String name = log ? "log_softmax" : "softmax";
        int at = x.shape().axis(name, axis);
        if (!x.dtype().isFloating()) {
            throw new ShapeException(name + ": is not defined for " + x.dtype() + ", got " + x);
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
        Tape tape = Layout.tapeFor(x);
        if (tape != null) {
            tape.record(new Op.Softmax(log, at, x, y));
        }
        return y;
    }
}
