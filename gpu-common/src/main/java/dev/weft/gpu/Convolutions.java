package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.Correlation;

/** Convolutions and their gradients in one type. */
final class Convolutions {
    private final Launcher launcher;
    private final Kernel correlate;

    Convolutions(Launcher launcher, DType dtype) {
        this.launcher = launcher;
        correlate = launcher.items(KernelFile.CONVOLUTION, dtype, "correlate");
    }

    /** An item to each element of the result, for as many at once as one launch takes. */
    void run(Correlation work) {
        long size = work.result().size();
        for (long from = 0; from < size; from += launcher.most()) {
            long items = Math.min(launcher.most(), size - from);
            Arguments a = launcher.begin();
            a.i32(items).i64(from).i32(work.v()).i32(work.w()).i32(work.terms());
            steps(a, work.ofFirst());
            steps(a, work.ofSecond());
            for (Correlation.Axis axis : work.axes()) {
                a.i32(axis.elements()).i32(axis.places()).i32(axis.partners());
                a.i32(axis.byE()).i32(axis.byJ()).i32(axis.shift()).i32(axis.step());
            }
            Launcher.dense(a, work.first(), 0);
            Launcher.dense(a, work.second(), 0);
            Launcher.dense(a, work.result(), 0);
            launcher.items(correlate, items);
        }
    }

    private static void steps(Arguments a, Correlation.Steps steps) {
        a.i64(steps.u()).i64(steps.v()).i64(steps.w()).i64(steps.r());
    }
}
