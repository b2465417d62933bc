package dev.weft.cpu;

import static dev.weft.cpu.GemmPanel.COLUMNS;
import static dev.weft.cpu.GemmPanel.ROWS;
import static dev.weft.cpu.GemmPanel.ROW_BYTES;
import static dev.weft.cpu.Memory.WORD;

/**
 * c = activation(alpha a b + beta c + bias) for F32: chooses how, and splits the work among
 * threads.
 *
 * <ul>
 *   <li>Products with a single row or column whose operands are adjacent along K are {@link
 *       GemmDots}.
 *   <li>Small and skinny ones read their operands where they are, and pack only panels of b that
 *       are transposed or ragged.
 *   <li>Large ones go by blocks of K: all threads pack b (and a if it is transposed), then all
 *       multiply.
 * </ul>
 *
 * <p>C is split by rows and columns, K never: each element is summed in one order, whatever the
 * number of threads.
 */
final class Gemm implements AutoCloseable {
    /**
     * The longest part of K between two visits of a tile of C. 256 rows of a panel of b take 64 KB
     * (of 1 MB of second-level cache), and loading and storing a tile costs two percent of what is
     * between. 384 and 512 were no faster on Zen 5.
     */
    private static final int PACKED_DEPTH = 256;

    /** The same where little is reused: a panel may take 128 KB. */
    private static final int DIRECT_DEPTH = 512;

    /**
     * The largest part of C that is multiplied from one packed block: it bounds each packing buffer
     * to 4 MB.
     */
    private static final int BLOCK = 4096;

    /**
     * Rows and panels of C that a thread takes at a time: 96 × 256 of a are 96 KB, four panels of b
     * 256 KB.
     */
    private static final int TASK_ROWS = 96;

    private static final int TASK_PANELS = 4;

    /**
     * {@link GemmDots} pay where K is so many times M: then an element of b is used too few times
     * to transpose it.
     */
    private static final int DOTS_DEPTH = 24;

    /** Parts for each thread, so that they end at about the same time. */
    private static final int PARTS_PER_THREAD = 3;

    /** Below this many operations, packing does not pay. */
    private static final double PACKED_FLOPS = 8e6;

    /** Below this many operations, about 5 µs, a second thread does not pay. */
    private static final double PARALLEL_FLOPS = 1e6;

    private final WorkerPool pool;
    private final Scratch[] workers;
    private final Scratch packedA = new Scratch();
    private final Scratch packedB = new Scratch();

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
        if (worthPacking(g)) {
            multiplyPacked(g);
        } else if (g.flops() < PARALLEL_FLOPS) {
            part(g, 0, g.m(), 0, g.n(), 0);
        } else {
            multiplySplit(g);
        }
    }

    private static boolean worthPacking(GemmProblem g) {
        return g.m() >= 4 * ROWS
                && g.n() >= COLUMNS
                && g.k() >= 32
                && g.flops() >= PACKED_FLOPS
                && !dots(g);
    }

    /**
     * Computes products whose operands lie {@code aStep}, {@code bStep} and {@code cStep} bytes
     * apart.
     */
    void multiplyBatch(GemmProblem g, int batch, long aStep, long bStep, long cStep) {
        if (batch == 1 || g.flops() >= PACKED_FLOPS) {
            for (int i = 0; i < batch; i++) {
                multiply(g.moved(i * aStep, i * bStep, i * cStep));
            }
            return;
        }
        if (g.m() == 0 || g.n() == 0) {
            return;
        }
        // Enough products in a part that it takes longer than handing it out.
        int each = (int) Math.max(1, Math.min(batch, PARALLEL_FLOPS / Math.max(1, g.flops())));
        int parts = (batch + each - 1) / each;
        pool.parallelFor(
                parts,
                (index, worker) -> {
                    int end = Math.min(batch, (index + 1) * each);
                    for (int i = index * each; i < end; i++) {
                        part(g.moved(i * aStep, i * bStep, i * cStep), 0, g.m(), 0, g.n(), worker);
                    }
                });
    }

    // ---- without packing

    private void multiplySplit(GemmProblem g) {
        int threads = pool.threads();
        int panels = (g.n() + COLUMNS - 1) / COLUMNS;
        int tall = (g.m() + ROWS - 1) / ROWS;
        // Panels of b that have to be packed should be packed by one thread only, so columns are
        // split first for them.
        int colParts = g.bCol() == WORD && g.m() > g.n() ? 1 : Math.min(panels, threads);
        int rowParts = Math.min(tall, (threads + colParts - 1) / colParts);
        int colStep = (panels + colParts - 1) / colParts * COLUMNS;
        int rowStep = (tall + rowParts - 1) / rowParts * ROWS;
        int across = (g.n() + colStep - 1) / colStep;
        int down = (g.m() + rowStep - 1) / rowStep;
        pool.parallelFor(
                across * down,
                (index, worker) -> {
                    int i = index / across * rowStep;
                    int j = index % across * colStep;
                    part(
                            g,
                            i,
                            Math.min(g.m(), i + rowStep),
                            j,
                            Math.min(g.n(), j + colStep),
                            worker);
                });
    }

    /** Rows [i0, i1) and columns [j0, j1) of C, on the calling thread. */
    private void part(GemmProblem g, int i0, int i1, int j0, int j1, int worker) {
        GemmEnds.begin(g, i0, i1, j0, j1);
        if (g.k() == 0) {
            GemmEnds.finish(g, i0, i1, j0, j1);
            return;
        }
        if (dots(g)) {
            partByDots(g, i0, i1, j0, j1, worker);
        } else {
            int blocks = (g.k() + DIRECT_DEPTH - 1) / DIRECT_DEPTH;
            int depth = (g.k() + blocks - 1) / blocks;
            for (int p = 0; p < g.k(); p += depth) {
                direct(g, i0, i1, j0, j1, p, Math.min(depth, g.k() - p), worker);
            }
        }
        GemmEnds.finish(g, i0, i1, j0, j1);
    }

    private void partByDots(GemmProblem g, int i0, int i1, int j0, int j1, int worker) {
        GemmDots dots =
                new GemmDots(g.k(), g.alpha(), workers[worker].reserve(GemmDots.SCRATCH_BYTES));
        long init = g.accumulates() ? g.c() : g.bias();
        long initRow = g.accumulates() ? g.cRow() : 0;
        if (g.n() == 1) {
            dots.multiplyRow(i0, i1, g.b(), g.a(), g.aRow(), init, initRow, g.c(), g.cRow());
        } else {
            dots.multiply(
                    i0, i1, j0, j1, g.a(), g.aRow(), g.b(), g.bCol(), init, initRow, g.c(),
                    g.cRow());
        }
    }

    /**
     * Whether to multiply row by row, which needs no packing of b, but adds the lanes of each
     * element of c.
     */
    private static boolean dots(GemmProblem g) {
        boolean adjacent = g.aCol() == WORD && g.bRow() == WORD;
        boolean deep = g.k() >= 4 * Lanes.COUNT && g.k() > DOTS_DEPTH * g.m();
        return adjacent && (g.m() <= 2 || g.n() == 1 || (Lanes.MANY_REGISTERS && deep));
    }

    private void direct(
            GemmProblem g, int i0, int i1, int j0, int j1, int p, int depth, int worker) {
        long scratch = workers[worker].reserve(GemmPanel.SCRATCH_BYTES + (long) depth * ROW_BYTES);
        long panel = scratch + GemmPanel.SCRATCH_BYTES;
        long a = g.a() + i0 * g.aRow() + p * g.aCol();
        boolean first = p == 0 && !g.accumulates();
        for (int j = j0; j < j1; j += COLUMNS) {
            int cols = Math.min(COLUMNS, j1 - j);
            long b = g.b() + p * g.bRow() + j * g.bCol();
            long bRow = g.bRow();
            if (g.bCol() != WORD || cols % Lanes.COUNT != 0) {
                packPanel(g, b, panel, depth, cols);
                b = panel;
                bRow = ROW_BYTES;
            }
            long c = g.c() + i0 * g.cRow() + (long) j * WORD;
            long init = first ? start(g, j) : c;
            long initRow = first ? 0 : g.cRow();
            GemmPanel.multiply(
                    i1 - i0, cols, depth, g.alpha(), a, g.aRow(), g.aCol(), b, bRow, init, initRow,
                    c, g.cRow(), scratch);
        }
    }

    /** The bias of a panel's columns, or zeros. */
    private static long start(GemmProblem g, int j) {
        return g.bias() == 0 ? GemmPanel.ZEROS : g.bias() + (long) j * WORD;
    }

    private static void packPanel(GemmProblem g, long b, long to, int depth, int cols) {
        if (g.bCol() == WORD) {
            GemmPacking.rows(b, g.bRow(), to, ROW_BYTES, depth, cols);
        } else {
            GemmPacking.transposed(b, g.bCol(), g.bRow(), to, ROW_BYTES, depth, cols);
        }
    }

    // ---- with packing

    private void multiplyPacked(GemmProblem g) {
        int blocks = (g.k() + PACKED_DEPTH - 1) / PACKED_DEPTH;
        int depth = (g.k() + blocks - 1) / blocks;
        for (int j = 0; j < g.n(); j += BLOCK) {
            for (int i = 0; i < g.m(); i += BLOCK) {
                for (int p = 0; p < g.k(); p += depth) {
                    int rows = Math.min(BLOCK, g.m() - i);
                    int cols = Math.min(BLOCK, g.n() - j);
                    multiplyBlock(
                            Block.of(
                                    g,
                                    i,
                                    rows,
                                    j,
                                    cols,
                                    p,
                                    Math.min(depth, g.k() - p),
                                    pool.threads(),
                                    packedA,
                                    packedB));
                }
            }
        }
    }

    /**
     * Rows i, columns j and the part p of K, with their extents, cut into tasks of {@code taskRows}
     * by {@code taskPanels}.
     *
     * <p>Rows of a that are adjacent along K are read where they are: copying them costs more than
     * it gains. Otherwise {@code a} holds one matrix for each row of tasks, with adjacent rows.
     */
    private record Block(
            GemmProblem g,
            int i,
            int rows,
            int j,
            int cols,
            int p,
            int depth,
            int taskRows,
            int taskPanels,
            long a,
            long b) {
        static Block of(
                GemmProblem g,
                int i,
                int rows,
                int j,
                int cols,
                int p,
                int depth,
                int threads,
                Scratch packedA,
                Scratch packedB) {
            int taskRows = even((rows + ROWS - 1) / ROWS, TASK_ROWS / ROWS) * ROWS;
            int down = (rows + taskRows - 1) / taskRows;
            int panels = (cols + COLUMNS - 1) / COLUMNS;
            int most = TASK_PANELS;
            while (threads > 1
                    && most > 1
                    && down * ((panels + most - 1) / most) < PARTS_PER_THREAD * threads) {
                most--;
            }
            long a =
                    g.aCol() == WORD
                            ? g.a() + i * g.aRow() + (long) p * WORD
                            : packedA.reserve((long) down * taskRows * packedRowBytes(depth));
            long b = packedB.reserve(panels * (long) depth * ROW_BYTES);
            return new Block(g, i, rows, j, cols, p, depth, taskRows, even(panels, most), a, b);
        }

        /**
         * The size of the parts when {@code all} is cut into equal ones of at most {@code most}.
         */
        private static int even(int all, int most) {
            int parts = (all + most - 1) / most;
            return (all + parts - 1) / parts;
        }

        /** A line more than the elements take, so that rows do not share their cache sets. */
        private static long packedRowBytes(int depth) {
            return (depth + 15L) / 16 * 64 + 64;
        }

        boolean readsAInPlace() {
            return g.aCol() == WORD;
        }

        int down() {
            return (rows + taskRows - 1) / taskRows;
        }

        int panels() {
            return (cols + COLUMNS - 1) / COLUMNS;
        }

        int across() {
            return (panels() + taskPanels - 1) / taskPanels;
        }

        /** Where the rows of a of a row of tasks begin. */
        long aTask(int down) {
            return a + (long) down * taskRows * aRow();
        }

        long aRow() {
            return readsAInPlace() ? g.aRow() : packedRowBytes(depth);
        }

        long bPanel(int panel) {
            return b + (long) panel * depth * ROW_BYTES;
        }
    }

    private void multiplyBlock(Block block) {
        int packA = block.readsAInPlace() ? 0 : block.down();
        pool.parallelFor(
                packA + block.panels(),
                (index, worker) -> {
                    if (index < packA) {
                        packA(block, index);
                    } else {
                        packB(block, index - packA);
                    }
                });
        pool.parallelFor(
                block.down() * block.across(),
                (index, worker) ->
                        multiplyTask(block, index % block.down(), index / block.down(), worker));
    }

    private static void packB(Block block, int panel) {
        GemmProblem g = block.g();
        int j = panel * COLUMNS;
        long from = g.b() + block.p() * g.bRow() + (block.j() + j) * g.bCol();
        packPanel(g, from, block.bPanel(panel), block.depth(), Math.min(COLUMNS, block.cols() - j));
    }

    private static void packA(Block block, int down) {
        GemmProblem g = block.g();
        int i = down * block.taskRows();
        long from = g.a() + (block.i() + i) * g.aRow() + block.p() * g.aCol();
        int rows = Math.min(block.taskRows(), block.rows() - i);
        GemmPacking.transposed(
                from, g.aCol(), g.aRow(), block.aTask(down), block.aRow(), rows, block.depth());
    }

    private void multiplyTask(Block block, int down, int across, int worker) {
        GemmProblem g = block.g();
        int i0 = block.i() + down * block.taskRows();
        int i1 = Math.min(i0 + block.taskRows(), block.i() + block.rows());
        int firstPanel = across * block.taskPanels();
        int lastPanel = Math.min(firstPanel + block.taskPanels(), block.panels());
        int j0 = block.j() + firstPanel * COLUMNS;
        int j1 = Math.min(block.j() + lastPanel * COLUMNS, block.j() + block.cols());
        if (block.p() == 0) {
            GemmEnds.begin(g, i0, i1, j0, j1);
        }
        for (int panel = firstPanel; panel < lastPanel; panel++) {
            multiplyPanel(block, i0, i1 - i0, block.aTask(down), panel, worker);
        }
        if (block.p() + block.depth() == g.k()) {
            GemmEnds.finish(g, i0, i1, j0, j1);
        }
    }

    private void multiplyPanel(Block block, int i, int rows, long a, int panel, int worker) {
        GemmProblem g = block.g();
        int j = block.j() + panel * COLUMNS;
        int cols = Math.min(COLUMNS, block.j() + block.cols() - j);
        long c = g.c() + i * g.cRow() + (long) j * WORD;
        boolean fresh = block.p() == 0 && !g.accumulates();
        long init = fresh ? start(g, j) : c;
        long initRow = fresh ? 0 : g.cRow();
        long scratch = workers[worker].reserve(GemmPanel.SCRATCH_BYTES);
        GemmPanel.multiply(
                rows,
                cols,
                block.depth(),
                g.alpha(),
                a,
                block.aRow(),
                WORD,
                block.bPanel(panel),
                ROW_BYTES,
                init,
                initRow,
                c,
                g.cRow(),
                scratch);
    }

    @Override
    public void close() {
        packedA.close();
        packedB.close();
    }
}
