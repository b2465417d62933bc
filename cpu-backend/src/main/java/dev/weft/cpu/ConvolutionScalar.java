// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.Correlation;

/**
 * Convolutions of F32 and their gradients without vectors, for a JVM that does not compile them:
 * each element of the result by itself.
 */
final class ConvolutionScalar {
    /** Products that a task adds up, about. */
    private static final long CHUNK = 1 << 14;

    private final WorkerPool pool;

    ConvolutionScalar(WorkerPool pool) {
        this.pool = pool;
    }

    void run(Correlation work) {
        long size = work.result().size();
        if (size == 0) {
            return;
        }
        long products = work.terms();
        for (Correlation.Axis axis : work.axes()) {
            products *= axis.places();
        }
        Pieces tasks = new Pieces(size, Math.max(1, CHUNK / Math.max(1, products)));
        pool.forPieces(
                tasks.count(),
                (index, _) -> {
                    for (long i = tasks.start(index); i < tasks.end(index); i++) {
                        Memory.setFloat(
                                CpuBuffer.address(work.result()) + i * WORD, element(work, i));
                    }
                });
    }

    private static float element(Correlation work, long i) {
        Correlation.Axis depth = work.axes().get(0);
        Correlation.Axis rows = work.axes().get(1);
        Correlation.Axis columns = work.axes().get(2);
        long plane = i / work.elements();
        long w = plane % work.w();
        long v = plane / work.w() % work.v();
        long u = plane / work.w() / work.v();
        long a = i / columns.elements() / rows.elements() % depth.elements();
        long b = i / columns.elements() % rows.elements();
        long c = i % columns.elements();
        Correlation.Steps one = work.ofFirst();
        Correlation.Steps two = work.ofSecond();
        long first = u * one.u() + v * one.v() + w * one.w();
        long second = u * two.u() + v * two.v() + w * two.w();
        long from = CpuBuffer.address(work.first());
        long with = CpuBuffer.address(work.second());
        FloatSum sum = new FloatSum();
        for (long r = 0; r < work.terms(); r++, first += one.r(), second += two.r()) {
            for (long j = 0; j < depth.places(); j++) {
                long p = depth.partner(a, j);
                if (p < 0) {
                    continue;
                }
                for (long k = 0; k < rows.places(); k++) {
                    long q = rows.partner(b, k);
                    if (q < 0) {
                        continue;
                    }
                    long left = first + (j * rows.places() + k) * columns.places();
                    long right = second + (p * rows.partners() + q) * columns.partners();
                    for (long l = 0; l < columns.places(); l++) {
                        long s = columns.partner(c, l);
                        if (s >= 0) {
                            sum.add(
                                    Memory.getFloat(from + (left + l) * WORD)
                                            * Memory.getFloat(with + (right + s) * WORD));
                        }
                    }
                }
            }
        }
        return sum.value();
    }
}
