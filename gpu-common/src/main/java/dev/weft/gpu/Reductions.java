package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Sums, products, extremes and counts over axes, of one type, in one launch or two. */
final class Reductions {
    /** Kept and reduced axes that a kernel takes, each. */
    private static final int AXES = 3;

    /** Up to here one work-item makes an output alone. */
    private static final int SHORT = 128;

    /** From so many outputs on there are enough work-items without groups. */
    private static final int MANY_OUTPUTS = 4096;

    /** The least that is worth a group of its own, where an output has several. */
    private static final int LEAST_CHUNK = 4096;

    /** The most chunks of an output: what one group reduces at once. */
    private static final int MOST_CHUNKS = 1024;

    /** From so many outputs on, one group to each is enough. */
    private static final int FEW_OUTPUTS = 64;

    private final Launcher launcher;
    private final Copies copies;
    private final Scratch partials;
    private final Scratch permuted;
    private final Scratch pieces;
    private final DType dtype;
    private final Map<ReduceOp, Variants> kernels = new EnumMap<>(ReduceOp.class);
    private final Elementwise elementwise;
    private final Elementwise.Pair countNonFinite;

    /** A kernel for one work-item, and one for a group of them, to an output. */
    private record Variants(Kernel items, Kernel groups) {}

    Reductions(Launcher launcher, Elementwise elementwise, Copies copies, DType dtype) {
        this.launcher = launcher;
        this.elementwise = elementwise;
        this.copies = copies;
        this.dtype = dtype;
        partials = launcher.scratch("reduction");
        permuted = launcher.scratch("reduction");
        pieces = launcher.scratch("reduction");
        for (ReduceOp op : ReduceOp.values()) {
            String name =
                    switch (op) {
                        case SUM, MEAN -> "sum";
                        case PROD -> "prod";
                        case MAX -> "max";
                        case MIN -> "min";
                    };
            kernels.put(op, variants(name));
        }
        countNonFinite = elementwise.pair(KernelFile.REDUCE, dtype, "count_non_finite");
    }

    private Variants variants(String name) {
        return new Variants(
                launcher.items(KernelFile.REDUCE, dtype, name + "_items"),
                launcher.together(KernelFile.REDUCE, dtype, name + "_groups"));
    }

    void reduce(ReduceOp op, View x, View y) {
        if (y.size() == 0) {
            return;
        }
        double divisor = op == ReduceOp.MEAN ? (double) x.size() / y.size() : 1;
        run(Objects.requireNonNull(kernels.get(op)), divisor, x, y);
    }

    /**
     * Of those of this type: one launch for each, and none for a scalar with a dense x behind it.
     */
    void countNonFinite(List<View> xs, View count) {
        View scalar = null;
        for (View x : xs) {
            if (x.dtype() != dtype) {
                continue;
            }
            if (scalar != null && !(x.isContiguous() && x.size() > 0)) {
                countNonFinite(scalar, null, count);
                scalar = null;
            }
            if (scalar == null && x.size() == 1) {
                scalar = x;
            } else {
                countNonFinite(x, scalar, count);
                scalar = null;
            }
        }
        if (scalar != null) {
            countNonFinite(scalar, null, count);
        }
    }

    private void countNonFinite(View x, @Nullable View scalar, View count) {
        elementwise.run(
                countNonFinite,
                a -> {
                    Launcher.dense(a, count, 0);
                    Launcher.dense(a, scalar == null ? x : scalar, 0);
                    a.i32(scalar == null ? 0 : 1);
                },
                x);
    }

    private void run(Variants kernels, double divisor, View x, View y) {
        Axes kept = Axes.kept(x, y);
        Axes reduced = Axes.reduced(x, y);
        if (reduced.rank() > AXES) {
            View dense = denseCopy(x, y);
            run(kernels, divisor, dense, permutedLike(y, x, y));
            return;
        }
        if (kept.isLonger(launcher.most())) {
            int axis = Axes.longest(y, any -> x.dim(any) == y.dim(any));
            for (boolean second : new boolean[] {false, true}) {
                View[] half = Axes.half(new View[] {x, y}, axis, second);
                run(kernels, divisor, half[0], half[1]);
            }
            return;
        }
        if (reduced.size() > launcher.most()) {
            inPieces(kernels, divisor, x, y);
            return;
        }
        int inner = kept.inner(AXES, launcher.most());
        kept.forEachOuter(inner, at -> piece(kernels, divisor, kept, inner, reduced, at));
    }

    /** Reduces pieces of a reduced axis one by one, then their results. */
    private void inPieces(Variants kernels, double divisor, View x, View y) {
        int axis = Axes.longest(x, any -> x.dim(any) != y.dim(any));
        long length = x.size() / y.size();
        long each = Math.max(1, launcher.most() / (length / x.dim(axis)));
        long count = Math.ceilDiv(x.dim(axis), each);
        long memory = pieces.reserve(y.size() * count * dtype.bytes());
        GpuBuffer buffer = new GpuBuffer(memory, dtype, y.size() * count);
        // The results of a piece lie behind those of the one before.
        Shape all = y.shape().with(axis, count);
        long[] strides = y.shape().contiguousStrides();
        strides[axis] = y.size();
        View results = new View(buffer, all, strides, 0);
        for (long i = 0; i < count; i++) {
            View part = x.slice(axis, i * each, Math.min(x.dim(axis), (i + 1) * each), 1);
            run(kernels, 1, part, results.slice(axis, i, i + 1, 1));
        }
        run(kernels, divisor, results, y);
    }

    private void piece(
            Variants kernels, double divisor, Axes kept, int inner, Axes reduced, long[] at) {
        long length = reduced.size();
        Outputs outputs = new Outputs(kept, inner, at[1]);
        if (length <= SHORT || outputs.count() >= MANY_OUTPUTS) {
            begin(outputs, outputs.strides(0), outputs.strides(1));
            fromView(kept, reduced, at[0]);
            to(outputs, divisor);
            launcher.items(kernels.items, outputs.count());
            return;
        }
        long chunk = chunk(outputs.count(), length);
        long chunks = Math.ceilDiv(length, chunk);
        long[] dense = outputs.denseStrides(chunks);
        begin(outputs, outputs.strides(0), chunks == 1 ? outputs.strides(1) : dense);
        Arguments a = fromView(kept, reduced, at[0]);
        if (chunks == 1) {
            to(outputs, divisor).i32(chunk).i32(length).i64(0);
            launcher.groups(kernels.groups, outputs.count(), 1, 1);
            return;
        }
        long memory = partials.reserve(outputs.count() * chunks * dtype.bytes());
        a.memory(memory).i64(0).number(dtype, 1).i32(chunk).i32(length).i64(1);
        launcher.groups(kernels.groups, outputs.count(), chunks, 1);
        // The second launch: outputs of as many partial results, which lie side by side.
        begin(outputs, dense, outputs.strides(1));
        a.i32(1).i32(1).i32(chunks).i64(0).i64(0).i64(1).memory(memory).i64(0);
        to(outputs, divisor).i32(chunks).i32(chunks).i64(0);
        launcher.groups(kernels.groups, outputs.count(), 1, 1);
    }

    /** What one launch makes: the innermost kept axes, of x (view 0) and of y (view 1). */
    private record Outputs(Axes kept, int inner, long offset) {
        long count() {
            long count = 1;
            for (int after = 0; after < inner; after++) {
                count *= kept.extent(after);
            }
            return count;
        }

        long extent(int after) {
            return after < inner ? kept.extent(after) : 1;
        }

        /** The view's strides, outermost first. */
        long[] strides(int view) {
            long[] strides = new long[AXES];
            for (int after = 0; after < inner; after++) {
                strides[AXES - 1 - after] = kept.stride(view, after);
            }
            return strides;
        }

        /** Those of memory without gaps that has {@code each} elements for an output. */
        long[] denseStrides(long each) {
            return new long[] {extent(1) * extent(0) * each, extent(0) * each, each};
        }
    }

    private void begin(Outputs outputs, long[] xStrides, long[] yStrides) {
        Arguments a = launcher.begin();
        a.i32(outputs.count()).i32(outputs.extent(1)).i32(outputs.extent(0));
        for (long stride : xStrides) {
            a.i64(stride);
        }
        for (long stride : yStrides) {
            a.i64(stride);
        }
    }

    private Arguments fromView(Axes kept, Axes reduced, long at) {
        Arguments a = launcher.arguments();
        a.i32(reduced.extent(2)).i32(reduced.extent(1)).i32(reduced.extent(0));
        a.i64(reduced.stride(0, 2)).i64(reduced.stride(0, 1)).i64(reduced.stride(0, 0));
        return a.memory(GpuBuffer.memory(kept.view(0))).i64(at);
    }

    private Arguments to(Outputs outputs, double divisor) {
        Arguments a = launcher.arguments();
        a.memory(GpuBuffer.memory(outputs.kept.view(1))).i64(outputs.offset);
        return a.number(dtype, divisor);
    }

    /** By the shape alone, so that the order of additions is the same on every device. */
    private static long chunk(long outputs, long length) {
        if (outputs >= FEW_OUTPUTS) {
            return Math.max(length, 1);
        }
        return Math.max(LEAST_CHUNK, Math.ceilDiv(length, (long) MOST_CHUNKS));
    }

    /** x without gaps, with the axes that are kept first and those that are reduced last. */
    private View denseCopy(View x, View y) {
        View source = permutedLike(x, x, y);
        long memory = permuted.reserve(source.size() * dtype.bytes());
        GpuBuffer buffer = new GpuBuffer(memory, dtype, source.size());
        View dense = View.contiguous(buffer, source.shape(), 0);
        copies.copy(source, dense);
        return dense;
    }

    private static View permutedLike(View view, View x, View y) {
        int[] axes = new int[x.rank()];
        int next = 0;
        for (boolean reduced : new boolean[] {false, true}) {
            for (int axis = 0; axis < axes.length; axis++) {
                if ((x.dim(axis) != y.dim(axis)) == reduced) {
                    axes[next++] = axis;
                }
            }
        }
        return view.permute(axes);
    }

    void close() {
        launcher.close(partials);
        launcher.close(permuted);
        launcher.close(pieces);
    }
}
