package dev.weft.cpu;

import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Copies parts of gemm's operands to where its tiles read them without cache and TLB misses: next to each other, aligned,
 * and padded with zeros to whole vectors. All strides are in bytes.
 */
final class GemmPacking {
    /** Rows of the target written before the next columns are begun: 64 rows of 256 bytes stay in the first-level cache. */
    private static final int TRANSPOSE_ROWS = 64;

    private GemmPacking() {}

    /** to[i, j] = from[i, j], for rows of adjacent elements. */
    static void rows(long from, long fromRow, long to, long toRow, int rows, int cols) {
        for (int i = 0; i < rows; i++) {
            row(from + i * fromRow, to + i * toRow, cols);
        }
    }

    private static void row(long from, long to, int cols) {
        int whole = F32.loopBound(cols);
        for (int j = 0; j < whole; j += Lanes.COUNT) {
            FloatVector.fromMemorySegment(F32, MEM, from + (long) j * WORD, ORDER)
                    .intoMemorySegment(MEM, to + (long) j * WORD, ORDER);
        }
        if (whole < cols) {
            VectorMask<Float> rest = F32.indexInRange(whole, cols);
            FloatVector.fromMemorySegment(F32, MEM, from + (long) whole * WORD, ORDER, rest)
                    .intoMemorySegment(MEM, to + (long) whole * WORD, ORDER);
        }
    }

    /** to[p, j] = from[j, p]: columns of the target are adjacent, elements of a row of the source {@code fromCol} apart. */
    static void transposed(long from, long fromRow, long fromCol, long to, long toRow, int rows, int cols) {
        for (int p = 0; p < rows; p += TRANSPOSE_ROWS) {
            transposedBlock(
                    from + p * fromCol, fromRow, fromCol, to + p * toRow, toRow, Math.min(TRANSPOSE_ROWS, rows - p), cols);
        }
    }

    private static void transposedBlock(long from, long fromRow, long fromCol, long to, long toRow, int rows, int cols) {
        int j = 0;
        for (; j + 8 <= cols; j += 8) {
            eightColumns(from + j * fromRow, fromRow, fromCol, to + (long) j * WORD, toRow, rows);
        }
        for (; j < cols; j++) {
            oneColumn(from + j * fromRow, fromCol, to + (long) j * WORD, toRow, rows);
        }
        int padded = (cols + Lanes.COUNT - 1) / Lanes.COUNT * Lanes.COUNT;
        for (; j < padded; j++) {
            zeroColumn(to + (long) j * WORD, toRow, rows);
        }
    }

    /** Through general registers: two loads and stores in a cycle, which shuffling vectors does not beat by much. */
    private static void eightColumns(long from, long fromRow, long fromCol, long to, long toRow, int rows) {
        for (int p = 0; p < rows; p++) {
            int x0 = Memory.getInt(from);
            int x1 = Memory.getInt(from + fromRow);
            int x2 = Memory.getInt(from + 2 * fromRow);
            int x3 = Memory.getInt(from + 3 * fromRow);
            int x4 = Memory.getInt(from + 4 * fromRow);
            int x5 = Memory.getInt(from + 5 * fromRow);
            int x6 = Memory.getInt(from + 6 * fromRow);
            int x7 = Memory.getInt(from + 7 * fromRow);
            Memory.setInt(to, x0);
            Memory.setInt(to + 4, x1);
            Memory.setInt(to + 8, x2);
            Memory.setInt(to + 12, x3);
            Memory.setInt(to + 16, x4);
            Memory.setInt(to + 20, x5);
            Memory.setInt(to + 24, x6);
            Memory.setInt(to + 28, x7);
            from += fromCol;
            to += toRow;
        }
    }

    private static void oneColumn(long from, long fromCol, long to, long toRow, int rows) {
        for (int p = 0; p < rows; p++) {
            Memory.setInt(to + p * toRow, Memory.getInt(from + p * fromCol));
        }
    }

    private static void zeroColumn(long to, long toRow, int rows) {
        for (int p = 0; p < rows; p++) {
            Memory.setInt(to + p * toRow, 0);
        }
    }
}
