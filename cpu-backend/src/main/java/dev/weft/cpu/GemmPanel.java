// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

import java.lang.foreign.Arena;

/**
 * c = init + alpha a b for a panel of C: any number of rows, at most {@link #COLUMNS} columns, or
 * one row of {@link #ROW_COLUMNS}. It covers the panel with tiles, the widest first that are full
 * or nearly, and what does not fill one at the right edge goes through scratch memory. Full panels
 * with a small K are {@link GemmShallow}.
 *
 * <p>Each element is one chain of multiply-adds in the order of k, whichever tile it is in: so its
 * value does not depend on how C was split among threads, as long as the splits are at multiples of
 * {@link #COLUMNS} columns.
 */
final class GemmPanel {
    /** Vectors of the widest tile. */
    static final int VECTORS = Lanes.MANY_REGISTERS ? 4 : 2;

    /**
     * Rows of the widest tile. Five rows of four vectors take 20 accumulators, 4 registers for b
     * and 1 for a, of 32, and load nine times for 20 multiply-adds: 254 of 258 GFLOP/s on Zen 5
     * with K = 256; four rows reach 234, six are no faster, and C1 cannot compile them with
     * profiling. Where there are 16 registers, six rows of two vectors take 12 accumulators, 2 for
     * b and 1 for a ({@link #copied}).
     */
    static final int ROWS = Lanes.MANY_REGISTERS ? 5 : 6;

    /**
     * Rows of the tallest tile that is two vectors wide, with any steps along K. Five rows take 10
     * accumulators, 2 for b and what C2 loads early of a, of 16: 84 GFLOP/s on Zen 3, where six
     * rows go to the stack and reach 41.
     */
    private static final int PAIR_ROWS = Lanes.MANY_REGISTERS ? 8 : 5;

    /** Columns of the widest tile. */
    static final int COLUMNS = VECTORS * COUNT;

    /**
     * Columns of a panel of one row, which reads rows of b in longer pieces so: of 128 columns from
     * end to end. Each element of b is used once, so that this takes as long as reading b.
     */
    static final int ROW_COLUMNS = 8 * COUNT;

    /** Bytes of a row of the widest tile. */
    static final int ROW_BYTES = COLUMNS * WORD;

    /**
     * Rows of the tallest tile, which is one vector wide. It loads a value of a for each
     * multiply-add, so that loads limit it: 12 rows reach 60 % of the peak on Zen 5.
     */
    private static final int TALL_ROWS = 12;

    /** The fewest panels that have to read a copy of a by tiles. */
    private static final int TILES_PANELS = 16;

    /** What {@link #multiply} needs as scratch memory: a tile. */
    static final int SCRATCH_BYTES = TALL_ROWS * ROW_BYTES;

    /** The address of a row of zeros, of the widest panel: what tiles start from. */
    static final long ZEROS =
            Arena.global().allocate((long) ROW_COLUMNS * WORD, Lanes.BYTES).address();

    private GemmPanel() {}

    /**
     * Computes the panel. Strides are in bytes; element (i, p) of a lies at {@code a + i aRow + p
     * aCol}; b has whole vectors in each row, of which those past {@code cols} may be anything.
     *
     * @param scratch {@link #SCRATCH_BYTES} bytes
     */
    static void multiply(
            int rows,
            int cols,
            int k,
            float alpha,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow,
            long scratch) {
        if (alpha == 1 && cols == COLUMNS) {
            wide(rows, k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            return;
        }
        if (alpha == 1 && rows == 1 && cols == ROW_COLUMNS) {
            GemmTile.rows1By8(k, a, 0, aCol, b, bRow, init, 0, c, 0);
            return;
        }
        int group = VECTORS;
        int j = 0;
        while (j < cols) {
            group = widest(group, cols - j);
            int width = Math.min(group * COUNT, cols - j);
            long at = (long) j * WORD;
            if (alpha == 1 && width == group * COUNT) {
                narrow(
                        group, rows, k, a, aRow, aCol, b + at, bRow, init + at, initRow, c + at,
                        cRow);
            } else {
                edge(
                        group, rows, width, k, alpha, a, aRow, aCol, b + at, bRow, init + at,
                        initRow, c + at, cRow, scratch);
            }
            j += width;
        }
    }

    /**
     * The vectors of the next tile: a wide one that is not quite full takes less time than narrow
     * ones.
     */
    private static int widest(int most, int cols) {
        int group = most;
        while (group > 1 && cols <= (group == 4 ? 3 : 1) * COUNT) {
            group /= 2;
        }
        return group;
    }

    /** Whether {@link #copied} gains more than a copy of a by tiles costs. */
    static boolean copiesPay(int rows, long panels, int k) {
        return !Lanes.MANY_REGISTERS && rows >= ROWS && panels >= TILES_PANELS && k >= COUNT;
    }

    /**
     * A whole panel, of copies: a by tiles ({@link GemmPacking#tiles}), b by rows of {@link
     * #ROW_BYTES}. Where there are 16 registers alone.
     */
    static void copied(
            int rows, int k, long a, long b, long init, long initRow, long c, long cRow) {
        int i = 0;
        for (; i + ROWS <= rows; i += ROWS) {
            GemmTile.copied6By2(k, a, b, init + i * initRow, initRow, c + i * cRow, cRow);
            a += (long) ROWS * k * WORD;
        }
        if (i < rows) {
            tile(
                    VECTORS,
                    rows - i,
                    k,
                    a,
                    WORD,
                    ROWS * WORD,
                    b,
                    ROW_BYTES,
                    init + i * initRow,
                    initRow,
                    c + i * cRow,
                    cRow);
        }
    }

    private static void wide(
            int rows,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        if (VECTORS == 4 && GemmShallow.pays(rows, k, cRow)) {
            GemmShallow.multiply(rows, k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            return;
        }
        int i = 0;
        int height = height(VECTORS);
        for (; i + height <= rows; i += height) {
            long start = init + i * initRow;
            long to = c + i * cRow;
            if (VECTORS == 4) {
                GemmTile.rows5By4(k, a, aRow, aCol, b, bRow, start, initRow, to, cRow);
            } else {
                GemmTile.rows5By2(k, a, aRow, aCol, b, bRow, start, initRow, to, cRow);
            }
            a += height * aRow;
        }
        if (i < rows) {
            tile(
                    VECTORS,
                    rows - i,
                    k,
                    a,
                    aRow,
                    aCol,
                    b,
                    bRow,
                    init + i * initRow,
                    initRow,
                    c + i * cRow,
                    cRow);
        }
    }

    private static void narrow(
            int vectors,
            int rows,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        int height = height(vectors);
        for (int i = 0; i < rows; i += height) {
            long at = a + i * aRow;
            int count = Math.min(height, rows - i);
            tile(
                    vectors,
                    count,
                    k,
                    at,
                    aRow,
                    aCol,
                    b,
                    bRow,
                    init + i * initRow,
                    initRow,
                    c + i * cRow,
                    cRow);
        }
    }

    /** The right edge: tiles go to scratch memory, from where their valid part is merged into C. */
    private static void edge(
            int vectors,
            int rows,
            int cols,
            int k,
            float alpha,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow,
            long scratch) {
        int height = height(vectors);
        for (int i = 0; i < rows; i += height) {
            long at = a + i * aRow;
            int count = Math.min(height, rows - i);
            tile(vectors, count, k, at, aRow, aCol, b, bRow, ZEROS, 0, scratch, ROW_BYTES);
            merge(count, cols, alpha, scratch, init + i * initRow, initRow, c + i * cRow, cRow);
        }
    }

    private static int height(int vectors) {
        return switch (vectors) {
            case 4 -> ROWS;
            case 2 -> PAIR_ROWS;
            default -> TALL_ROWS;
        };
    }

    /** c = init + alpha t. */
    private static void merge(
            int rows, int cols, float alpha, long t, long init, long initRow, long c, long cRow) {
        for (int i = 0; i < rows; i++) {
            mergeRow(cols, alpha, t + (long) i * ROW_BYTES, init + i * initRow, c + i * cRow);
        }
    }

    /**
     * By the vector API alone: a panel may be narrower than a vector for long, and C2 then compiles
     * the loop anew when it is first entered, with no profile in which calls of ours are frequent.
     */
    private static void mergeRow(int cols, float alpha, long t, long init, long c) {
        t &= ADDRESS;
        init &= ADDRESS;
        c &= ADDRESS;
        FloatVector scale = FloatVector.broadcast(F32, alpha);
        int whole = F32.loopBound(cols);
        for (int j = 0; j < whole; j += COUNT) {
            long at = (long) j * WORD;
            ((FloatVector) VECTOR.cast(FloatVector.fromMemorySegment(F32, MEM, t + at, ORDER)))
                    .fma(scale, FloatVector.fromMemorySegment(F32, MEM, init + at, ORDER))
                    .intoMemorySegment(MEM, c + at, ORDER);
        }
        if (whole < cols) {
            long at = (long) whole * WORD;
            VectorMask<Float> rest = F32.indexInRange(whole, cols);
            ((FloatVector) VECTOR.cast(FloatVector.fromMemorySegment(F32, MEM, t + at, ORDER)))
                    .fma(scale, FloatVector.fromMemorySegment(F32, MEM, init + at, ORDER, rest))
                    .intoMemorySegment(MEM, c + at, ORDER, rest);
        }
    }

    /** Any number of rows, the tallest tiles first. */
    private static void tile(
            int vectors,
            int rows,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        int i = 0;
        while (i < rows) {
            int count = tallest(vectors, rows - i);
            long from = a + i * aRow;
            long start = init + i * initRow;
            long to = c + i * cRow;
            switch (vectors) {
                case 4 -> tile4(count, k, from, aRow, aCol, b, bRow, start, initRow, to, cRow);
                case 2 -> tile2(count, k, from, aRow, aCol, b, bRow, start, initRow, to, cRow);
                default -> tile1(count, k, from, aRow, aCol, b, bRow, start, initRow, to, cRow);
            }
            i += count;
        }
    }

    private static int tallest(int vectors, int rows) {
        if (rows >= height(vectors)) {
            return height(vectors);
        }
        return height(vectors) > 6 && rows >= 6 ? 6 : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
    }

    private static void tile4(
            int rows,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        switch (rows) {
            case 5 -> GemmTile.rows5By4(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            case 4 -> GemmTile.rows4By4(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            case 2 -> GemmTile.rows2By4(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            default -> GemmTile.rows1By4(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
        }
    }

    private static void tile2(
            int rows,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        switch (rows) {
            case 8 -> GemmTile.rows8By2(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            case 6 -> GemmTile.rows6By2(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            case 5 -> GemmTile.rows5By2(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            case 4 -> GemmTile.rows4By2(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            case 2 -> GemmTile.rows2By2(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            default -> GemmTile.rows1By2(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
        }
    }

    private static void tile1(
            int rows,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        switch (rows) {
            case 12 -> GemmTile.rows12By1(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            case 6 -> GemmTile.rows6By1(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            case 4 -> GemmTile.rows4By1(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            case 2 -> GemmTile.rows2By1(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            default -> GemmTile.rows1By1(k, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
        }
    }
}
