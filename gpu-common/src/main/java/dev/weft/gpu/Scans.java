package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.View;

/** Sums and products of what stands up to each element of a line, in one type. */
final class Scans {
    /** From this length on groups share a line. */
    private static final int LONG = 128;

    /** The least that is worth a group of its own, where a line has several. */
    private static final int LEAST_PART = 4096;

    /** The most parts of a line: each adds up all before it. */
    private static final int MOST_PARTS = 256;

    /** From so many lines on, one group to each is enough. */
    private static final int FEW_LINES = 64;

    private final Launcher launcher;
    private final LastAxis lastAxis;
    private final DType dtype;
    private final LastAxis.Variants sum;
    private final LastAxis.Variants prod;
    private final Scratch totals;

    Scans(Launcher launcher, DType dtype) {
        this.launcher = launcher;
        this.dtype = dtype;
        lastAxis = new LastAxis(launcher);
        sum = lastAxis.variants(KernelFile.SCAN, dtype, "sum");
        prod = lastAxis.variants(KernelFile.SCAN, dtype, "prod");
        totals = launcher.scratch("scan");
    }

    void scan(ReduceOp op, boolean reversed, View x, View y) {
        if (x.size() == 0) {
            return;
        }
        LastAxis.Variants kernels = op == ReduceOp.PROD ? prod : sum;
        long columns = x.dim(-1);
        int direction = reversed ? 1 : 0;
        if (columns < LONG) {
            lastAxis.forEach(
                    columns,
                    a -> a.i32(direction),
                    rows -> launcher.items(kernels.items(), rows),
                    x,
                    y);
            return;
        }
        long lines = x.size() / columns;
        long length =
                lines >= FEW_LINES
                        ? columns
                        : Math.max(LEAST_PART, Math.ceilDiv(columns, (long) MOST_PARTS));
        long parts = Math.ceilDiv(columns, length);
        long memory = totals.reserve(lines * parts * dtype.bytes());
        for (int totalsOnly = parts > 1 ? 1 : 0; totalsOnly >= 0; totalsOnly--) {
            int only = totalsOnly;
            long[] done = new long[1];
            lastAxis.forEach(
                    columns,
                    a -> {
                        a.i32(direction).i32(length).i32(parts).i32(only);
                        a.memory(memory).i64(done[0] * parts);
                    },
                    rows -> {
                        launcher.groups(kernels.groups(), rows, parts, 1);
                        done[0] += rows;
                    },
                    x,
                    y);
        }
    }

    void close() {
        launcher.close(totals);
    }
}
