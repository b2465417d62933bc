// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

/**
 * The means of windows of few elements, a row of windows at a time, and the way back, a row of x at
 * a time: over the rows that a window has, and then over its columns.
 */
record AveragePoolRows(PoolAxes axes, long x, long y) {
    /** A row of means, of which the first is so many. */
    void make(long plane, int i, int j, long first, Scratch memory) {
        PoolAxis columns = axes.columns();
        long from = sumOfRows(x + plane * axes.plane() * WORD, i, j, memory);
        long to = y + first * WORD;
        PoolLoop.zero(to, columns.windows);
        for (int c = 0; c < columns.size; c++) {
            int low = columns.low[c];
            long start = from + (columns.at(c) + (long) low * columns.stride) * WORD;
            int count = columns.high[c] - low;
            PoolLoop.add(start, columns.stride, to + (long) low * WORD, count);
        }
        int count = axes.depth().count[i] * axes.rows().count[j];
        for (int k = 0; k < columns.firstWhole; k++) {
            divide(to, k, count);
        }
        for (int k = columns.endWhole; k < columns.windows; k++) {
            divide(to, k, count);
        }
        int low = columns.firstWhole;
        PoolLoop.divide(to + (long) low * WORD, count * columns.size, columns.endWhole - low);
    }

    /** Makes the sum of a window of which some columns are not there a mean. */
    private void divide(long to, int k, int count) {
        long at = to + (long) k * WORD;
        Memory.setFloat(at, Memory.getFloat(at) / (count * axes.columns().count[k]));
    }

    /** The address of the sum of the rows that a row of windows has. */
    private long sumOfRows(long from, int i, int j, Scratch memory) {
        PoolAxis depth = axes.depth();
        PoolAxis rows = axes.rows();
        int extent = axes.columns().extent;
        long sum = memory.reserve((long) extent * WORD, "averagePool");
        long all = 0;
        for (int a = depth.from[i]; a < depth.until[i]; a++) {
            for (int b = rows.from[j]; b < rows.until[j]; b++) {
                long row = from + axes.row(depth.place(i, a), rows.place(j, b)) * WORD;
                if (all == 0) {
                    all = row;
                } else {
                    PoolLoop.sum(all, row, sum, extent);
                    all = sum;
                }
            }
        }
        return all;
    }

    /** A row of dx, at {@code x}, of which the first element is so many, from dy, at {@code y}. */
    void makeGrad(long plane, int i, int j, long first, Scratch memory) {
        PoolAxis depth = axes.depth();
        PoolAxis rows = axes.rows();
        PoolAxis columns = axes.columns();
        long from = y + plane * axes.windows() * WORD;
        long shares = memory.reserve((long) columns.windows * WORD, "averagePoolGrad");
        PoolLoop.zero(shares, columns.windows);
        for (int a = depth.first[i]; a <= depth.last[i]; a++) {
            for (int b = rows.first[j]; b <= rows.last[j]; b++) {
                if (depth.holds(a, i) && rows.holds(b, j)) {
                    long line = ((long) a * rows.windows + b) * columns.windows;
                    share(from + line * WORD, depth.count[a] * rows.count[b], shares);
                }
            }
        }
        long to = x + first * WORD;
        PoolLoop.zero(to, columns.extent);
        for (int c = 0; c < columns.size; c++) {
            int low = columns.low[c];
            long start = to + (columns.at(c) + (long) low * columns.stride) * WORD;
            int count = columns.high[c] - low;
            PoolLoop.spread(shares + (long) low * WORD, start, columns.stride, count);
        }
    }

    /** Adds what one element of each window gets of a row of dy; of rows it has so many. */
    private void share(long dy, int count, long shares) {
        PoolAxis columns = axes.columns();
        for (int k = 0; k < columns.firstWhole; k++) {
            share(dy, k, count, shares);
        }
        for (int k = columns.endWhole; k < columns.windows; k++) {
            share(dy, k, count, shares);
        }
        long low = (long) columns.firstWhole * WORD;
        int whole = columns.endWhole - columns.firstWhole;
        PoolLoop.addQuotients(dy + low, count * columns.size, shares + low, whole);
    }

    private void share(long dy, int k, int count, long shares) {
        long at = (long) k * WORD;
        float share = Memory.getFloat(dy + at) / (count * axes.columns().count[k]);
        Memory.setFloat(shares + at, Memory.getFloat(shares + at) + share);
    }
}
