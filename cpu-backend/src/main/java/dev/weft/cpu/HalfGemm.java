package dev.weft.cpu;

import static dev.weft.cpu.GemmPanel.COLUMNS;
import static dev.weft.cpu.GemmPanel.ROWS;
import static dev.weft.cpu.GemmPanel.ROW_BYTES;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.DType;
import dev.weft.backend.Activation;

/**
 * c = activation(alpha a b + beta c + bias) for a and b of F16 or BF16, and c of their type or F32:
 * products of {@link Gemm} in F32, of blocks that are decoded to scratch memory as they lie.
 *
 * <p>For each block of rows of a, C goes by panels of columns, and for each of these K by blocks of
 * b. So what is decoded stays in the second-level cache, and is at most {@link #MOST_BYTES} of a
 * and a panel of b. The sums of a panel are F32 until the end of K, and are rounded once.
 */
final class HalfGemm {
    /** Bytes of an element. */
    private static final int HALF = 2;

    /** The most rows of a that are decoded at once: so often each panel of b is used. */
    private static final int MOST_ROWS = 50 * ROWS;

    /** The most bytes that these may take. */
    private static final int MOST_BYTES = 2 << 20;

    /**
     * Rows before and after a block of a that may be read: a tile of {@link GemmNarrow} may begin
     * before its rows and end after them.
     */
    private static final int MARGIN = GemmNarrow.ROWS - 1;

    private static final int LINE = 64;

    /** Parts for each thread, so that they end at about the same time. */
    private static final int PARTS_PER_THREAD = 3;

    private final WorkerPool pool;
    private final Scratch[] workers;
    private final Gemm gemm;
    private final Conversion decoded;
    private final Conversion encoded;

    /**
     * @param type of a and b
     * @param workers memory that {@code gemm} does not use
     */
    HalfGemm(DType type, WorkerPool pool, Scratch[] workers, Gemm gemm) {
        this.pool = pool;
        this.workers = workers;
        this.gemm = gemm;
        decoded = Conversion.of(type, DType.F32);
        encoded = Conversion.of(DType.F32, type);
    }

    /**
     * Computes products whose operands lie {@code aStep}, {@code bStep} and {@code cStep} bytes
     * apart; the bias is F32.
     *
     * @param wide whether C is F32
     */
    void multiplyBatch(
            GemmProblem g, boolean wide, long batch, long aStep, long bStep, long cStep) {
        if (batch == 0 || g.m() == 0 || g.n() == 0) {
            return;
        }
        int down = Math.ceilDiv(g.m(), rows(g));
        int panels = Math.ceilDiv(g.n(), COLUMNS);
        boolean isShared = gemm.isShared(g.flops() * batch, g.elements() * batch * HALF);
        long parts = isShared ? (long) PARTS_PER_THREAD * pool.threads() : 1;
        int across = (int) Math.clamp(Math.ceilDiv(parts, batch * down), 1L, panels);
        double flops = g.flops() / down / across;
        long each = isShared ? Math.max(1, (long) (Gemm.PARALLEL_FLOPS / flops)) : Long.MAX_VALUE;
        Pieces pieces = new Pieces(batch * down * across, each);
        pool.parallelFor(
                pieces.count(),
                (index, worker) -> {
                    for (long at = pieces.start(index); at < pieces.end(index); at++) {
                        long i = at / across / down;
                        int row = (int) (at / across % down) * rows(g);
                        int column = (int) (at % across);
                        part(
                                g.moved(i * aStep, i * bStep, i * cStep),
                                wide,
                                row,
                                Math.min(row + rows(g), g.m()),
                                border(g.n(), panels, column, across),
                                border(g.n(), panels, column + 1, across),
                                worker);
                    }
                });
    }

    private static int border(int columns, int panels, int number, int across) {
        return (int) Math.min(columns, (long) panels * number / across * COLUMNS);
    }

    /** Rows of a that are decoded at once: whole tiles, but for the last block. */
    private static int rows(GemmProblem g) {
        long fitting = MOST_BYTES / Math.max(1, (long) g.k() * WORD);
        long tiles = Math.clamp(fitting, ROWS, MOST_ROWS) / ROWS;
        return (int) tiles * ROWS;
    }

    /** Rows [i0, i1) and columns [j0, j1) of C. */
    private void part(GemmProblem g, boolean wide, int i0, int i1, int j0, int j1, int worker) {
        int k = g.k();
        int rows = i1 - i0;
        int depth = Gemm.depth(g);
        boolean aLies = g.aCol() == HALF || k == 1;
        boolean bLies = g.bCol() == HALF && (g.n() > 1 || g.bRow() != HALF);
        long aStep = padded(aLies ? k : rows);
        long bStep = bLies ? ROW_BYTES : padded(depth);
        long bBytes = bLies ? (long) depth * ROW_BYTES : COLUMNS * bStep;
        long aBytes = (aLies ? rows + 2L * MARGIN : k) * aStep;
        long c = workers[worker].reserve((long) rows * ROW_BYTES + bBytes + aBytes, "matmul");
        long b = c + (long) rows * ROW_BYTES;
        long a = b + bBytes + (aLies ? MARGIN * aStep : 0);
        long fromA = g.a() + i0 * g.aRow();
        decode(fromA, aLies ? g.aRow() : g.aCol(), a, aStep, aLies ? rows : k, aLies ? k : rows);
        GemmProblem block = new GemmProblem();
        for (int j = j0; j < j1; j += COLUMNS) {
            int cols = Math.min(COLUMNS, j1 - j);
            long toC = g.c() + i0 * g.cRow() + (long) j * HALF;
            if (!wide && g.accumulates()) {
                decode(toC, g.cRow(), c, ROW_BYTES, rows, cols);
            }
            int p = 0;
            do {
                int length = Math.min(depth, k - p);
                long fromB = g.b() + p * g.bRow() + j * g.bCol();
                if (bLies) {
                    decode(fromB, g.bRow(), b, bStep, length, cols);
                } else {
                    decode(fromB, g.bCol(), b, bStep, cols, length);
                }
                boolean isFirst = p == 0;
                boolean isLast = p + length == k;
                // As if the blocks were all of a, b and c: kernels are chosen by their sizes.
                block.set(
                        g.m(),
                        g.n(),
                        length,
                        g.alpha(),
                        aLies ? a + (long) p * WORD - i0 * aStep : a + p * aStep - (long) i0 * WORD,
                        aLies ? aStep : WORD,
                        aLies ? WORD : aStep,
                        b - (bLies ? (long) j * WORD : j * bStep),
                        bLies ? bStep : WORD,
                        bLies ? WORD : bStep,
                        isFirst ? g.beta() : 1,
                        wide ? g.c() : c - (long) i0 * ROW_BYTES - (long) j * WORD,
                        wide ? g.cRow() : ROW_BYTES,
                        isFirst ? g.bias() : 0,
                        isLast ? g.activation() : Activation.IDENTITY);
                gemm.part(block, i0, i1, j, j + cols, worker);
                p += length;
            } while (p < k);
            if (!wide) {
                for (int i = 0; i < rows; i++) {
                    encoded.run(c + (long) i * ROW_BYTES, toC + i * g.cRow(), cols);
                }
            }
        }
    }

    /** Decodes so many runs of adjacent elements. */
    private void decode(long from, long fromStep, long to, long toStep, int runs, int length) {
        for (int i = 0; i < runs; i++) {
            decoded.run(from + i * fromStep, to + i * toStep, length);
        }
    }

    /** Bytes of so many floats and a line more, so that runs do not share their cache sets. */
    private static long padded(int elements) {
        return ((long) elements * WORD + LINE - 1) / LINE * LINE + LINE;
    }
}
