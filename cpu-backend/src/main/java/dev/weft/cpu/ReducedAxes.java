package dev.weft.cpu;

import dev.weft.backend.View;

/**
 * Which axes of x a reduction keeps and which it does not have in y, and how that lies in memory.
 *
 * @param columns the product of the innermost kept axes where they have no gaps, or 0 where the
 *     innermost is reduced
 * @param inner how many axes those are
 * @param rows the product of the reduced axes
 * @param rowBytes the distance of what is reduced, or -1 where it has no single one
 */
record ReducedAxes(View x, View y, long columns, int inner, long rows, long rowBytes) {
    static ReducedAxes of(View x, View y) {
        int rank = x.rank();
        long columns = 1;
        int inner = 0;
        while (inner < rank) {
            int axis = rank - 1 - inner;
            boolean kept = y.dim(axis) == x.dim(axis);
            if (!kept || (x.dim(axis) != 1 && x.stride(axis) != columns)) {
                break;
            }
            columns *= x.dim(axis);
            inner++;
        }
        long rows = 1;
        long stride = 0;
        for (int axis = rank - 1; axis >= 0; axis--) {
            if (y.dim(axis) == x.dim(axis)) {
                continue;
            }
            if (rows == 1) {
                stride = x.stride(axis);
            } else if (x.stride(axis) != stride * rows) {
                stride = -1;
            }
            // A stride that does not fit stays -1, since no later one is a negative multiple.
            rows *= x.dim(axis);
        }
        return new ReducedAxes(
                x, y, columns, inner, rows, stride < 0 ? -1 : stride * x.dtype().bytes());
    }

    /**
     * Whether rows of adjacent columns are combined, or a single one is taken as it is. Few columns
     * are not worth it.
     */
    boolean combinesRows() {
        return columns >= 4 && rows > 0 && rowBytes >= 0;
    }

    /** Where the rows begin that make the block of results with this number. */
    long blockAddress(long block) {
        long at = CpuBuffer.address(x);
        long rest = block;
        for (int axis = x.rank() - 1 - inner; axis >= 0; axis--) {
            if (y.dim(axis) == x.dim(axis) && x.dim(axis) != 1) {
                at += rest % x.dim(axis) * x.stride(axis) * x.dtype().bytes();
                rest /= x.dim(axis);
            }
        }
        return at;
    }

    /** x with the kept axes first and the reduced ones last, each in order. */
    View resultsFirst() {
        int[] order = new int[x.rank()];
        int next = 0;
        for (int reduced = 0; reduced < 2; reduced++) {
            for (int axis = 0; axis < order.length; axis++) {
                if ((y.dim(axis) == x.dim(axis)) == (reduced == 0)) {
                    order[next++] = axis;
                }
            }
        }
        return x.permute(order);
    }
}
