package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.View;

/**
 * Goes through the elements of a view, each with an index that names an element along the last axis
 * of another: in runs along whichever axis lies closest together, so that rows are walked as rows
 * also where the indices name columns.
 */
final class AlongAxis {
    /**
     * A run of elements. Element i is at {@code plain + i plainStride}, its index at {@code at + i
     * atStride}, and what that names at {@code named + i namedStride + index step}; all in bytes.
     */
    @FunctionalInterface
    interface Run {
        /** Handles the elements in order. */
        void of(
                long plain,
                long plainStride,
                long at,
                long atStride,
                long named,
                long namedStride,
                long step,
                int count);
    }

    private final View plain;
    private final View indices;
    private final View named;
    private final Run run;

    /** The axes, that of the runs last. */
    private final int[] order;

    private final int last;
    private final long step;

    private AlongAxis(View plain, View indices, View named, Run run) {
        this.plain = plain;
        this.indices = indices;
        this.named = named;
        this.run = run;
        last = plain.rank() - 1;
        step = named.stride(last) * named.dtype().bytes();
        order = new int[plain.rank()];
        int closest = closest();
        int next = 0;
        for (int axis = 0; axis <= last; axis++) {
            if (axis != closest) {
                order[next++] = axis;
            }
        }
        order[next] = closest;
    }

    /** Elements of one line are met in order, whatever the order of the lines. */
    static void run(View plain, View indices, View named, Run run) {
        if (plain.size() > 0) {
            new AlongAxis(plain, indices, named, run)
                    .walk(
                            0,
                            CpuBuffer.address(plain),
                            CpuBuffer.address(indices),
                            CpuBuffer.address(named));
        }
    }

    private int closest() {
        int closest = last;
        for (int axis = last; axis >= 0; axis--) {
            boolean closer = plain.stride(axis) < plain.stride(closest);
            if (plain.dim(axis) > 1 && (plain.dim(closest) == 1 || closer)) {
                closest = axis;
            }
        }
        return closest;
    }

    private void walk(int depth, long x, long at, long y) {
        int axis = order[depth];
        long xStride = plain.stride(axis) * plain.dtype().bytes();
        long atStride = indices.stride(axis) * WORD;
        long yStride = axis == last ? 0 : named.stride(axis) * named.dtype().bytes();
        long extent = plain.dim(axis);
        if (depth == last) {
            for (long i = 0; i < extent; i += Integer.MAX_VALUE) {
                int count = (int) Math.min(Integer.MAX_VALUE, extent - i);
                run.of(
                        x + i * xStride,
                        xStride,
                        at + i * atStride,
                        atStride,
                        y + i * yStride,
                        yStride,
                        step,
                        count);
            }
            return;
        }
        for (long i = 0; i < extent; i++) {
            walk(depth + 1, x + i * xStride, at + i * atStride, y + i * yStride);
        }
    }
}
