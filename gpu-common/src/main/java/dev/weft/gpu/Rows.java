package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

/**
 * What works along the last axis, in one type: softmax, cross-entropy, argmax and argmin; of
 * integers the last two.
 */
final class Rows {
    private final Launcher launcher;
    private final LastAxis lastAxis;
    private final IndexFaults faults;
    private final DType dtype;
    private final LastAxis.Variants softmax;
    private final LastAxis.Variants softmaxGrad;
    private final LastAxis.Variants crossEntropy;
    private final LastAxis.Variants crossEntropyWeights;
    private final LastAxis.Variants argReduce;

    Rows(Launcher launcher, IndexFaults faults, DType dtype) {
        this.launcher = launcher;
        lastAxis = new LastAxis(launcher);
        this.faults = faults;
        this.dtype = dtype;
        softmax = lastAxis.variants(KernelFile.ROWS, dtype, "softmax");
        softmaxGrad = lastAxis.variants(KernelFile.ROWS, dtype, "softmax_grad");
        crossEntropy = lastAxis.variants(KernelFile.ROWS, dtype, "cross_entropy");
        crossEntropyWeights = lastAxis.variants(KernelFile.ROWS, dtype, "cross_entropy_weights");
        argReduce = lastAxis.variants(KernelFile.ROWS, dtype, "arg_reduce");
    }

    void softmax(boolean log, View x, View y) {
        run(softmax, log ? 1 : 0, x, y);
    }

    void softmaxGrad(boolean log, View y, View dy, View dx) {
        run(softmaxGrad, log ? 1 : 0, y, dy, dx);
    }

    private void run(LastAxis.Variants kernels, int logarithm, View... views) {
        if (views[0].size() > 0) {
            lastAxis.run(kernels, views[0].dim(-1), a -> a.i32(logarithm), views);
        }
    }

    void argReduce(ReduceOp op, View x, View y) {
        if (y.size() == 0) {
            return;
        }
        // y as x's shape, so that both are walked along the same leading axes.
        View wide = y.withUnitAxes(x.shape().with(x.rank() - 1, 1));
        lastAxis.run(argReduce, x.dim(-1), a -> a.i32(op == ReduceOp.MIN ? 1 : 0), x, wide);
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
            lastAxis.launch(crossEntropy, rows, columns);
        } else {
            a.i64(target.stride(1));
            lastAxis.launch(crossEntropyWeights, rows, columns);
        }
    }

    private static void matrix(Arguments a, View view) {
        Launcher.dense(a, view, 0);
        a.i64(0).i64(0).i64(view.stride(0)).i64(view.stride(1));
    }
}
