package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.View;

/**
 * Launches kernels that work along the last axis, over all lines of views that have the same
 * leading axes: in pieces where there are more than three of these, or some 2³¹ lines.
 */
final class LastAxis {
    /** From this length on a group shares a line. */
    private static final int LONG = 128;

    private static final int LEADING_AXES = 3;

    private final Launcher launcher;

    LastAxis(Launcher launcher) {
        this.launcher = launcher;
    }

    /** A kernel for one work-item, and one for a group of them, to a line. */
    record Variants(Kernel items, Kernel groups) {}

    Variants variants(KernelFile file, DType dtype, String name) {
        return new Variants(
                launcher.items(file, dtype, name + "_items"),
                launcher.together(file, dtype, name + "_groups"));
    }

    /**
     * Runs a kernel for each line.
     *
     * @param columns what the kernel takes for the length of a line
     */
    void run(Variants kernels, long columns, Elementwise.Scalars scalars, View... views) {
        forEach(columns, scalars, rows -> launch(kernels, rows, columns), views);
    }

    /** Enqueues a kernel whose arguments say so many lines of so many elements. */
    void launch(Variants kernels, long rows, long columns) {
        if (columns >= LONG) {
            launcher.groups(kernels.groups, rows, 1, 1);
        } else {
            launcher.items(kernels.items, rows);
        }
    }

    /** Enqueues what the arguments, which are complete, are for. */
    @FunctionalInterface
    interface Launch {
        void of(long rows);
    }

    /** Collects the arguments for each piece of the lines: LINES, scalars, and the views. */
    void forEach(long columns, Elementwise.Scalars scalars, Launch launch, View... views) {
        int last = views[0].rank() - 1;
        Axes axes = Axes.range(0, last, views);
        if (axes.isLonger(launcher.most())) {
            int axis = Axes.longest(views[0], any -> any < last);
            for (boolean second : new boolean[] {false, true}) {
                forEach(columns, scalars, launch, Axes.half(views, axis, second));
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
                    launch.of(rows);
                });
    }
}
