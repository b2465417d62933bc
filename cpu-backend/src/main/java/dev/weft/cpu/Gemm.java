// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.GemmPanel.COLUMNS;
import static dev.weft.cpu.GemmPanel.ROWS;
import static dev.weft.cpu.GemmPanel.ROW_BYTES;
import static dev.weft.cpu.GemmPanel.ROW_COLUMNS;
import static dev.weft.cpu.Memory.WORD;

/**
 * c = activation(alpha a b + beta c + bias): chooses how, and splits the work among threads.
 *
 * <ul>
 *   <li>Where K is 1, and where C has about half a vector of columns, there are kernels of their
 *       own: {@link GemmOuter}, {@link GemmNarrow}.
 *   <li>Products with few rows or columns whose operands are adjacent along K are {@link GemmDots}.
 *   <li>The others go by blocks of K, and in each by panels of b, which all tiles of a panel of C
 *       read: where they are, or from a copy of the thread's own if they are transposed or spread
 *       over too many pages.
 *   <li>A transposed a that spreads likewise, and that many panels read, is copied with adjacent
 *       rows.
 * </ul>
 *
 * <p>C is split by rows and columns, K never: each element is summed in one order, whatever the
 * number of threads.
 */
final class Gemm {
    /**
     * The longest part of K between two visits of a tile of C. A panel of b then takes 256 KB of
     * the second-level cache, which is 1 MB on the processors that this was measured on; with 512
     * rows more time goes to tiles' starts and ends (3 % at 2048³), with 2048 a panel that is read
     * where it is falls out of the cache.
     */
    private static final int DEPTH = 1024;

    /**
     * The most rows that go through the panels one after the other, whole tiles: 8 MB of a, which
     * every panel reads again, and a copy of which has no more room. Without a limit they come from
     * memory each time (4096³ on one core of Zen 5: 5 % slower), with 512 rows b is copied too
     * often.
     */
    private static final int MOST_ROWS = 8200 / WORD;

    /**
     * Rows along K that spread over more bytes than this are copied: they lie on too many pages. A
     * narrow panel has one or two cache lines of each row, which share a few sets of the cache
     * where a row is a power of two long, and is always copied: on Zen 3, 512³ reaches 67 GFLOP/s
     * in place of 48, 256³ 71 in place of 64.
     */
    static final long SPREAD_BYTES = Lanes.MANY_REGISTERS ? 2 << 20 : 0;

    /** The fewest panels that have to read a, and rows that have to read b, for a copy to pay. */
    private static final int COPY_PANELS = 4;

    static final int COPY_ROWS = Lanes.MANY_REGISTERS ? 128 : 24;

    /**
     * {@link GemmDots} pay where K is so many times M: then an element of b is used too few times
     * to transpose it.
     */
    private static final int DOTS_DEPTH = 24;

    /** And where a panel would have at most so many columns: the vector's other lanes are idle. */
    private static final int DOTS_COLUMNS = Lanes.COUNT * 3 / 4;

    /** The least K for which the sums of {@link GemmNarrow}'s lanes pay. */
    private static final int NARROW_DEPTH = 64;

    /** The fewest rows of C for which a thread reads all of b. */
    private static final int LEAST_ROWS = 32;

    /**
     * Parts for each thread of a product that takes long, so that they end at about the same time.
     */
    private static final int PARTS_PER_THREAD = 3;

    /** What a thread does in about 200 µs, by the elements of a vector. */
    private static final double LONG_FLOPS = 8e7 / WORD;

    /** Below this many operations and bytes, about 5 µs, a second thread does not pay. */
    static final double PARALLEL_FLOPS = 4e6 / WORD;

    private static final long PARALLEL_BYTES = 1 << 18;

    /** The same where threads are far from each other ({@link WorkerPool#shares}): about 70 µs. */
    static final double LONGER_FLOPS = 3.2e7 / WORD;

    private static final long LONGER_BYTES = 2 << 20;

    /** From this many operations on, the products of a batch are split one by one. */
    private static final double ALONE_FLOPS = 3.2e7 / WORD;

    /** Of the cache. */
    private static final int LINE = 64;

    private final WorkerPool pool;
    private final Scratch[] workers;

    /** Computes on {@code pool}, with scratch memory for each of its workers. */
    Gemm(WorkerPool pool, Scratch[] workers) {
        this.pool = pool;
        this.workers = workers;
    }

    /** Computes one product. */
    void multiply(GemmProblem g) {
        if (g.m() == 0 || g.n() == 0) {
            return;
        }
        if (!isShared(g.flops(), g.elements() * WORD)) {
            part(g, 0, g.m(), 0, g.n(), 0);
            return;
        }
        Grid grid = Grid.of(g, pool.threads());
        pool.parallelFor(
                grid.parts(),
                (index, worker) ->
                        part(
                                g,
                                grid.top(index),
                                grid.bottom(index),
                                grid.left(index),
                                grid.right(index),
                                worker));
    }

    /** Whether a second thread pays. */
    boolean isShared(double flops, long bytes) {
        return (flops >= PARALLEL_FLOPS || bytes >= PARALLEL_BYTES)
                && pool.shares(flops >= LONGER_FLOPS || bytes >= LONGER_BYTES);
    }

    /**
     * Computes products whose operands lie {@code aStep}, {@code bStep} and {@code cStep} bytes
     * apart.
     */
    void multiplyBatch(GemmProblem g, long batch, long aStep, long bStep, long cStep) {
        if (batch == 1) {
            multiply(g);
            return;
        }
        if (g.flops() >= ALONE_FLOPS) {
            for (long i = 0; i < batch; i++) {
                multiply(g.moved(i * aStep, i * bStep, i * cStep));
            }
            return;
        }
        if (batch == 0 || g.m() == 0 || g.n() == 0) {
            return;
        }
        // Enough products in a part that it takes longer than handing it out.
        long each =
                isShared(g.flops() * batch, g.elements() * WORD * batch)
                        ? Math.clamp((long) (PARALLEL_FLOPS / Math.max(1, g.flops())), 1L, batch)
                        : batch;
        Pieces parts = new Pieces(batch, each);
        pool.parallelFor(
                parts.count(),
                (index, worker) -> {
                    long end = parts.end(index);
                    for (long i = parts.start(index); i < end; i++) {
                        part(g.moved(i * aStep, i * bStep, i * cStep), 0, g.m(), 0, g.n(), worker);
                    }
                });
    }

    /**
     * Rows [i0, i1) and columns [j0, j1) of C, on the calling thread.
     *
     * <p>This is one method so that it is more than C2 inlines at a call (325 bytes of code). What
     * it calls is then compiled from here on. Further down from some caller's loop, C2 no longer
     * inlines all that a vector's load is made of ("inlining too deep"), and each load is a call.
     */
    void part(GemmProblem g, int i0, int i1, int j0, int j1, int worker) {
        if (Compiler.IS_SCALAR) {
            GemmScalar.part(g, i0, i1, j0, j1);
            return;
        }
        GemmEnds.begin(g, i0, i1, j0, j1);
        boolean accumulates = g.accumulates();
        if (g.k() == 0) {
            GemmEnds.finish(g, i0, i1, j0, j1);
        } else if (g.k() == 1 && g.bCol() == WORD) {
            long right = (long) j0 * WORD;
            long c = g.c() + i0 * g.cRow();
            long init = accumulates ? c : g.bias();
            GemmOuter.multiply(
                    i1 - i0,
                    j1 - j0,
                    (float) g.alpha(),
                    g.a() + i0 * g.aRow(),
                    g.aRow(),
                    g.b() + right,
                    init == 0 ? 0 : init + right,
                    accumulates ? g.cRow() : 0,
                    c + right,
                    g.cRow());
            GemmEnds.finish(g, i0, i1, j0, j1);
        } else if (narrow(g)) {
            int depth = depth(g);
            for (int p = 0; p < g.k(); p += depth) {
                int length = Math.min(depth, g.k() - p);
                long scratch = workers[worker].reserve(GemmNarrow.scratchBytes(length), "matmul");
                GemmNarrow narrow = new GemmNarrow(g.n(), length, g.alpha(), scratch);
                narrow.pack(g.b() + p * g.bRow(), g.bRow(), g.bCol());
                boolean adds = p > 0 || accumulates;
                narrow.multiply(
                        i0,
                        i1,
                        g.m(),
                        g.a() + (long) p * WORD,
                        g.aRow(),
                        adds ? g.c() : g.bias(),
                        adds ? g.cRow() : 0,
                        g.c(),
                        g.cRow());
            }
            GemmEnds.finish(g, i0, i1, j0, j1);
        } else if (dots(g)) {
            GemmDots dots =
                    new GemmDots(
                            g.k(),
                            (float) g.alpha(),
                            workers[worker].reserve(GemmDots.SCRATCH_BYTES, "matmul"));
            long init = accumulates ? g.c() : g.bias();
            long initRow = accumulates ? g.cRow() : 0;
            if (g.n() == 1) {
                dots.multiplyRow(i0, i1, g.b(), g.a(), g.aRow(), init, initRow, g.c(), g.cRow());
            } else {
                dots.multiply(
                        i0, i1, j0, j1, g.a(), g.aRow(), g.b(), g.bCol(), init, initRow, g.c(),
                        g.cRow());
            }
            GemmEnds.finish(g, i0, i1, j0, j1);
        } else {
            multiplyPanels(g, i0, i1, j0, j1, worker);
        }
    }

    /** Equal blocks of K. */
    static int depth(GemmProblem g) {
        int blocks = Math.max(1, Math.ceilDiv(g.k(), DEPTH));
        return Math.ceilDiv(g.k(), blocks);
    }

    /** Whether C is so narrow that its rows would leave lanes idle, and long enough along K. */
    private static boolean narrow(GemmProblem g) {
        return Lanes.COUNT == 16
                && g.n() >= GemmNarrow.LEAST_COLUMNS
                && g.n() <= GemmNarrow.MOST_COLUMNS
                && g.m() >= GemmNarrow.ROWS
                && g.k() >= NARROW_DEPTH
                && g.aCol() == WORD
                && (g.bRow() == WORD || g.bCol() == WORD);
    }

    /**
     * Whether to multiply row by row, which needs no copy of b and leaves no lane idle, but adds
     * the lanes of each element of c.
     */
    private static boolean dots(GemmProblem g) {
        if (g.aCol() != WORD || g.bRow() != WORD) {
            return false;
        }
        boolean deep = g.k() >= 4 * Lanes.COUNT && g.k() > DOTS_DEPTH * g.m();
        boolean narrow = g.n() <= DOTS_COLUMNS && g.k() >= 8 * Lanes.COUNT;
        return g.m() <= 2 || g.n() == 1 || (Lanes.MANY_REGISTERS && (deep || narrow));
    }

    // ---- by panels

    /** How C is cut into parts: at whole tiles and panels, as evenly as these allow. */
    private record Grid(int m, int n, int down, int across) {
        static Grid of(GemmProblem g, int threads) {
            int tall = ceil(g.m(), ROWS);
            int panels = ceil(g.n(), COLUMNS);
            boolean isLong = g.flops() >= LONG_FLOPS * threads;
            int parts = isLong ? threads * PARTS_PER_THREAD : threads;
            boolean copiesA = copiesA(g);
            if (copiesA ? g.bCol() != WORD : copiesB(g)) {
                // Each part copies the panels that it reads; where a is copied too, all its rows.
                int across = Math.min(panels, copiesA ? threads : parts);
                return new Grid(g.m(), g.n(), Math.min(tall, ceil(parts, across)), across);
            }
            // Whole rows, as an optimizer has them that updates what C is the gradient of.
            int down = Math.min(Math.max(1, g.m() / LEAST_ROWS), parts);
            return new Grid(g.m(), g.n(), down, Math.min(panels, ceil(parts, down)));
        }

        private static int ceil(int a, int b) {
            return (a + b - 1) / b;
        }

        int parts() {
            return down * across;
        }

        int top(int part) {
            return border(part / across, down, m, ROWS);
        }

        int bottom(int part) {
            return border(part / across + 1, down, m, ROWS);
        }

        int left(int part) {
            return border(part % across, across, n, COLUMNS);
        }

        int right(int part) {
            return border(part % across + 1, across, n, COLUMNS);
        }

        private static int border(int number, int parts, int size, int unit) {
            long units = ((long) size + unit - 1) / unit;
            return (int) Math.min(size, number * units / parts * unit);
        }
    }

    /**
     * Whether to copy a transposed a, of which a tile otherwise reads a few elements of each row:
     * of as many cache lines and pages.
     */
    private static boolean copiesA(GemmProblem g) {
        return g.aCol() != WORD
                && g.aRow() == WORD
                && g.aCol() >= (long) g.m() * WORD
                && g.k() >= Lanes.COUNT
                && depth(g) * g.aCol() > SPREAD_BYTES
                && g.n() >= COPY_PANELS * COLUMNS;
    }

    /** Whether to copy panels of b: its columns, or rows that spread. */
    private static boolean copiesB(GemmProblem g) {
        return g.bCol() != WORD
                || (g.m() >= COPY_ROWS
                        && g.bRow() != ROW_BYTES
                        && depth(g) * g.bRow() > SPREAD_BYTES);
    }

    /** Whether to copy a by tiles, for {@link GemmPanel#copied}. */
    private static boolean goesByTiles(GemmProblem g, int rows, int cols, int depth) {
        return g.alpha() == 1 && GemmPanel.copiesPay(rows, cols / COLUMNS, depth);
    }

    private void multiplyPanels(GemmProblem g, int i0, int i1, int j0, int j1, int worker) {
        int depth = depth(g);
        int rows = evenly(i1 - i0, MOST_ROWS);
        for (int p = 0; p < g.k(); p += depth) {
            for (int i = i0; i < i1; i += rows) {
                multiplyBlock(
                        g,
                        i,
                        Math.min(i + rows, i1),
                        j0,
                        j1,
                        p,
                        Math.min(depth, g.k() - p),
                        worker);
            }
        }
    }

    /**
     * The size of the pieces, whole tiles, when so many rows are cut into the fewest of at most
     * {@code most}.
     */
    private static int evenly(int rows, int most) {
        int pieces = (rows + most - 1) / most;
        return ((rows + pieces - 1) / pieces + ROWS - 1) / ROWS * ROWS;
    }

    /** Adds the part [p, p + depth) of K. */
    private void multiplyBlock(
            GemmProblem g, int i0, int i1, int j0, int j1, int p, int depth, int worker) {
        // A line more than the elements take, so that rows do not share their cache sets.
        long copyRow = ((long) depth * WORD + LINE - 1) / LINE * LINE + LINE;
        long panelBytes = (long) depth * ROW_BYTES;
        long bytes = GemmPanel.SCRATCH_BYTES + GemmPacking.PANELS * panelBytes;
        boolean copiesB = copiesB(g);
        boolean byTiles = copiesB && goesByTiles(g, i1 - i0, j1 - j0, depth);
        boolean copiesA = !byTiles && copiesA(g);
        long copyBytes =
                byTiles
                        ? GemmPacking.tilesBytes(i1 - i0, depth)
                        : copiesA ? (i1 - i0) * copyRow : 0;
        long scratch = workers[worker].reserve(bytes + copyBytes, "matmul");
        long copyOfB = scratch + GemmPanel.SCRATCH_BYTES;
        long a = g.a() + i0 * g.aRow() + p * g.aCol();
        long aRow = g.aRow();
        long aCol = g.aCol();
        if (byTiles) {
            GemmPacking.tiles(a, aRow, aCol, scratch + bytes, i1 - i0, depth);
        } else if (copiesA) {
            GemmPacking.transposed(a, aCol, aRow, scratch + bytes, copyRow, i1 - i0, depth);
            a = scratch + bytes;
            aRow = copyRow;
            aCol = WORD;
        }
        int most = i1 - i0 == 1 && !copiesB ? ROW_COLUMNS : COLUMNS;
        for (int j = j0; j < j1; j += most) {
            int cols = Math.min(most, j1 - j);
            // The last vector of a row may reach into the next row, or over the end of the buffer.
            long b = g.b() + p * g.bRow() + j * g.bCol();
            long bRow = g.bRow();
            if (copiesB) {
                int panel = (j - j0) / COLUMNS % GemmPacking.PANELS;
                if (panel == 0) {
                    copyPanels(g, b, copyOfB, depth, j1 - j);
                }
                b = copyOfB + panel * panelBytes;
                bRow = ROW_BYTES;
            }
            long c = g.c() + i0 * g.cRow() + (long) j * WORD;
            boolean fresh = p == 0 && !g.accumulates();
            long init = fresh ? start(g, j) : c;
            long initRow = fresh ? 0 : g.cRow();
            if (byTiles && cols == COLUMNS) {
                GemmPanel.copied(i1 - i0, depth, scratch + bytes, b, init, initRow, c, g.cRow());
            } else {
                GemmPanel.multiply(
                        i1 - i0,
                        cols,
                        depth,
                        (float) g.alpha(),
                        a,
                        aRow,
                        aCol,
                        b,
                        bRow,
                        init,
                        initRow,
                        c,
                        g.cRow(),
                        scratch);
            }
            if (p + depth == g.k()) {
                GemmEnds.finish(g, i0, i1, j, j + cols);
            }
        }
    }

    /** The bias of a panel's columns, or zeros. */
    private static long start(GemmProblem g, int j) {
        return g.bias() == 0 ? GemmPanel.ZEROS : g.bias() + (long) j * WORD;
    }

    /** The next panels of b, of so many columns that are left, one after the other. */
    private static void copyPanels(GemmProblem g, long b, long to, int depth, int left) {
        int cols = Math.min(GemmPacking.PANELS * COLUMNS, left);
        if (g.bCol() == WORD) {
            GemmPacking.panels(b, g.bRow(), to, depth, cols);
            return;
        }
        for (int j = 0; j < cols; j += COLUMNS) {
            GemmPacking.transposed(
                    b + j * g.bCol(),
                    g.bCol(),
                    g.bRow(),
                    to + (long) j * WORD * depth,
                    ROW_BYTES,
                    depth,
                    Math.min(COLUMNS, cols - j));
        }
    }
}
