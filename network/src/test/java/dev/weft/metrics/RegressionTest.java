package dev.weft.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

/** The figures were computed by scikit-learn 1.9.1 from the same numbers. */
class RegressionTest {
    private static final double[] ACTUAL = {3, -0.5, 2, 7, 0};
    private static final double[] PREDICTED = {2.5, 0, 2, 8, 0.1};

    @Test
    void figures() {
        Regression all = new Regression(0.9, 0.1);
        all.add(PREDICTED, ACTUAL, null);
        assertEquals(5, all.count());
        assertEquals(0.9578212290502793, all.r2(), 1e-12);
        assertEquals(0.9645810055865922, all.explainedVariance(), 1e-12);
        assertEquals(0.42, all.mae(), 1e-12);
        assertEquals(0.302, all.mse(), 1e-12);
        assertEquals(Math.sqrt(0.302), all.rmse(), 1e-12);
        assertEquals(90071992547410.19, all.mape(), 1);
        assertEquals(0.122, all.quantileLoss(0.9), 1e-12);
        assertEquals(0.298, all.quantileLoss(0.1), 1e-12);
        assertEquals(
                List.of(
                        "r2",
                        "explained_variance",
                        "mae",
                        "rmse",
                        "mse",
                        "mape",
                        "quantile_loss_0.9",
                        "quantile_loss_0.1"),
                List.copyOf(all.figures().keySet()));
    }

    @Test
    void figuresWithWeights() {
        Regression all = new Regression(0.9, 0.1);
        float[] weights = {1, 2, 0.5f, 1, 1};
        for (int i = 0; i < ACTUAL.length; i++) {
            all.add(
                    new double[] {PREDICTED[i]},
                    new double[] {ACTUAL[i]},
                    new float[] {weights[i]});
        }
        all.add(new double[] {1e9}, new double[] {0}, new float[] {0});
        assertEquals(5, all.count());
        assertEquals(0.9584103114930183, all.r2(), 1e-12);
        assertEquals(0.9694092373791622, all.explainedVariance(), 1e-12);
        assertEquals(0.4727272727272727, all.mae(), 1e-12);
        assertEquals(0.32, all.mse(), 1e-12);
        assertEquals(0.12, all.quantileLoss(0.9), 1e-12);
        assertEquals(0.3527272727272728, all.quantileLoss(0.1), 1e-12);
    }

    private static Regression of(double[] predicted, double... actual) {
        Regression all = new Regression();
        all.add(predicted, actual, null);
        return all;
    }

    @Test
    void whereActualValuesAreTheSame() {
        assertEquals(1, of(new double[] {2.1, 2.1, 2.1}, 2.1, 2.1, 2.1).r2());
        assertEquals(0, of(new double[] {2, 2, 3}, 2, 2, 2).r2());
        assertEquals(0, of(new double[] {2, 2, 3}, 2, 2, 2).explainedVariance());
        assertEquals(1, of(new double[] {3, 3, 3}, 2, 2, 2).explainedVariance());
        assertTrue(Double.isNaN(of(new double[] {1}, 1).r2()));
        assertEquals(1, of(new double[] {2}, 1).explainedVariance());
        for (double figure : new Regression(0.5).figures().values()) {
            assertTrue(Double.isNaN(figure));
        }
    }

    @Test
    void valuesFarFromZeroLoseNoDigits() {
        double[] far = Arrays.stream(ACTUAL).map(value -> value + 1e9).toArray();
        double[] predicted = Arrays.stream(PREDICTED).map(value -> value + 1e9).toArray();
        assertEquals(0.9578212290502793, of(predicted, far).r2(), 1e-6);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Regression all = new Regression(0.5);
        double[] one = {1};
        assertThrows(IllegalArgumentException.class, () -> all.add(one, new double[2], null));
        assertThrows(IllegalArgumentException.class, () -> all.add(one, one, new float[2]));
        assertThrows(
                IllegalArgumentException.class,
                () -> all.add(new double[] {Double.NaN}, one, null));
        assertThrows(
                IllegalArgumentException.class,
                () -> all.add(one, new double[] {Double.POSITIVE_INFINITY}, null));
        assertEquals(0, all.count());
        assertThrows(IllegalArgumentException.class, () -> all.quantileLoss(0.4));
        assertThrows(IllegalArgumentException.class, () -> new Regression(0));
        assertThrows(IllegalArgumentException.class, () -> new Regression(1));
    }
}
