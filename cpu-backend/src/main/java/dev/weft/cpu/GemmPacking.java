// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Copies parts of gemm's operands to where its tiles read them without cache and TLB misses: next
 * to each other, aligned, and padded with zeros to whole vectors. All strides are in bytes.
 */
final class GemmPacking {
    private GemmPacking() {}

    /** to[i, j] = from[i, j], for rows of adjacent elements. */
    static void rows(long from, long fromRow, long to, long toRow, int rows, int cols) {
        for (int i = 0; i < rows; i++) {
            row(from + i * fromRow, to + i * toRow, cols);
        }
    }

    /** One row of {@link #rows}. */
    static void row(long from, long to, int cols) {
        from &= ADDRESS;
        to &= ADDRESS;
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

    /**
     * to[p, j] = from[j, p]: columns of the target are adjacent, elements of a row of the source
     * {@code fromCol} apart.
     */
    static void transposed(
            long from, long fromRow, long fromCol, long to, long toRow, int rows, int cols) {
        int squareRows = fromCol == WORD ? F32.loopBound(rows) : 0;
        int squareCols = F32.loopBound(cols);
        // Along the source's rows: down its columns, each line would be of another page.
        for (int j = 0; j < squareCols; j += Lanes.COUNT) {
            for (int p = 0; p < squareRows; p += Lanes.COUNT) {
                TransposeBlock.transpose(
                        from + j * fromRow + p * fromCol,
                        fromRow,
                        to + p * toRow + (long) j * WORD,
                        toRow);
            }
        }
        for (int j = 0; j < cols; j++) {
            int p = j < squareCols ? squareRows : 0;
            oneColumn(
                    from + j * fromRow + p * fromCol,
                    fromCol,
                    to + p * toRow + (long) j * WORD,
                    toRow,
                    rows - p);
        }
        int padded = (cols + Lanes.COUNT - 1) / Lanes.COUNT * Lanes.COUNT;
        for (int j = cols; j < padded; j++) {
            zeroColumn(to + (long) j * WORD, toRow, rows);
        }
    }

    private static void oneColumn(long from, long fromCol, long to, long toRow, int rows) {
        for (int p = 0; p < rows; p++) {
            Memory.setFloat(to + p * toRow, Memory.getFloat(from + p * fromCol));
        }
    }

    private static void zeroColumn(long to, long toRow, int rows) {
        for (int p = 0; p < rows; p++) {
            Memory.setFloat(to + p * toRow, 0);
        }
    }
}
