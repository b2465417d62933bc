package dev.weft.cpu;

import static dev.weft.cpu.Lanes.BYTES;
import static dev.weft.cpu.Lanes.BY_1;
import static dev.weft.cpu.Lanes.BY_2;
import static dev.weft.cpu.Lanes.BY_4;
import static dev.weft.cpu.Lanes.BY_8;
import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.UPPER_1;
import static dev.weft.cpu.Lanes.UPPER_2;
import static dev.weft.cpu.Lanes.UPPER_4;
import static dev.weft.cpu.Lanes.UPPER_8;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * c = init + alpha a b for six to ten columns of C, as the last layer of a classifier has them, and
 * vectors of 16 lanes: a row of C would leave up to ten of them idle.
 *
 * <p>So the lanes go along K, eight for a column and eight for the column five further: 20
 * accumulators hold 40 elements of C, no lane is idle, and where a dot of 16 lanes would take 15
 * steps to add up 16 accumulators, this takes 7. The columns are copied as they are needed: for
 * each eight of K, five vectors of two columns.
 */
final class GemmNarrow {
    /** The fewest and the most columns: in pairs, five further. */
    static final int LEAST_COLUMNS = 6;

    static final int MOST_COLUMNS = 10;

    /** The fewest rows: a tile's, which may overlap with the one before. */
    static final int ROWS = 4;

    /**
     * Rows between two additions of lanes. What a tile has just stored is not yet to be had: with
     * four rows, its own, the whole takes a fifth longer; with more than 32 the sums do not stay in
     * the first-level cache.
     */
    private static final int GROUP = 16;

    /** A vector stored at the start of a row of C reaches into no more rows after it. */
    private static final int OVERHANG = 2;

    private static final int PAIRS = 5;
    private static final int HALF = COUNT / 2;
    private static final int STEP_BYTES = PAIRS * BYTES;

    /** The first five lanes of either half, next to each other. */
    private static final VectorShuffle<Float> JOIN =
            VectorShuffle.fromOp(F32, i -> i < PAIRS ? i : Math.min(i - PAIRS, PAIRS - 1) + HALF);

    private final int k;
    private final int n;
    private final float alpha;
    private final long rowBytes;
    private final long sums;
    private final long rows;
    private final long pairs;
    private final long columns;

    /**
     * @param n columns
     * @param scratch {@link #scratchBytes} bytes
     */
    GemmNarrow(int n, int k, double alpha, long scratch) {
        this.n = n;
        this.k = k;
        this.alpha = (float) alpha;
        this.rowBytes = rowBytes(k);
        // A tile at the end of C may begin up to three rows before its group.
        this.sums = scratch + (ROWS - 1L) * STEP_BYTES;
        this.rows = sums + (long) GROUP * STEP_BYTES;
        this.pairs = rows + ROWS * rowBytes;
        this.columns = pairs + PAIRS * 2 * rowBytes;
    }

    /** For the accumulators, four rows of a, the pairs of columns, and columns. */
    static long scratchBytes(int k) {
        return (ROWS - 1L + GROUP) * STEP_BYTES + (ROWS + 2 * PAIRS + COUNT) * rowBytes(k);
    }

    /** Of whole vectors along K and a line more, so that rows do not share their cache sets. */
    private static long rowBytes(int k) {
        return ((long) k + COUNT - 1) / COUNT * BYTES + BYTES;
    }

    /**
     * Takes b, of which the columns or the rows have adjacent elements; strides in bytes. After the
     * last row of b there are readable bytes for a vector.
     */
    void pack(long b, long bRow, long bCol) {
        if (bRow == WORD) {
            packColumns(b, bCol);
        } else {
            GemmPacking.transposed(b, bRow, WORD, columns, rowBytes, COUNT, k);
            packColumns(columns, rowBytes);
        }
    }

    private void packColumns(long b, long bCol) {
        for (int j = 0; j < PAIRS; j++) {
            long to = pairs + (long) j * BYTES;
            packPair(b + j * bCol, j + PAIRS < n ? b + (j + PAIRS) * bCol : 0, to);
        }
    }

    private void packPair(long first, long second, long to) {
        long at = to;
        for (int p = 0; p < k; p += COUNT) {
            VectorMask<Float> inside = F32.indexInRange(p, k);
            FloatVector u = column(first, p, inside);
            FloatVector v = second == 0 ? FloatVector.zero(F32) : column(second, p, inside);
            u.blend(v.rearrange(BY_8), UPPER_8).intoMemorySegment(MEM, at, ORDER);
            u.rearrange(BY_8).blend(v, UPPER_8).intoMemorySegment(MEM, at + STEP_BYTES, ORDER);
            at += 2 * STEP_BYTES;
        }
    }

    private static FloatVector column(long column, int p, VectorMask<Float> inside) {
        return FloatVector.fromMemorySegment(F32, MEM, column + (long) p * WORD, ORDER, inside);
    }

    /**
     * Rows [i0, i1) of C, of which there are {@code m} in all. Rows of a have adjacent elements;
     * the start value 0 means zeros.
     */
    void multiply(
            int i0, int i1, int m, long a, long aRow, long init, long initRow, long c, long cRow) {
        for (int i = i0; i < i1; i += GROUP) {
            int end = Math.min(i + GROUP, i1);
            for (int j = i; j < end; j += ROWS) {
                // At the end, over rows that are done already or another thread's, and not stored.
                int top = Math.min(j, m - ROWS);
                dots(a + top * aRow, aRow, sums + (long) (top - i) * STEP_BYTES);
            }
            long start = init == 0 ? GemmPanel.ZEROS : init + i * initRow;
            long startRow = init == 0 ? 0 : initRow;
            boolean packed = startRow == 0 && cRow == (long) n * WORD;
            int whole = packed ? Math.max(0, Math.min(end, i1 - OVERHANG) - i) : 0;
            finishWhole(whole, start, c + i * cRow);
            finish(whole, end - i, start, startRow, c + i * cRow, cRow);
        }
    }

    /** The sums of four rows. */
    private void dots(long a, long aRow, long to) {
        if (k % HALF != 0) {
            GemmPacking.rows(a, aRow, rows, rowBytes, ROWS, k);
            GemmTile.pairs(k, rows, rowBytes, pairs, to);
        } else {
            GemmTile.pairs(k, a, aRow, pairs, to);
        }
    }

    /**
     * c = init + alpha times the sums of each row's lanes, for rows of C without a gap between them
     * and one start value for all. The vectors are stored whole, over the rows after them, which
     * come later: masked, loads and stores would take a third of the time.
     */
    private void finishWhole(int count, long init, long c) {
        FloatVector scale = FloatVector.broadcast(F32, alpha);
        FloatVector start =
                FloatVector.fromMemorySegment(F32, MEM, init, ORDER, F32.indexInRange(0, n));
        long row = sums & ADDRESS;
        long to = c & ADDRESS;
        for (int i = 0; i < count; i++) {
            lanes(row).fma(scale, start).intoMemorySegment(MEM, to, ORDER);
            row = (row + STEP_BYTES) & ADDRESS;
            to = (to + (long) n * WORD) & ADDRESS;
        }
    }

    /** The same for any rows of C, from the group's row {@code first} on. */
    private void finish(int first, int count, long init, long initRow, long c, long cRow) {
        VectorMask<Float> inside = F32.indexInRange(0, n);
        FloatVector scale = FloatVector.broadcast(F32, alpha);
        long row = (sums + (long) first * STEP_BYTES) & ADDRESS;
        long from = (init + first * initRow) & ADDRESS;
        long to = (c + first * cRow) & ADDRESS;
        for (int i = first; i < count; i++) {
            lanes(row)
                    .fma(scale, FloatVector.fromMemorySegment(F32, MEM, from, ORDER, inside))
                    .intoMemorySegment(MEM, to, ORDER, inside);
            row = (row + STEP_BYTES) & ADDRESS;
            from = (from + initRow) & ADDRESS;
            to = (to + cRow) & ADDRESS;
        }
    }

    /** The sums over each column's eight lanes, in the columns' order. */
    private static FloatVector lanes(long row) {
        FloatVector v0 = load(row, 0);
        FloatVector v1 = load(row, COUNT);
        FloatVector v2 = load(row, 2 * COUNT);
        FloatVector v3 = load(row, 3 * COUNT);
        FloatVector v4 = load(row, 4 * COUNT);
        FloatVector w0 = v0.blend(v4, UPPER_4).add(v4.blend(v0, UPPER_4).rearrange(BY_4));
        FloatVector w1 = v1.add(v1.rearrange(BY_4));
        FloatVector w2 = v2.add(v2.rearrange(BY_4));
        FloatVector w3 = v3.add(v3.rearrange(BY_4));
        FloatVector x0 = w0.blend(w2, UPPER_2).add(w2.blend(w0, UPPER_2).rearrange(BY_2));
        FloatVector x1 = w1.blend(w3, UPPER_2).add(w3.blend(w1, UPPER_2).rearrange(BY_2));
        FloatVector y0 = x0.blend(x1, UPPER_1).add(x1.blend(x0, UPPER_1).rearrange(BY_1));
        return y0.rearrange(JOIN);
    }
}
