package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.View;
import dev.weft.backend.Window;

import java.util.function.Consumer;

/** Pooling in one type. */
final class Pools {
    private final Launcher launcher;
    private final Kernel max;
    private final Kernel maxGrad;
    private final Kernel average;
    private final Kernel averageGrad;

    Pools(Launcher launcher, DType dtype) {
        this.launcher = launcher;
        max = launcher.items(KernelFile.POOL, dtype, "max_pool");
        maxGrad = launcher.items(KernelFile.POOL, dtype, "max_pool_grad");
        average = launcher.items(KernelFile.POOL, dtype, "average_pool");
        averageGrad = launcher.items(KernelFile.POOL, dtype, "average_pool_grad");
    }

    void max(Window window, View x, View y, View indices) {
        launch(max, window, x, y, y, _ -> {}, x, y, indices);
    }

    void maxGrad(Window window, View indices, View dy, View dx) {
        launch(maxGrad, window, dx, dy, dx, _ -> {}, indices, dy, dx);
    }

    void average(Window window, boolean padded, View x, View y) {
        launch(average, window, x, y, y, a -> a.i32(padded ? 1 : 0), x, y);
    }

    void averageGrad(Window window, boolean padded, View dy, View dx) {
        launch(averageGrad, window, dx, dy, dx, a -> a.i32(padded ? 1 : 0), dy, dx);
    }

    /** An item to each element of {@code to}, for as many planes at once as one launch takes. */
    private void launch(
            Kernel kernel,
            Window window,
            View x,
            View y,
            View to,
            Consumer<Arguments> more,
            View... operands) {
        if (to.size() == 0) {
            return;
        }
        long planes = to.dim(0);
        long each = to.size() / planes;
        long most = Math.max(1, launcher.most() / each);
        for (long from = 0; from < planes; from += most) {
            long items = Math.min(most, planes - from) * each;
            Arguments a = launcher.begin();
            a.i32(items);
            axis(a, x.dim(1), y.dim(1), window.depth());
            axis(a, x.dim(2), y.dim(2), window.rows());
            axis(a, x.dim(3), y.dim(3), window.columns());
            more.accept(a);
            for (View operand : operands) {
                Launcher.dense(a, operand, from * (operand.size() / planes));
            }
            launcher.items(kernel, items);
        }
    }

    private static void axis(Arguments a, long x, long y, Window.Axis axis) {
        a.i32(x).i32(y).i32(axis.size()).i32(axis.stride()).i32(axis.dilation());
        a.i32(axis.before()).i32(axis.after());
    }
}
