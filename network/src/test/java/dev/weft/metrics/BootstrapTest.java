package dev.weft.metrics;

import static dev.weft.metrics.Named.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;

class BootstrapTest {
    private static final int EXAMPLES = 400;

    private static Map<String, Interval> intervals(long seed, int batch) {
        Random random = new Random(3);
        float[] scores = new float[EXAMPLES];
        int[] labels = new int[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            labels[i] = i % 2;
            boolean right = random.nextDouble() < 0.8;
            scores[i] = right == (labels[i] == 1) ? 0.9f : 0.1f;
        }
        var bootstrap = new Bootstrap<>(1000, seed, () -> new Classification(2));
        for (int from = 0; from < EXAMPLES; from += batch) {
            int to = Math.min(from + batch, EXAMPLES);
            float[] s = Arrays.copyOfRange(scores, from, to);
            int[] l = Arrays.copyOfRange(labels, from, to);
            bootstrap.add(to - from, null, (figures, weights) -> figures.add(s, l, weights));
        }
        return bootstrap.intervals(0.95);
    }

    @Test
    void anIntervalOfAShareIsThatOfItsDistribution() {
        Interval accuracy = named("accuracy", intervals(1, EXAMPLES));
        double mean = (accuracy.low() + accuracy.high()) / 2;
        double half = (accuracy.high() - accuracy.low()) / 2;
        assertEquals(0.8, mean, 0.04);
        // 1.96 standard errors.
        assertEquals(1.96 * Math.sqrt(mean * (1 - mean) / EXAMPLES), half, 0.004);
    }

    @Test
    void theSeedSettlesItWhateverTheBatches() {
        Map<String, Interval> all = intervals(7, EXAMPLES);
        assertEquals(all, intervals(7, 33));
        assertNotEquals(all, intervals(8, EXAMPLES));
    }

    @Test
    void weightsOfTheExamplesCount() {
        var bootstrap = new Bootstrap<>(50, 1, Regression::new);
        bootstrap.add(
                2,
                new float[] {0, 1},
                (figures, weights) ->
                        figures.add(new double[] {5, 1}, new double[] {0, 0}, weights));
        assertEquals(new Interval(1, 1), named("mae", bootstrap.intervals(0.9)));
        // No replicate has two examples.
        assertTrue(Double.isNaN(named("r2", bootstrap.intervals(0.9)).low()));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Bootstrap<>(1, 0, Regression::new));
        var bootstrap = new Bootstrap<>(2, 0, Regression::new);
        assertThrows(IllegalArgumentException.class, () -> bootstrap.intervals(1));
        assertThrows(IllegalArgumentException.class, () -> bootstrap.intervals(95));
    }
}
