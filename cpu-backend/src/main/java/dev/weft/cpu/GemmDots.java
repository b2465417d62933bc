// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.BYTES;
import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * c[i, j] = init[i, j] + alpha Σ_p x[i, p] y[j, p], where the rows of x and of y are adjacent
 * elements: the case of gemm in which an operand would have to be transposed to be used a few
 * times. Works on 16 elements of c at a time, so that their lanes are added together.
 */
final class GemmDots {
    /** Elements of c that are computed together: 4 × 4, or 16 of one row. */
    private static final int GROUP = 16;

    private static final int TILE = 4;
    private static final int EIGHT = 8;
    private static final int FOUR = 4;

    /** The lanes of four sums, where a vector has more. */
    private static final VectorMask<Float> QUAD = F32.indexInRange(0, FOUR);

    /** What the first-level cache holds at the least. */
    private static final long CACHED_BYTES = 32 << 10;

    /** Sixteen accumulators, twice, and the ends of 17 rows padded to whole vectors. */
    static final int SCRATCH_BYTES = (2 * GROUP + 1 + GROUP) * BYTES;

    private final int k;
    private final int whole;
    private final float alpha;
    private final long sums;
    private final long rest;
    private final long ends;

    /**
     * @param scratch {@link #SCRATCH_BYTES} bytes
     */
    GemmDots(int k, float alpha, long scratch) {
        this.k = k;
        this.whole = F32.loopBound(k);
        this.alpha = alpha;
        this.sums = scratch;
        this.rest = scratch + (long) GROUP * BYTES;
        this.ends = scratch + 2L * GROUP * BYTES;
    }

    /** Rows [i0, i1) of x with rows [j0, j1) of y; strides in bytes, {@code init} 0 means zeros. */
    void multiply(
            int i0,
            int i1,
            int j0,
            int j1,
            long x,
            long xRow,
            long y,
            long yRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        int tiled = i0 + (i1 - i0) / TILE * TILE;
        int across = j0 + (j1 - j0) / TILE * TILE;
        for (int i = i0; i < tiled; i += TILE) {
            for (int j = j0; j < across; j += TILE) {
                tile(x + i * xRow, xRow, y + j * yRow, yRow);
                for (int row = 0; row < TILE; row++) {
                    long at = (long) j * WORD;
                    long start = init == 0 ? 0 : init + (i + row) * initRow + at;
                    store(row * FOUR, FOUR, start, WORD, c + (i + row) * cRow + at, WORD);
                }
            }
        }
        for (int i = tiled; i < i1; i++) {
            long start = init == 0 ? 0 : init + i * initRow;
            multiplyRow(j0, across, x + i * xRow, y, yRow, start, WORD, c + i * cRow, WORD);
        }
        // What is left at the right, by columns: these may be many rows.
        for (int j = across; j < j1; j++) {
            long at = (long) j * WORD;
            long start = init == 0 ? 0 : init + at;
            multiplyRow(i0, i1, y + j * yRow, x, xRow, start, initRow, c + at, cRow);
        }
    }

    /** One row x with rows [from, to) of y; the elements of c are {@code cCol} bytes apart. */
    void multiplyRow(
            int from,
            int to,
            long x,
            long y,
            long yRow,
            long init,
            long initCol,
            long c,
            long cCol) {
        int groups = (to - from) / GROUP;
        int end = from + groups * GROUP;
        if (groups * GROUP * yRow > CACHED_BYTES) {
            streams(from, groups * FOUR, x, y, yRow, init, initCol, c, cCol);
        } else {
            for (int j = from; j < end; j += GROUP) {
                row(x, y + j * yRow, yRow);
                store(0, GROUP, init == 0 ? 0 : init + j * initCol, initCol, c + j * cCol, cCol);
            }
        }
        for (int j = end; j < to; j++) {
            one(x, y + j * yRow);
            store(0, 1, init == 0 ? 0 : init + j * initCol, initCol, c + j * cCol, cCol);
        }
    }

    /**
     * The same for four times {@code count} rows of y, of which more is read than a cache holds:
     * four streams go on row after row, each where it ended. Of sixteen rows next to each other
     * each is a new stream to the prefetchers: 3.1 µs for 1×128×784 on Zen 5, so 2.2. Each element
     * is summed in the same order.
     */
    private void streams(
            int from,
            int count,
            long x,
            long y,
            long yRow,
            long init,
            long initCol,
            long c,
            long cCol) {
        for (int j = from; j < from + count; j += FOUR) {
            for (int i = 0; i < FOUR; i++) {
                GemmTile.dots1By4(
                        whole, x, 0, y + (j + i) * yRow, count * yRow, sums + (long) i * BYTES);
            }
            if (whole < k) {
                for (int i = 0; i < FOUR; i++) {
                    pad(y + (j + i * count) * yRow, yRow, FOUR, 1 + i * FOUR);
                }
                rowEnds(x);
            }
            LaneSums.fold(sums);
            for (int i = 0; i < FOUR; i++) {
                long column = j + (long) i * count;
                long start = init == 0 ? 0 : init + column * initCol;
                store(i * FOUR, FOUR, start, initCol, c + column * cCol, cCol);
            }
        }
    }

    private void tile(long x, long xRow, long y, long yRow) {
        GemmTile.dots4By4(whole, x, xRow, y, yRow, sums);
        if (whole < k) {
            pad(x, xRow, TILE, 0);
            pad(y, yRow, TILE, TILE);
            GemmTile.dots4By4(COUNT, ends, BYTES, ends + TILE * BYTES, BYTES, rest);
            addRest();
        }
        LaneSums.fold(sums);
    }

    private void row(long x, long y, long yRow) {
        GemmTile.dots1By8(whole, x, 0, y, yRow, sums);
        GemmTile.dots1By8(whole, x, 0, y + EIGHT * yRow, yRow, sums + EIGHT * BYTES);
        if (whole < k) {
            pad(y, yRow, GROUP, 1);
            rowEnds(x);
        }
        LaneSums.fold(sums);
    }

    /** Adds what x has beyond whole vectors, times the same of sixteen rows, which are padded. */
    private void rowEnds(long x) {
        pad(x, 0, 1, 0);
        GemmTile.dots1By8(COUNT, ends, 0, ends + BYTES, BYTES, rest);
        GemmTile.dots1By8(COUNT, ends, 0, ends + (1 + EIGHT) * BYTES, BYTES, rest + EIGHT * BYTES);
        addRest();
    }

    private void addRest() {
        for (int i = 0; i < GROUP * COUNT; i += COUNT) {
            Lanes.store(Lanes.load(sums, i).add(Lanes.load(rest, i)), sums, i);
        }
    }

    private void one(long x, long y) {
        FloatVector sum = FloatVector.zero(F32);
        for (int p = 0; p < whole; p += COUNT) {
            sum = Lanes.load(x, p).fma(Lanes.load(y, p), sum);
        }
        if (whole < k) {
            pad(x, 0, 1, 0);
            pad(y, 0, 1, 1);
            // Added as a whole, as in a tile: how C was split must not show.
            FloatVector end = Lanes.load(ends, COUNT);
            sum = Lanes.load(ends, 0).fma(end, FloatVector.zero(F32)).add(sum);
        }
        Memory.setFloat(sums, Lanes.sum(sum));
    }

    /** Copies the last elements of rows, less than a vector, and fills the vector with zeros. */
    private void pad(long from, long row, int rows, int slot) {
        for (int i = 0; i < rows; i++) {
            GemmPacking.row(
                    from + i * row + (long) whole * WORD,
                    ends + (long) (slot + i) * BYTES,
                    k - whole);
        }
    }

    /**
     * c = init + alpha sums, {@code count} from the one with this index on. In vectors where it can
     * be: C2 does not inline the last calls of a scalar access where a kernel's callers are inlined
     * as well, so that it costs ten times as much.
     */
    private void store(int first, int count, long init, long initCol, long c, long cCol) {
        boolean adjacent = cCol == WORD && (init == 0 || initCol == WORD);
        if (adjacent && (count == GROUP || (count == FOUR && COUNT <= FOUR))) {
            storeVectors(first, count, init, c);
        } else if (adjacent && count == FOUR) {
            storeQuad(first, init, c);
        } else {
            for (int i = 0; i < count; i++) {
                float sum = Memory.getFloat(sums + (long) (first + i) * WORD);
                float value =
                        init == 0
                                ? alpha * sum
                                : Math.fma(alpha, sum, Memory.getFloat(init + i * initCol));
                Memory.setFloat(c + i * cCol, value);
            }
        }
    }

    private void storeVectors(int first, int count, long init, long c) {
        FloatVector scale = FloatVector.broadcast(F32, alpha);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector sum = Lanes.load(sums, first + i);
            Lanes.store(init == 0 ? sum.mul(scale) : sum.fma(scale, Lanes.load(init, i)), c, i);
        }
    }

    private void storeQuad(int first, long init, long c) {
        FloatVector sum =
                FloatVector.fromMemorySegment(F32, MEM, sums + (long) first * WORD, ORDER, QUAD);
        FloatVector scale = FloatVector.broadcast(F32, alpha);
        FloatVector value =
                init == 0
                        ? sum.mul(scale)
                        : sum.fma(
                                scale, FloatVector.fromMemorySegment(F32, MEM, init, ORDER, QUAD));
        value.intoMemorySegment(MEM, c, ORDER, QUAD);
    }
}
