// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.GemmPanel.COLUMNS;
import static dev.weft.cpu.GemmPanel.ROWS;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.Correlation;

import java.util.List;

/**
 * Convolutions of F32 and their gradients as products by gemm's panels, whose operands are gathered
 * panel by panel: no matrix of all windows is ever written. Splits the work among threads at whole
 * tiles and panels; what an element is made of, and in which order, does not depend on them.
 */
final class Convolution {
    /** Fewer panels of an image than these go on over the next image, so that they are full. */
    private static final int FEW_PANELS = 8;

    /** The fewest rows for which a thread gathers panels of its own. */
    private static final int LEAST_ROWS = 16;

    /** Parts for each thread of a product that takes long. */
    private static final int PARTS_PER_THREAD = 3;

    /** What a thread does in about 200 µs. */
    private static final double LONG_FLOPS = 8e7 / WORD;

    private final WorkerPool pool;
    private final Scratch[] workers;
    private final ConvolutionScalar scalar;
    private final Depthwise depthwise;

    /** Computes on {@code pool}, with scratch memory for each of its workers. */
    Convolution(WorkerPool pool, Scratch[] workers) {
        this.pool = pool;
        this.workers = workers;
        scalar = new ConvolutionScalar(pool);
        depthwise = new Depthwise(pool, workers);
    }

    /** What does this again and again. */
    Runnable prepare(Correlation work) {
        if (work.result().size() == 0) {
            return () -> {};
        }
        if (Compiler.IS_SCALAR) {
            return () -> scalar.run(work);
        }
        List<ConvolutionProduct> phases = ConvolutionProduct.of(work);
        return () -> {
            for (ConvolutionProduct phase : phases) {
                multiply(phase, work);
            }
        };
    }

    private void multiply(ConvolutionProduct g, Correlation work) {
        long a = CpuBuffer.address(work.first());
        long b = CpuBuffer.address(work.second());
        long c = CpuBuffer.address(work.result());
        if (Depthwise.fits(g)) {
            depthwise.run(g, a, b, c);
            return;
        }
        long extent =
                g.images() == 1 || g.elements() >= FEW_PANELS * COLUMNS ? g.elements() : g.size();
        Grid grid = Grid.of(g, extent, shares(g) ? pool.threads() : 1);
        pool.parallelFor(
                g.groups() * grid.parts(),
                (index, worker) -> {
                    long group = index / grid.parts();
                    int part = index % grid.parts();
                    new ConvolutionPart(
                                    g,
                                    extent,
                                    a + group * g.aGroup() * WORD,
                                    b + group * g.bGroup() * WORD,
                                    c + group * g.cGroup() * WORD,
                                    workers[worker])
                            .multiply(
                                    grid.top(part),
                                    grid.bottom(part),
                                    grid.left(part),
                                    grid.right(part));
                });
    }

    private boolean shares(ConvolutionProduct g) {
        return g.flops() >= Gemm.PARALLEL_FLOPS && pool.shares(g.flops() >= Gemm.LONGER_FLOPS);
    }

    /** How a group's rows and panels are cut. */
    private record Grid(int rows, long panels, int down, int across) {
        static Grid of(ConvolutionProduct g, long extent, int threads) {
            long panels = (extent + COLUMNS - 1) / COLUMNS * (g.size() / extent);
            int most = Math.ceilDiv(g.rows(), LEAST_ROWS);
            boolean copies = !g.hasAdjacentTerms();
            boolean isLong = g.flops() >= LONG_FLOPS * threads;
            int all = threads == 1 ? 1 : isLong && !copies ? threads * PARTS_PER_THREAD : threads;
            int parts = Math.ceilDiv(all, g.groups());
            if (copies && g.rows() > g.size()) {
                // Each part copies the rows that it reads: the larger operand is copied once.
                int down = Math.min(parts, most);
                return new Grid(
                        g.rows(), panels, down, (int) Math.min(panels, Math.ceilDiv(parts, down)));
            }
            int across = (int) Math.min(panels, parts);
            return new Grid(g.rows(), panels, Math.min(most, Math.ceilDiv(parts, across)), across);
        }

        int parts() {
            return down * across;
        }

        int top(int part) {
            return border(part / across);
        }

        int bottom(int part) {
            return border(part / across + 1);
        }

        private int border(int number) {
            int tiles = Math.ceilDiv(rows, ROWS);
            return Math.min(rows, (int) ((long) number * tiles / down) * ROWS);
        }

        long left(int part) {
            return panels * (part % across) / across;
        }

        long right(int part) {
            return panels * (part % across + 1) / across;
        }
    }
}
