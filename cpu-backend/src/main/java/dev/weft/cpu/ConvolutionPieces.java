// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.GemmPanel.COLUMNS;
import static dev.weft.cpu.GemmPanel.ROW_BYTES;
import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The columns of a panel, in pieces of at most a vector, each of one row of the result's elements.
 */
final class ConvolutionPieces {
    private final int[] at = new int[COLUMNS];
    private final int[] lengths = new int[COLUMNS];
    private final long[] images = new long[COLUMNS];
    private final int[] depths = new int[COLUMNS];
    private final int[] lines = new int[COLUMNS];
    private final int[] columns = new int[COLUMNS];
    private int size;
    private int phaseColumns;
    private int phaseLines;

    /** Those of columns [from, from + cols). */
    void set(ConvolutionProduct g, long from, int cols) {
        phaseColumns = g.columns().elements();
        phaseLines = g.lines().elements();
        long image = from / g.elements();
        int element = (int) (from % g.elements());
        int column = element % phaseColumns;
        int line = element / phaseColumns % phaseLines;
        int depth = element / phaseColumns / phaseLines;
        size = 0;
        for (int done = 0; done < cols; ) {
            int length = Math.min(COUNT, Math.min(phaseColumns - column, cols - done));
            at[size] = done;
            lengths[size] = length;
            images[size] = image;
            depths[size] = depth;
            lines[size] = line;
            columns[size] = column;
            size++;
            done += length;
            column += length;
            if (column == phaseColumns) {
                column = 0;
                line++;
                if (line == phaseLines) {
                    line = 0;
                    depth++;
                    if (depth == g.depth().elements()) {
                        depth = 0;
                        image++;
                    }
                }
            }
        }
    }

    int size() {
        return size;
    }

    /** The first column of a piece. */
    int at(int piece) {
        return at[piece];
    }

    int length(int piece) {
        return lengths[piece];
    }

    long image(int piece) {
        return images[piece];
    }

    int depth(int piece) {
        return depths[piece];
    }

    int line(int piece) {
        return lines[piece];
    }

    int column(int piece) {
        return columns[piece];
    }

    /** The number of a piece's first element in its image, of a phase that is the only one. */
    long element(int piece) {
        return ((long) depths[piece] * phaseLines + lines[piece]) * phaseColumns + columns[piece];
    }

    boolean areOfOneImage() {
        return images[0] == images[size - 1];
    }

    /** Whether the columns are adjacent in the result. */
    boolean areAdjacent(ConvolutionProduct g) {
        return g.isWhole() && (areOfOneImage() || g.cImage() == g.elements());
    }

    /** Sets the columns of so many rows of the result to 0. */
    void fill(ConvolutionProduct g, long c, int rows) {
        for (int piece = 0; piece < size; piece++) {
            long to = c + place(g, piece) * WORD;
            for (int i = 0; i < rows; i++, to += g.cRow() * WORD) {
                for (int t = 0; t < lengths[piece]; t++) {
                    Memory.setFloat(to + (long) t * g.columns().stepE() * WORD, 0);
                }
            }
        }
    }

    /** Stores rows of a panel's sums to the result, or adds them to it. */
    void store(ConvolutionProduct g, long sums, long c, int rows, boolean adds) {
        for (int piece = 0; piece < size; piece++) {
            long from = sums + (long) at[piece] * WORD;
            long to = c + place(g, piece) * WORD;
            long toRow = g.cRow() * WORD;
            if (g.columns().stepE() == 1) {
                store(from, to, toRow, rows, lengths[piece], adds);
            } else {
                spread(from, to, toRow, rows, lengths[piece], g.columns().stepE() * WORD, adds);
            }
        }
    }

    private static void store(long from, long to, long toRow, int rows, int length, boolean adds) {
        from &= ADDRESS;
        to &= ADDRESS;
        toRow &= ADDRESS;
        VectorMask<Float> inside = F32.indexInRange(0, length);
        for (int i = 0; i < rows; i++) {
            FloatVector sum = FloatVector.fromMemorySegment(F32, MEM, from, ORDER);
            if (adds) {
                sum = sum.add(FloatVector.fromMemorySegment(F32, MEM, to, ORDER, inside));
            }
            sum.intoMemorySegment(MEM, to, ORDER, inside);
            from = (from + ROW_BYTES) & ADDRESS;
            to = (to + toRow) & ADDRESS;
        }
    }

    private static void spread(
            long from, long to, long toRow, int rows, int length, long step, boolean adds) {
        for (int i = 0; i < rows; i++) {
            for (int t = 0; t < length; t++) {
                long place = to + t * step;
                float sum = Memory.getFloat(from + (long) t * WORD);
                Memory.setFloat(place, adds ? Memory.getFloat(place) + sum : sum);
            }
            from += ROW_BYTES;
            to += toRow;
        }
    }

    /** Where a piece begins in the result. */
    private long place(ConvolutionProduct g, int piece) {
        Phase depth = g.depth();
        Phase line = g.lines();
        Phase column = g.columns();
        long slice = depth.firstE() + (long) depths[piece] * depth.stepE();
        long row = slice * line.allElements() + line.firstE() + (long) lines[piece] * line.stepE();
        return images[piece] * g.cImage()
                + row * column.allElements()
                + column.firstE()
                + (long) columns[piece] * column.stepE();
    }
}
