package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

/**
 * What works along the last axis, in one type: softmax, cross-entropy, argmax and argmin; of
 * integers the last two.
 */
final class Rows {
    /** From this length on a group shares a row. */
    private static final int LONG = 128;

    private static final int LEADING_AXES = 3;

    private final Launcher launcher;
    private final IndexFaults faults;
    private final DType dtype;
    private final Variants softmax;
    private final Variants softmaxGrad;
    private final Variants crossEntropy;
    private final Variants crossEntropyWeights;
    private final Variants argReduce;

    /** A kernel for one work-item, and one for a group of them, to a row. */
    private record Variants(Kernel items, Kernel groups) {}

    Rows(Launcher launcher, IndexFaults faults, DType dtype) {
        this.launcher = launcher;
        this.faults = faults;
        this.dtype = dtype;
        softmax = variants("softmax");
        softmaxGrad = variants("softmax_grad");
        crossEntropy = variants("cross_entropy");
        crossEntropyWeights = variants("cross_entropy_weights");
        argReduce = variants("arg_reduce");
    }

    private Variants variants(String name) {
        return new Variants(
                launcher.items(KernelFile.ROWS, dtype, name + "_items"),
                launcher.together(KernelFile.ROWS, dtype, name + "_groups"));
    }

    void softmax(boolean log, View x, View y) {
        run(softmax, log ? 1 : 0, x, y);
    }

    void softmaxGrad(boolean log, View y, View dy, View dx) {
        run(softmaxGrad, log ? 1 : 0, y, dy, dx);
    }

    private void run(Variants kernels, int logarithm, View... views) {
        if (views[0].size() > 0) {
            forEach(kernels, views[0].dim(-1), a -> a.i32(logarithm), views, views);
        }
    }

    void argReduce(ReduceOp op, View x, View y) {
        if (y.size() == 0) {
            return;
        }
        // y as x's shape, so that both are walked along the same leading axes.
        View wide = y.withUnitAxes(x.shape().with(x.rank() - 1, 1));
        forEach(
                argReduce,
                x.dim(-1),
                a -> a.i32(op == ReduceOp.MIN ? 1 : 0),
                new View[] {x.slice(x.rank() - 1, 0, 1, 1), wide},
                new View[] {x, wide});
    }

    /**
     * @param leading views of the same leading axes
     * @param views the same views, for their last stride
     */
    private void forEach(
            Variants kernels,
            long columns,
            Elementwise.Scalars scalars,
            View[] leading,
            View[] views) {
        int last = leading[0].rank() - 1;
        Axes axes = Axes.range(0, last, leading);
        if (axes.isLonger(launcher.most())) {
            int axis = Axes.longest(leading[0], any -> any < last);
            for (boolean second : new boolean[] {false, true}) {
                View[] half = Axes.half(leading, axis, second);
                forEach(kernels, columns, scalars, half, Axes.half(views, axis, second));
            }
            return;
        }
        int inner = axes.inner(LEADING_AXES, launcher.most());
        long size = 1;
        for (int after = 0; after < inner; after++) {
            size *= axes.extent(after);
        }
        long rows = size;
        axes.forEachOuter(
                inner,
                offsets -> {
                    Arguments a = launcher.begin().i32(rows);
                    a.i32(inner > 1 ? axes.extent(1) : 1).i32(inner > 0 ? axes.extent(0) : 1);
                    a.i32(columns);
                    scalars.addTo(a);
                    for (int v = 0; v < views.length; v++) {
                        a.memory(GpuBuffer.memory(views[v])).i64(offsets[v]);
                        for (int after = LEADING_AXES - 1; after >= 0; after--) {
                            a.i64(after < inner ? axes.stride(v, after) : 0);
                        }
                        a.i64(views[v].stride(-1));
                    }
                    launch(kernels, rows, columns);
                });
    }

    private void launch(Variants kernels, long rows, long columns) {
        if (columns >= LONG) {
            launcher.groups(kernels.groups, rows, 1, 1);
        } else {
            launcher.items(kernels.items, rows);
        }
    }

    void crossEntropy(View logits, View target, double factor, View l, View gradient) {
        long rows = logits.dim(0);
        long columns = logits.dim(1);
        if (rows == 0) {
            return;
        }
        Arguments a = launcher.begin().i32(rows).i32(1).i32(rows).i32(columns);
        matrix(a, logits);
        matrix(a, gradient);
        Launcher.dense(a, l, 0);
        a.i64(l.stride(0)).number(dtype, factor);
        Launcher.dense(a, target, 0);
        a.i64(target.stride(0));
        if (target.dtype() == DType.I32) {
            faults.arm(a, IndexFaults.Kind.CROSS_ENTROPY);
            launch(crossEntropy, rows, columns);
        } else {
            a.i64(target.stride(1));
            launch(crossEntropyWeights, rows, columns);
        }
    }

    private static void matrix(Arguments a, View view) {
        Launcher.dense(a, view, 0);
        a.i64(0).i64(0).i64(view.stride(0)).i64(view.stride(1));
    }
}
