// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.GemmPanel.COLUMNS;
import static dev.weft.cpu.GemmPanel.ROW_BYTES;
import static dev.weft.cpu.Lanes.BYTES;
import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.EVEN;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Gathers parts of a {@link ConvolutionProduct}'s operands to where gemm's tiles read them.
 *
 * <p>Pieces are copied by whole vectors, in their order: what a vector writes behind its piece is
 * overwritten by the next, and memory has room behind the last.
 */
final class ConvolutionPacking {
    private ConvolutionPacking() {}

    /** to[i, k] = a[i, p + k] for so many rows. */
    static void rows(
            ConvolutionProduct g, long a, long p, int depth, int rows, long to, long toRow) {
        if (g.places() == 1 && g.isWhole() && g.aRow() == 1) {
            long from = a + p * g.aTerm() * WORD;
            GemmPacking.transposed(from, g.aTerm() * WORD, WORD, to, toRow, rows, depth);
            return;
        }
        int places = g.places();
        for (int done = 0; done < depth; ) {
            long r = (p + done) / places;
            int j = (int) ((p + done) % places);
            int length = Math.min(places - j, depth - done);
            long from = a + r * g.aTerm() * WORD;
            long target = to + (long) done * WORD;
            if (g.isWhole()) {
                copies(from + (long) j * WORD, g.aRow() * WORD, target, toRow, rows, length);
            } else {
                for (int k = 0; k < length; k++) {
                    scalars(
                            from + place(g, j + k) * WORD,
                            g.aRow() * WORD,
                            target + (long) k * WORD,
                            toRow,
                            rows);
                }
            }
            done += length;
        }
    }

    /** Where a place of the phase is in a term of the first operand. */
    static long place(ConvolutionProduct g, int j) {
        Phase depth = g.depth();
        Phase line = g.lines();
        Phase column = g.columns();
        int columns = column.places();
        int row = j / columns;
        long slice = depth.firstJ() + (long) (row / line.places()) * depth.stepJ();
        long at = slice * line.allPlaces() + line.firstJ() + row % line.places() * line.stepJ();
        return at * column.allPlaces() + column.firstJ() + j % columns * column.stepJ();
    }

    private static void copies(long from, long fromRow, long to, long toRow, int rows, int length) {
        for (int t = 0; t < length; t += COUNT) {
            long by = (long) t * WORD;
            lanes(from + by, fromRow, to + by, toRow, rows);
        }
    }

    private static void lanes(long from, long fromRow, long to, long toRow, int rows) {
        from &= ADDRESS;
        fromRow &= ADDRESS;
        to &= ADDRESS;
        toRow &= ADDRESS;
        for (int i = 0; i < rows; i++) {
            FloatVector.fromMemorySegment(F32, MEM, from, ORDER).intoMemorySegment(MEM, to, ORDER);
            from = (from + fromRow) & ADDRESS;
            to = (to + toRow) & ADDRESS;
        }
    }

    private static void scalars(long from, long fromRow, long to, long toRow, int rows) {
        for (int i = 0; i < rows; i++) {
            Memory.setFloat(to + i * toRow, Memory.getFloat(from + i * fromRow));
        }
    }

    /** Rows [p, p + depth) of a panel of b, whose rows are {@link GemmPanel#ROW_BYTES} apart. */
    static void panel(
            ConvolutionProduct g, ConvolutionPieces pieces, long b, long p, int depth, long to) {
        int places = g.places();
        int columnPlaces = g.columns().places();
        int linePlaces = g.lines().places();
        for (int j = 0; j < places; j++) {
            long r = (p - j + places - 1) / places;
            int terms = (int) ((p + depth - j + places - 1) / places - r);
            long row = to + (r * places + j - p) * ROW_BYTES;
            long term = b + r * g.bTerm() * WORD;
            int vc = j % columnPlaces;
            int vl = j / columnPlaces % linePlaces;
            int vd = j / columnPlaces / linePlaces;
            for (int piece = 0; terms > 0 && piece < pieces.size(); piece++) {
                int at = pieces.at(piece);
                int length = pieces.length(piece);
                int slice = g.depth().partner(pieces.depth(piece), vd);
                int line = g.lines().partner(pieces.line(piece), vl);
                Phase columns = g.columns();
                int first =
                        columns.base() + pieces.column(piece) * columns.byE() + vc * columns.byJ();
                long plane = (long) slice * g.lines().partners() + line;
                long from =
                        term
                                + (pieces.image(piece) * g.bImage()
                                                + plane * columns.partners()
                                                + first)
                                        * WORD;
                boolean isOutside = slice < 0 || line < 0;
                lanes(
                        from,
                        g.bTerm() * WORD,
                        columns.byE(),
                        low(first, columns.byE()),
                        isOutside ? 0 : high(first, columns.byE(), columns.partners(), length),
                        length,
                        row + (long) at * WORD,
                        (long) places * ROW_BYTES,
                        terms,
                        COLUMNS - at);
            }
        }
    }

    /** The first lane t with first + t step >= 0. */
    static int low(int first, int step) {
        return first >= 0 ? 0 : (step - 1 - first) / step;
    }

    /** The end of the lanes t below length with first + t step < bound. */
    static int high(int first, int step, int bound, int length) {
        return first >= bound ? 0 : Math.min(length, (bound - 1 - first) / step + 1);
    }

    /**
     * Rows [p, p + depth) of a panel of b where K is adjacent in the second operand and columns are
     * not: gathered as columns, and transposed.
     */
    static void staged(
            ConvolutionProduct g,
            ConvolutionPieces pieces,
            long b,
            long p,
            int depth,
            long stage,
            long stageRow,
            long to) {
        int cols = 0;
        for (int piece = 0; piece < pieces.size(); piece++) {
            long image = b + pieces.image(piece) * g.bImage() * WORD;
            for (int t = 0; t < pieces.length(piece); t++) {
                column(
                        g,
                        image,
                        pieces.depth(piece),
                        pieces.line(piece),
                        pieces.column(piece) + t,
                        p,
                        depth,
                        stage + cols * stageRow);
                cols++;
            }
        }
        int whole = (cols + COUNT - 1) / COUNT * COUNT;
        GemmPacking.transposed(stage, stageRow, WORD, to, ROW_BYTES, depth, whole);
    }

    /** Elements [p, p + depth) of a column of b. */
    private static void column(
            ConvolutionProduct g, long image, int ed, int el, int ec, long p, int depth, long to) {
        Phase columns = g.columns();
        Phase lines = g.lines();
        int places = g.places();
        int vc = (int) (p % columns.places());
        int vl = (int) (p / columns.places() % lines.places());
        int vd = (int) (p / columns.places() / lines.places() % g.depth().places());
        long term = image + p / places * g.bTerm() * WORD;
        for (int done = 0; done < depth; ) {
            int length = Math.min(columns.places() - vc, depth - done);
            int slice = g.depth().partner(ed, vd);
            int line = lines.partner(el, vl);
            int first = columns.base() + ec * columns.byE() + vc * columns.byJ();
            long plane = (long) slice * lines.partners() + line;
            line(
                    term + (plane * columns.partners() + first) * WORD,
                    columns.byJ(),
                    low(first, columns.byJ()),
                    slice < 0 || line < 0
                            ? 0
                            : high(first, columns.byJ(), columns.partners(), length),
                    length,
                    to + (long) done * WORD);
            done += length;
            vc = 0;
            vl++;
            if (vl == lines.places()) {
                vl = 0;
                vd++;
                if (vd == g.depth().places()) {
                    vd = 0;
                    term += g.bTerm() * WORD;
                }
            }
        }
    }

    /** Copies what {@link #lanes} does, of any length, once. */
    static void line(long from, int step, int low, int high, int length, long to) {
        int t = 0;
        while (t < length) {
            int whole = step == 1 && low <= t ? F32.loopBound(Math.min(high, length) - t) : 0;
            if (whole > 0) {
                GemmPacking.row(from + (long) t * WORD, to + (long) t * WORD, whole);
                t += whole;
            } else {
                lanes(
                        from + (long) t * step * WORD,
                        0,
                        step,
                        low - t,
                        high - t,
                        Math.min(COUNT, length - t),
                        to + (long) t * WORD,
                        0,
                        1,
                        COUNT);
                t += COUNT;
            }
        }
    }

    /**
     * For each of so many rows: lanes [low, high) come from memory, {@code step} elements apart,
     * and the others below {@code length} are zeros. Up to {@code room} lanes are written.
     */
    private static void lanes(
            long from,
            long fromRow,
            int step,
            int low,
            int high,
            int length,
            long to,
            long toRow,
            int rows,
            int room) {
        boolean isWhole = low <= 0 && high >= length && room >= COUNT;
        if (isWhole && step == 1) {
            lanes(from, fromRow, to, toRow, rows);
        } else if (step <= 2) {
            masked(
                    from,
                    fromRow,
                    step,
                    Math.clamp(low, 0, COUNT),
                    Math.clamp(high, 0, COUNT),
                    to,
                    toRow,
                    rows,
                    Math.min(COUNT, room));
        } else {
            for (int t = 0; t < length; t++) {
                for (int i = 0; i < rows; i++) {
                    Memory.setFloat(
                            to + i * toRow + (long) t * WORD,
                            t < low || t >= high
                                    ? 0
                                    : Memory.getFloat(from + i * fromRow + (long) t * step * WORD));
                }
            }
        }
    }

    private static void masked(
            long from,
            long fromRow,
            int step,
            int low,
            int high,
            long to,
            long toRow,
            int rows,
            int room) {
        from &= ADDRESS;
        fromRow &= ADDRESS;
        to &= ADDRESS;
        toRow &= ADDRESS;
        VectorMask<Float> target = VectorMask.fromLong(F32, below(room));
        if (step == 1) {
            VectorMask<Float> source = VectorMask.fromLong(F32, below(high) & ~below(low));
            for (int i = 0; i < rows; i++) {
                FloatVector.fromMemorySegment(F32, MEM, from, ORDER, source)
                        .intoMemorySegment(MEM, to, ORDER, target);
                from = (from + fromRow) & ADDRESS;
                to = (to + toRow) & ADDRESS;
            }
            return;
        }
        // Every second element of two vectors.
        int end = high <= low ? 0 : 2 * high - 1;
        VectorMask<Float> lower =
                VectorMask.fromLong(
                        F32, below(Math.min(end, COUNT)) & ~below(Math.min(2 * low, COUNT)));
        VectorMask<Float> upper =
                VectorMask.fromLong(
                        F32,
                        below(Math.max(0, end - COUNT)) & ~below(Math.max(0, 2 * low - COUNT)));
        for (int i = 0; i < rows; i++) {
            FloatVector one = FloatVector.fromMemorySegment(F32, MEM, from, ORDER, lower);
            FloatVector two = FloatVector.fromMemorySegment(F32, MEM, from + BYTES, ORDER, upper);
            one.rearrange(EVEN, two).intoMemorySegment(MEM, to, ORDER, target);
            from = (from + fromRow) & ADDRESS;
            to = (to + toRow) & ADDRESS;
        }
    }

    /** The bits of the lanes below one. */
    private static long below(int lane) {
        return (1L << lane) - 1;
    }
}
