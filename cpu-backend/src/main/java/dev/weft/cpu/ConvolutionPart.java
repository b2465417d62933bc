// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.GemmPanel.COLUMNS;
import static dev.weft.cpu.GemmPanel.ROW_BYTES;
import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.KernelCall;

/**
 * What a thread computes of a {@link ConvolutionProduct}: for each block of K, and in it for each
 * panel of b, the panel is gathered, and multiplied with all rows of the part. The result goes to
 * its place at once where the panel's columns are adjacent there, and is otherwise added to it.
 *
 * <p>A block of K is one chain of multiply-adds, as in gemm. Longer sums are sums of these.
 */
final class ConvolutionPart {
    /** The longest part of K: a panel of b then takes 256 KB of the second-level cache. */
    private static final int DEPTH = 1024;

    /** The most rows that are copied and summed at once: 8 MB of a, as in gemm. */
    private static final int MOST_ROWS = 8200 / WORD;

    private static final int LINE = 64;

    private final ConvolutionProduct g;
    private final long extent;
    private final long panels;
    private final long a;
    private final long b;
    private final long c;
    private final Scratch memory;
    private final ConvolutionPieces pieces = new ConvolutionPieces();

    /**
     * @param extent the columns that panels are cut from
     * @param a the address of the group's first element of a
     */
    ConvolutionPart(ConvolutionProduct g, long extent, long a, long b, long c, Scratch memory) {
        this.g = g;
        this.extent = extent;
        this.panels = (extent + COLUMNS - 1) / COLUMNS;
        this.a = a;
        this.b = b;
        this.c = c;
        this.memory = memory;
    }

    /** Rows [i0, i1) of panels [q0, q1). */
    void multiply(int i0, int i1, long q0, long q1) {
        if (g.k() == 0) {
            for (long q = q0; q < q1; q++) {
                pieces.set(g, first(q), cols(q));
                pieces.fill(g, c + i0 * g.cRow() * WORD, i1 - i0);
            }
            return;
        }
        // Where a term is long, blocks end with it: rows of a are then read where they are.
        boolean byTerm = g.places() >= DEPTH / 2;
        int length = byTerm ? g.places() : Math.toIntExact(g.k());
        int blocks = Math.ceilDiv(length, DEPTH);
        int spans = byTerm ? g.terms() : 1;
        for (int i = i0; i < i1; i += MOST_ROWS) {
            int rows = Math.min(MOST_ROWS, i1 - i);
            for (int r = 0; r < spans; r++) {
                for (int block = 0; block < blocks; block++) {
                    long from = (long) block * length / blocks;
                    long until = (block + 1L) * length / blocks;
                    long start = (long) r * length;
                    addBlock(i, rows, q0, q1, start + from, (int) (until - from));
                }
            }
        }
    }

    private long first(long panel) {
        return panel / panels * extent + panel % panels * COLUMNS;
    }

    private int cols(long panel) {
        return (int) Math.min(COLUMNS, extent - panel % panels * COLUMNS);
    }

    /** Adds the part [p, p + depth) of K. */
    private void addBlock(int i0, int rows, long q0, long q1, long p, int depth) {
        boolean isFirst = p == 0;
        long rowBytes = ((long) depth * WORD + LINE - 1) / LINE * LINE + LINE;
        int within = (int) (p % g.places());
        boolean copiesA = !(g.hasAdjacentTerms() || isInTerm(within, depth));
        boolean stages = g.places() > g.elements() && g.columns().byJ() > 0;
        long panelBytes = (long) depth * ROW_BYTES + LINE;
        long sumBytes = (long) rows * ROW_BYTES;
        long stageBytes = stages ? COLUMNS * rowBytes : 0;
        boolean byTiles =
                (!g.isPlain() || rows >= Gemm.COPY_ROWS)
                        && GemmPanel.copiesPay(rows, q1 - q0, depth);
        long copyBytes = copiesA ? rows * rowBytes : 0;
        long tile =
                memory.reserve(
                        GemmPanel.SCRATCH_BYTES
                                + panelBytes
                                + sumBytes
                                + stageBytes
                                + copyBytes
                                + (byTiles ? GemmPacking.tilesBytes(rows, depth) : 0),
                        "convolution");
        long panel = tile + GemmPanel.SCRATCH_BYTES;
        long sums = panel + panelBytes;
        long stage = sums + sumBytes;
        long from = a + i0 * g.aRow() * WORD;
        long fromRow = g.aRow() * WORD;
        if (copiesA) {
            ConvolutionPacking.rows(g, from, p, depth, rows, stage + stageBytes, rowBytes);
            from = stage + stageBytes;
            fromRow = rowBytes;
        } else {
            from += (p / g.places() * g.aTerm() + within) * WORD;
        }
        long tiles = byTiles ? stage + stageBytes + copyBytes : 0;
        if (byTiles) {
            GemmPacking.tiles(from, fromRow, WORD, tiles, rows, depth);
        }
        for (long q = q0; q < q1; q++) {
            int cols = cols(q);
            pieces.set(g, first(q), cols);
            long with = panel;
            long withRow = ROW_BYTES;
            if (isRead(rows, depth)) {
                with =
                        b
                                + (pieces.image(0) * g.bImage() + pieces.element(0) + p * g.bTerm())
                                        * WORD;
                withRow = g.bTerm() * WORD;
            } else if (stages) {
                ConvolutionPacking.staged(g, pieces, b, p, depth, stage, rowBytes, panel);
            } else {
                ConvolutionPacking.panel(g, pieces, b, p, depth, panel);
            }
            long to = c + i0 * g.cRow() * WORD;
            if (pieces.areAdjacent(g) && g.k() <= KernelCall.MOST_DEPTH) {
                to += (pieces.image(0) * g.cImage() + pieces.element(0)) * WORD;
                product(
                        tiles,
                        rows,
                        cols,
                        depth,
                        from,
                        fromRow,
                        with,
                        withRow,
                        isFirst ? GemmPanel.ZEROS : to,
                        isFirst ? 0 : g.cRow() * WORD,
                        to,
                        g.cRow() * WORD,
                        tile);
            } else {
                product(
                        tiles,
                        rows,
                        (cols + COUNT - 1) / COUNT * COUNT,
                        depth,
                        from,
                        fromRow,
                        with,
                        withRow,
                        GemmPanel.ZEROS,
                        0,
                        sums,
                        ROW_BYTES,
                        tile);
                pieces.store(g, sums, to, rows, !isFirst);
            }
        }
    }

    /**
     * A panel of c, by tiles of a where they are copied ({@code tiles} is not 0) as the panel is.
     */
    private static void product(
            long tiles,
            int rows,
            int cols,
            int depth,
            long from,
            long fromRow,
            long with,
            long withRow,
            long init,
            long initRow,
            long to,
            long toRow,
            long scratch) {
        if (tiles != 0 && cols == COLUMNS && withRow == ROW_BYTES) {
            GemmPanel.copied(rows, depth, tiles, with, init, initRow, to, toRow);
        } else {
            GemmPanel.multiply(
                    rows, cols, depth, 1, from, fromRow, WORD, with, withRow, init, initRow, to,
                    toRow, scratch);
        }
    }

    private boolean isInTerm(int within, int depth) {
        return g.isWhole() && within + depth <= g.places();
    }

    /** Whether the rows of b need no copy. */
    private boolean isRead(int rows, int depth) {
        return g.isPlain()
                && pieces.areOfOneImage()
                && (rows < Gemm.COPY_ROWS || depth * g.bTerm() * WORD <= Gemm.SPREAD_BYTES);
    }
}
