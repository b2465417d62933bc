package dev.weft.benchmarks.library;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.DType;
import dev.weft.benchmarks.task.Reduction;

import org.junit.jupiter.api.Test;

class PairwiseTest {
    /** What NumPy 2.4.6 gives for {@code (1 / numpy.arange(1, n + 1)).astype("f4").sum()}. */
    private static final float[][] SUMS = {
        {7, 0x1.4be2cp+1f},
        {10, 0x1.76e87p+1f},
        {100, 0x1.4bfe02p+2f},
        {128, 0x1.5bb8bp+2f},
        {129, 0x1.5c37b4p+2f},
        {200, 0x1.7831acp+2f},
        {1000, 0x1.df11f8p+2f},
        {4099, 0x1.1caab2p+3f}
    };

    @Test
    void sumsAreThoseOfNumPy() {
        for (float[] sum : SUMS) {
            int n = (int) sum[0];
            float[] x = new float[n + 1];
            x[0] = 100; // no part of the sum
            for (int i = 1; i <= n; i++) {
                x[i] = (float) (1.0 / i);
            }
            assertEquals(sum[1], Pairwise.sum(x, 1, n), () -> "n = " + n);
        }
    }

    @Test
    void aMeanOverRowsIsThatOfEachColumn() {
        Reduction task = new Reduction("", DType.F32, Reduction.Kind.MEAN_OVER_ROWS, 300, 7);
        try (Work work = new Pairwise().prepare(task).orElseThrow()) {
            work.run();
            task.check("pairwise", work.result());
        }
    }
}
