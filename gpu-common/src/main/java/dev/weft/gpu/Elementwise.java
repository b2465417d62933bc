package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.View;

/**
 * Launches kernels whose groups take a span of elements each: a kernel for dense operands, or its
 * twin for any strides, in pieces where there are more than four axes or some 2³¹ elements.
 */
final class Elementwise {
    /** The axes that a kernel for any strides takes. */
    static final int AXES = 4;

    private final Launcher launcher;

    Elementwise(Launcher launcher) {
        this.launcher = launcher;
    }

    /** A kernel for dense operands and its twin. */
    record Pair(Kernel dense, Kernel strided) {}

    Pair pair(KernelFile file, DType dtype, String name) {
        return new Pair(
                launcher.together(file, dtype, name),
                launcher.together(file, dtype, name + "_strided"));
    }

    /** The arguments between the extents and the operands. */
    @FunctionalInterface
    interface Scalars {
        void addTo(Arguments arguments);

        /** None. */
        Scalars NONE = arguments -> {};
    }

    /** Runs a kernel over views of one shape. */
    void run(Pair pair, Scalars scalars, View... views) {
        long size = views[0].size();
        if (size == 0) {
            return;
        }
        Axes axes = Axes.of(views);
        if (axes.isDense()) {
            Arguments arguments = launcher.begin().i64(size);
            scalars.addTo(arguments);
            for (View view : views) {
                Launcher.dense(arguments, view, 0);
            }
            launcher.spans(pair.dense, size);
            return;
        }
        strided(pair.strided, scalars, views);
    }

    /** Runs a kernel for any strides over views of one shape, which is not empty. */
    void strided(Kernel kernel, Scalars scalars, View... views) {
        Axes axes = Axes.of(views);
        if (axes.isLonger(launcher.most())) {
            int axis = Axes.longest(views[0], any -> true);
            strided(kernel, scalars, Axes.half(views, axis, false));
            strided(kernel, scalars, Axes.half(views, axis, true));
            return;
        }
        int inner = axes.inner(AXES, launcher.most());
        axes.forEachOuter(inner, offsets -> piece(kernel, scalars, axes, inner, offsets));
    }

    private void piece(Kernel kernel, Scalars scalars, Axes axes, int inner, long[] offsets) {
        long size = 1;
        for (int after = 0; after < inner; after++) {
            size *= axes.extent(after);
        }
        Arguments arguments = launcher.begin();
        extents(arguments, axes, inner, size);
        scalars.addTo(arguments);
        for (int v = 0; v < axes.views(); v++) {
            view(arguments, axes, inner, v, offsets[v]);
        }
        launcher.spans(kernel, size);
    }

    /** n, e1, e2, e3. */
    static void extents(Arguments arguments, Axes axes, int inner, long size) {
        arguments.i32(size);
        for (int after = AXES - 2; after >= 0; after--) {
            arguments.i32(after < inner ? axes.extent(after) : 1);
        }
    }

    /** The memory, the offset and four strides. */
    static void view(Arguments arguments, Axes axes, int inner, int v, long offset) {
        arguments.memory(GpuBuffer.memory(axes.view(v))).i64(offset);
        for (int after = AXES - 1; after >= 0; after--) {
            arguments.i64(after < inner ? axes.stride(v, after) : 0);
        }
    }
}
