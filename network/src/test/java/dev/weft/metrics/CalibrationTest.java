package dev.weft.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CalibrationTest {
    @Test
    void binsAndTheirError() {
        float[] probabilities = {0.1f, 0.4f, 0.35f, 0.8f, 0.4f, 0.9f, 0.4f, 0.6f, 1, 0};
        boolean[] hits = {false, false, true, true, true, true, false, false, true, false};
        Calibration all = new Calibration(5);
        for (int i = 0; i < hits.length; i++) {
            all.add(probabilities[i], hits[i], 1);
        }
        // What scikit-learn's calibration_curve gives, whose 0.4f, 0.6f and 0.8f are as here a
        // little off 0.4, 0.6 and 0.8.
        double[] weights = {2, 1, 3, 1, 3};
        double[] shares = {0, 1, 1 / 3.0, 0, 1};
        double[] means = {0.05, 0.35, 0.4, 0.6, 0.9};
        double error = 0;
        for (int i = 0; i < 5; i++) {
            Calibration.Bin bin = all.bins().get(i);
            assertEquals(weights[i], bin.weight());
            assertEquals(shares[i], bin.share(), 1e-7);
            assertEquals(means[i], bin.meanProbability(), 1e-7);
            assertEquals(i / 5.0, bin.low());
            assertEquals((i + 1) / 5.0, bin.high());
            error += weights[i] / 10 * Math.abs(shares[i] - means[i]);
        }
        assertEquals(error, all.expectedError(), 1e-7);
    }

    @Test
    void bordersBelongToTheLowerBin() {
        Calibration all = new Calibration(4);
        for (double p : new double[] {0, 0.25, 0.5, 0.75, 1, 1.0001, -0.0001}) {
            all.add(p, true, 2);
        }
        double[] expected = {6, 2, 2, 4};
        for (int i = 0; i < 4; i++) {
            assertEquals(expected[i], all.bins().get(i).weight(), "bin " + i);
        }
        assertEquals(1, all.bins().get(3).meanProbability());
    }

    @Test
    void withoutExamples() {
        Calibration none = new Calibration(1);
        assertTrue(Double.isNaN(none.expectedError()));
        assertTrue(Double.isNaN(none.bins().getFirst().share()));
        assertThrows(IllegalArgumentException.class, () -> new Calibration(0));
    }
}
