// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.GemmPanel.COLUMNS;
import static dev.weft.cpu.GemmPanel.ROWS;
import static dev.weft.cpu.GemmPanel.ROW_BYTES;
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
    /**
     * Panels of b that are copied together, so that at least 128 bytes of each row are: where
     * vectors are short a panel has a cache line or two of a row, each on a page of its own. On Zen
     * 3 a product of 128×768×768 reaches 67 GFLOP/s so, in place of 50.
     */
    static final int PANELS = Math.max(1, 128 / ROW_BYTES);

    /** The rows of a tile in whole vectors, of which those past it are of the next. */
    private static final int TILE_LANES = (ROWS + Lanes.COUNT - 1) / Lanes.COUNT * Lanes.COUNT;

    private GemmPacking() {}

    /**
     * Copies {@code cols} columns of adjacent elements to at most {@link #PANELS} panels, one after
     * the other.
     */
    static void panels(long from, long fromRow, long to, int rows, int cols) {
        long panelBytes = (long) rows * ROW_BYTES;
        if (cols == PANELS * COLUMNS) {
            wholePanels(from, fromRow, to, panelBytes, rows);
            return;
        }
        for (int j = 0; j < cols; j += COLUMNS) {
            rows(
                    from + (long) j * WORD,
                    fromRow,
                    to + j / COLUMNS * panelBytes,
                    ROW_BYTES,
                    rows,
                    Math.min(COLUMNS, cols - j));
        }
    }

    private static void wholePanels(long from, long fromRow, long to, long panelBytes, int rows) {
        from &= ADDRESS;
        to &= ADDRESS;
        for (int i = 0; i < rows; i++) {
            for (int panel = 0; panel < PANELS; panel++) {
                long source = from + panel * ROW_BYTES;
                long target = (to + panel * panelBytes) & ADDRESS;
                for (int j = 0; j < ROW_BYTES; j += Lanes.BYTES) {
                    FloatVector.fromMemorySegment(F32, MEM, source + j, ORDER)
                            .intoMemorySegment(MEM, target + j, ORDER);
                }
            }
            from = (from + fromRow) & ADDRESS;
            to = (to + ROW_BYTES) & ADDRESS;
        }
    }

    /** to[i, j] = from[i, j], for rows of adjacent elements. */
    static void rows(long from, long fromRow, long to, long toRow, int rows, int cols) {
        for (int i = 0; i < rows; i++) {
            row(from + i * fromRow, to + i * toRow, cols);
        }
    }

    /**
     * Copies {@code rows} of a by tiles of {@link GemmPanel#ROWS}: of each, the values of all its
     * rows for one step along K after the other. What lies where the last tile has no rows may be
     * anything.
     *
     * @param to {@link #tilesBytes} bytes
     */
    static void tiles(long from, long fromRow, long fromCol, long to, int rows, int depth) {
        for (int i = 0; i < rows; i += ROWS) {
            long tile = to + (long) i * depth * WORD;
            long first = from + i * fromRow;
            boolean isWhole = i + TILE_LANES <= rows;
            if (isWhole && fromRow == WORD) {
                columns(first, fromCol, tile, depth);
            } else {
                int squares = isWhole && fromCol == WORD ? F32.loopBound(depth) : 0;
                squares(first, fromRow, tile, squares);
                singly(first, fromRow, fromCol, tile, Math.min(ROWS, rows - i), squares, depth);
            }
        }
    }

    /** Steps [0, depth) of a tile's rows of adjacent values, square by square. */
    private static void squares(long from, long fromRow, long to, int depth) {
        for (int p = 0; p < depth; p += Lanes.COUNT) {
            // From the last: each writes over what those behind it have too much.
            for (int lane = TILE_LANES - Lanes.COUNT; lane >= 0; lane -= Lanes.COUNT) {
                TransposeBlock.transpose(
                        from + lane * fromRow + (long) p * WORD,
                        fromRow,
                        to + ((long) p * ROWS + lane) * WORD,
                        ROWS * WORD);
            }
        }
    }

    /** Steps [p, depth) of a tile, value by value. */
    private static void singly(
            long from, long fromRow, long fromCol, long to, int rows, int p, int depth) {
        for (; p < depth; p++) {
            for (int row = 0; row < rows; row++) {
                Memory.setFloat(
                        to + ((long) p * ROWS + row) * WORD,
                        Memory.getFloat(from + row * fromRow + p * fromCol));
            }
        }
    }

    /**
     * A tile of adjacent values, in whole vectors: what is too much is written over by the next.
     */
    private static void columns(long from, long fromCol, long to, int depth) {
        from &= ADDRESS;
        to &= ADDRESS;
        for (int p = 0; p < depth; p++) {
            for (int lane = TILE_LANES - Lanes.COUNT; lane >= 0; lane -= Lanes.COUNT) {
                FloatVector.fromMemorySegment(F32, MEM, from + (long) lane * WORD, ORDER)
                        .intoMemorySegment(MEM, to + (long) lane * WORD, ORDER);
            }
            from = (from + fromCol) & ADDRESS;
            to = (to + ROWS * WORD) & ADDRESS;
        }
    }

    /** What {@link #tiles} needs, with what the last vector has too much. */
    static long tilesBytes(int rows, int depth) {
        return ((long) rows + ROWS) * depth * WORD + TILE_LANES * WORD;
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
