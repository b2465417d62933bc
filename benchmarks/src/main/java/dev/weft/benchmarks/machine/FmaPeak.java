package dev.weft.benchmarks.machine;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The machine's F32 limit: fused multiply-adds on vectors of the preferred width that stay in
 * registers, on some threads at once. Sixteen chains hide the latency of two units with four cycles
 * each twice over.
 */
final class FmaPeak {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 16;
    private static final int ITERATIONS = 20_000;

    /** So many that the compiler is done with every thread's calls long before the last. */
    private static final int SAMPLES = 3_000;

    private FmaPeak() {}

    /** GFLOP/s of all threads together: the sum of each thread's best sample. */
    static double measure(int threads) {
        return Together.sum(threads, () -> alone(SAMPLES));
    }

    /** The same of one sample, which is not compiled yet. */
    static double glance(int threads) {
        return Together.sum(threads, () -> alone(1));
    }

    private static double alone(int samples) {
        double best = 0;
        float sink = 0;
        for (int sample = 0; sample < samples; sample++) {
            long start = System.nanoTime();
            sink += chains(ITERATIONS);
            double seconds = (System.nanoTime() - start) * 1e-9;
            double flops = 2.0 * CHAINS * SPECIES.length() * ITERATIONS;
            best = Math.max(best, flops / seconds * 1e-9);
        }
        if (Float.isNaN(sink)) {
            throw new AssertionError("the chains stay finite");
        }
        return best;
    }

    private static float chains(int iterations) {
        FloatVector a = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector b = FloatVector.broadcast(SPECIES, 0.001f);
        FloatVector c0 = b;
        FloatVector c1 = b;
        FloatVector c2 = b;
        FloatVector c3 = b;
        FloatVector c4 = b;
        FloatVector c5 = b;
        FloatVector c6 = b;
        FloatVector c7 = b;
        FloatVector c8 = b;
        FloatVector c9 = b;
        FloatVector c10 = b;
        FloatVector c11 = b;
        FloatVector c12 = b;
        FloatVector c13 = b;
        FloatVector c14 = b;
        FloatVector c15 = b;
        for (int i = 0; i < iterations; i++) {
            c0 = c0.fma(a, b);
            c1 = c1.fma(a, b);
            c2 = c2.fma(a, b);
            c3 = c3.fma(a, b);
            c4 = c4.fma(a, b);
            c5 = c5.fma(a, b);
            c6 = c6.fma(a, b);
            c7 = c7.fma(a, b);
            c8 = c8.fma(a, b);
            c9 = c9.fma(a, b);
            c10 = c10.fma(a, b);
            c11 = c11.fma(a, b);
            c12 = c12.fma(a, b);
            c13 = c13.fma(a, b);
            c14 = c14.fma(a, b);
            c15 = c15.fma(a, b);
        }
        FloatVector sum = c0.add(c1).add(c2.add(c3)).add(c4.add(c5).add(c6.add(c7)));
        FloatVector more = c8.add(c9).add(c10.add(c11)).add(c12.add(c13).add(c14.add(c15)));
        return sum.add(more).lane(0);
    }
}
