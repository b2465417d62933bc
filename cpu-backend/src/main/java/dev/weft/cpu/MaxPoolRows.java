// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

/**
 * The largest elements of windows, and their places in their plane, a row of windows at a time:
 * those with all of their columns by vectors, and the others one by one.
 */
record MaxPoolRows(PoolAxes axes, long x, long y, long indices) {
    /** The place of the largest of no elements. */
    private static final int NOWHERE = -1;

    /** A row of windows, of which the first is so many. */
    void make(long plane, int i, int j, long first, Scratch memory) {
        PoolAxis columns = axes.columns();
        int[] places = places(i, j);
        long from = x + plane * axes.plane() * WORD;
        long to = y + first * WORD;
        long at = indices + first * Integer.BYTES;
        int low = columns.firstWhole;
        int count = columns.endWhole - low;
        for (int k = 0; k < low; k++) {
            edge(from, places, k, to, at);
        }
        for (int k = columns.endWhole; k < columns.windows; k++) {
            edge(from, places, k, to, at);
        }
        if (count > 0) {
            int stride = columns.stride;
            long start = from + (places[0] + (long) low * stride) * WORD;
            long chosen = memory.reserve((long) count * WORD, "maxPool");
            PoolLoop.largest(start, stride, taps(places), to + (long) low * WORD, chosen, count);
            PoolLoop.places(
                    chosen, places, low * stride, stride, at + (long) low * Integer.BYTES, count);
        }
    }

    /** Where the windows of a row would have their elements if the first began here. */
    private int[] places(int i, int j) {
        PoolAxis depth = axes.depth();
        PoolAxis rows = axes.rows();
        PoolAxis columns = axes.columns();
        int lines = (depth.until[i] - depth.from[i]) * (rows.until[j] - rows.from[j]);
        int[] places = new int[lines * columns.size];
        int t = 0;
        for (int a = depth.from[i]; a < depth.until[i]; a++) {
            for (int b = rows.from[j]; b < rows.until[j]; b++) {
                int row = (int) axes.row(depth.place(i, a), rows.place(j, b));
                for (int c = 0; c < columns.size; c++) {
                    places[t++] = row + columns.at(c);
                }
            }
        }
        return places;
    }

    /** How far they are from the first, in bytes. */
    private static int[] taps(int[] places) {
        int[] taps = new int[places.length];
        for (int t = 0; t < taps.length; t++) {
            taps[t] = (places[t] - places[0]) * WORD;
        }
        return taps;
    }

    /** A window of which some columns are not there. */
    private void edge(long from, int[] places, int k, long to, long at) {
        PoolAxis columns = axes.columns();
        float best = Float.NEGATIVE_INFINITY;
        int where = NOWHERE;
        for (int line = 0; line < places.length; line += columns.size) {
            for (int c = columns.from[k]; c < columns.until[k]; c++) {
                int place = places[line + c] + k * columns.stride;
                float value = Memory.getFloat(from + (long) place * WORD);
                if (value > best
                        || where == NOWHERE
                        || (Float.isNaN(value) && !Float.isNaN(best))) {
                    best = value;
                    where = place;
                }
            }
        }
        Memory.setFloat(to + (long) k * WORD, best);
        Memory.setInt(at + (long) k * Integer.BYTES, where);
    }
}
