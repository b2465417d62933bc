package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** Sums, extremes and counts over axes, in one launch or two. */
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
    private final Map<ReduceOp, Variants> f32 = new EnumMap<>(ReduceOp.class);
    private final Map<ReduceOp, Variants> i32 = new EnumMap<>(ReduceOp.class);
    private final Variants countNonFinite;
    private final Variants countAll;

    /** A kernel for one work-item, and one for a group of them, to an output. */
    private record Variants(Kernel items, Kernel groups) {}

    Reductions(Launcher launcher, Copies copies) {
        this.launcher = launcher;
        this.copies = copies;
        partials = new Scratch(launcher.driver());
        permuted = new Scratch(launcher.driver());
        for (ReduceOp op : ReduceOp.values()) {
            String name =
                    switch (op) {
                        case SUM, MEAN -> "sum";
                        case MAX -> "max";
                        case MIN -> "min";
                    };
            f32.put(op, variants(name));
            if (op.supports(DType.I32)) {
                i32.put(op, variants(name + "_i32"));
            }
        }
        countNonFinite = variants("count_non_finite");
        countAll = variants("count_all");
    }

    private Variants variants(String name) {
        return new Variants(
                launcher.kernel(KernelFile.REDUCE, name + "_items"),
                launcher.kernel(KernelFile.REDUCE, name + "_groups"));
    }

    void reduce(ReduceOp op, View x, View y) {
        if (y.size() == 0) {
            return;
        }
        Variants kernels = Objects.requireNonNull((y.dtype() == DType.F32 ? f32 : i32).get(op));
        double divisor = op == ReduceOp.MEAN ? (double) x.size() / y.size() : 1;
        run(kernels, kernels, divisor, x, y);
    }

    void countNonFinite(View x, View count) {
        if (x.size() == 0) {
            return;
        }
        // Any shape of one element does, as long as it has x's rank.
        View y = count.withUnitAxes(ones(x.rank()));
        run(countNonFinite, countAll, 1, x, y);
    }

    private static Shape ones(int rank) {
        long[] extents = new long[rank];
        java.util.Arrays.fill(extents, 1);
        return Shape.of(extents);
    }

    /** y = last(first(x)) where the two differ or there are several chunks, otherwise first(x). */
    private void run(Variants first, Variants last, double divisor, View x, View y) {
        Axes kept = Axes.kept(x, y);
        Axes reduced = Axes.reduced(x, y);
        if (reduced.rank() > AXES) {
            View dense = denseCopy(x, y);
            run(first, last, divisor, dense, permutedLike(y, x, y));
            return;
        }
        long length = reduced.size();
        if (length > Integer.MAX_VALUE) {
            throw Axes.tooLong(length);
        }
        int inner = kept.inner(AXES);
        kept.forEachOuter(
                inner, at -> piece(first, last, divisor, kept, inner, reduced, length, at));
    }

    private void piece(
            Variants first,
            Variants last,
            double divisor,
            Axes kept,
            int inner,
            Axes reduced,
            long length,
            long[] at) {
        long outputs = 1;
        for (int after = 0; after < inner; after++) {
            outputs *= kept.extent(after);
        }
        boolean twoSteps = !first.equals(last);
        if (!twoSteps && (length <= SHORT || outputs >= MANY_OUTPUTS)) {
            Operands y = new Operands(GpuBuffer.memory(kept.view(1)), at[1], kept, inner, 1);
            arguments(outputs, kept, inner, reduced, at[0], y, divisor, twoSteps);
            launcher.items(first.items, outputs);
            return;
        }
        long chunk = chunk(outputs, length);
        long chunks = (length + chunk - 1) / chunk;
        Operands y = new Operands(GpuBuffer.memory(kept.view(1)), at[1], kept, inner, 1);
        if (chunks == 1 && !twoSteps) {
            arguments(outputs, kept, inner, reduced, at[0], y, divisor, false)
                    .i32(chunk)
                    .i32(length)
                    .i64(0);
            launcher.groups(first.groups, outputs, 1, 1);
            return;
        }
        long memory = partials.reserve(outputs * chunks * Integer.BYTES);
        dense(outputs, kept, inner, reduced, at[0], memory, chunks, twoSteps)
                .i32(chunk)
                .i32(length)
                .i64(1);
        launcher.groups(first.groups, outputs, chunks, 1);
        fromPartials(outputs, chunks, memory, y, divisor, twoSteps);
        launcher.groups(last.groups, outputs, 1, 1);
    }

    /** By the shape alone, so that the order of additions is the same on every device. */
    private static long chunk(long outputs, long length) {
        if (outputs >= FEW_OUTPUTS) {
            return Math.max(length, 1);
        }
        return Math.max(LEAST_CHUNK, (length + MOST_CHUNKS - 1) / MOST_CHUNKS);
    }

    /** Where outputs go: a view's memory by its kept axes. */
    private record Operands(long memory, long offset, Axes kept, int inner, int view) {
        long stride(int after) {
            return after < inner ? kept.stride(view, after) : 0;
        }
    }

    /** Everything up to the divisor, for outputs that go to a view. */
    private Arguments arguments(
            long outputs,
            Axes kept,
            int inner,
            Axes reduced,
            long xAt,
            Operands y,
            double divisor,
            boolean counts) {
        Arguments a = launcher.begin();
        head(a, outputs, kept, inner);
        a.i64(y.stride(2)).i64(y.stride(1)).i64(y.stride(0));
        tail(a, kept, reduced, xAt);
        return divisor(a.memory(y.memory).i64(y.offset), divisor, counts || isI32(kept.view(1)));
    }

    /**
     * The same for partial results, in memory without gaps: chunk c of output o is o chunks + c.
     */
    private Arguments dense(
            long outputs,
            Axes kept,
            int inner,
            Axes reduced,
            long xAt,
            long memory,
            long chunks,
            boolean counts) {
        Arguments a = launcher.begin();
        head(a, outputs, kept, inner);
        long k2 = inner > 0 ? kept.extent(0) : 1;
        long k1 = inner > 1 ? kept.extent(1) : 1;
        a.i64(k1 * k2 * chunks).i64(k2 * chunks).i64(chunks);
        tail(a, kept, reduced, xAt);
        return divisor(a.memory(memory).i64(0), 1, counts || isI32(kept.view(1)));
    }

    /** The second launch: outputs of {@code chunks} partial results each. */
    private void fromPartials(
            long outputs, long chunks, long memory, Operands y, double divisor, boolean counts) {
        Arguments a = launcher.begin();
        long k2 = y.inner > 0 ? y.kept.extent(0) : 1;
        long k1 = y.inner > 1 ? y.kept.extent(1) : 1;
        a.i32(outputs).i32(k1).i32(k2);
        a.i64(k1 * k2 * chunks).i64(k2 * chunks).i64(chunks);
        a.i64(y.stride(2)).i64(y.stride(1)).i64(y.stride(0));
        a.i32(1).i32(1).i32(chunks).i64(0).i64(0).i64(1);
        a.memory(memory).i64(0).memory(y.memory).i64(y.offset);
        divisor(a, divisor, counts || isI32(y.kept.view(1)))
                .i32(Math.max(chunks, 1))
                .i32(chunks)
                .i64(0);
    }

    private static void head(Arguments a, long outputs, Axes kept, int inner) {
        a.i32(outputs);
        a.i32(inner > 1 ? kept.extent(1) : 1).i32(inner > 0 ? kept.extent(0) : 1);
        for (int after = AXES - 1; after >= 0; after--) {
            a.i64(after < inner ? kept.stride(0, after) : 0);
        }
    }

    private static void tail(Arguments a, Axes kept, Axes reduced, long xAt) {
        a.i32(reduced.extent(2)).i32(reduced.extent(1)).i32(reduced.extent(0));
        a.i64(reduced.stride(0, 2)).i64(reduced.stride(0, 1)).i64(reduced.stride(0, 0));
        a.memory(GpuBuffer.memory(kept.view(0))).i64(xAt);
    }

    private static Arguments divisor(Arguments a, double divisor, boolean integral) {
        return integral ? a.i32((long) divisor) : a.f32(divisor);
    }

    private static boolean isI32(View view) {
        return view.dtype() == DType.I32;
    }

    /** x without gaps, with the axes that are kept first and those that are reduced last. */
    private View denseCopy(View x, View y) {
        View source = permutedLike(x, x, y);
        long memory = permuted.reserve(source.size() * source.dtype().bytes());
        GpuBuffer buffer = new GpuBuffer(memory, source.dtype(), source.size());
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
        partials.close();
        permuted.close();
    }
}
