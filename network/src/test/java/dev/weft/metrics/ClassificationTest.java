package dev.weft.metrics;

import static dev.weft.metrics.Named.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The figures were computed by scikit-learn 1.9.1 from the same numbers, and the small by hand. */
class ClassificationTest {
    /** Of four classes; nothing is of the last, and nothing is predicted as it. */
    private static final float[] SCORES = {
        0.7f, 0.1f, 0.1f, 0.1f, 0.2f, 0.5f, 0.2f, 0.1f, 0.25f, 0.25f, 0.25f, 0.25f, 0.1f, 0.6f,
        0.2f, 0.1f, 0.1f, 0.2f, 0.65f, 0.05f, 0.3f, 0.3f, 0.4f, 0, 0.05f, 0.9f, 0.05f, 0, 0.4f,
        0.4f, 0.1f, 0.1f
    };

    private static final int[] LABELS = {0, 1, 2, 0, 2, 1, 1, 0};
    private static final float[] WEIGHTS = {1, 2, 1, 0.5f, 1, 1, 3, 1};

    private static final float[] BINARY = {0.1f, 0.4f, 0.35f, 0.8f, 0.4f, 0.9f, 0.4f, 0.6f, 1, 0};
    private static final int[] POSITIVE = {0, 0, 1, 1, 1, 1, 0, 0, 1, 0};
    private static final float[] BINARY_WEIGHTS = {1, 2, 0.5f, 1, 1, 3, 1, 1, 2, 1};

    private static Classification four(float @Nullable [] weights) {
        Classification figures = new Classification(4).withCurves();
        figures.add(SCORES, LABELS, weights);
        return figures;
    }

    private static void assertFigures(Map<String, Double> expected, Map<String, Double> actual) {
        expected.forEach(
                (name, value) -> {
                    assertTrue(actual.containsKey(name), name + " of " + actual.keySet());
                    assertEquals(value, named(name, actual), 1e-6, name);
                });
    }

    @Test
    void fourClasses() {
        Map<String, Double> figures = four(null).figures();
        assertFigures(
                Map.of(
                        "accuracy", 0.625,
                        "balanced_accuracy", 0.611111111,
                        "macro_f1", 0.611111111,
                        "weighted_f1", 0.625,
                        "kappa", 0.428571429,
                        "matthews", 0.428571429,
                        "log_loss", 0.924388647,
                        "brier", 0.487499982),
                figures);
        assertFigures(
                Map.of(
                        "macro_roc_auc", 0.827777778,
                        "weighted_roc_auc", 0.816666667,
                        "macro_average_precision", 0.799470899,
                        "weighted_average_precision", 0.795238095),
                figures);
    }

    @Test
    void fourClassesWithWeights() {
        Classification all = four(WEIGHTS);
        Map<String, Double> figures = all.figures();
        assertFigures(
                Map.of(
                        "accuracy", 0.761904762,
                        "balanced_accuracy", 0.711111111,
                        "macro_precision", 0.691919192,
                        "macro_recall", 0.711111111,
                        "macro_f1", 0.698945982,
                        "weighted_precision", 0.773448773,
                        "weighted_recall", 0.761904762,
                        "weighted_f1", 0.765292678,
                        "micro_f1", 0.761904762),
                figures);
        assertFigures(
                Map.of(
                        "kappa", 0.600760456,
                        "matthews", 0.603211632,
                        "log_loss", 0.680731844,
                        "brier", 0.348571425,
                        "macro_roc_auc", 0.912027959,
                        "weighted_roc_auc", 0.909099751,
                        "macro_average_precision", 0.878787879,
                        "weighted_average_precision", 0.900144300),
                figures);
        Outcomes outcomes = all.confusion().outcomes();
        assertEquals(0.7055627987831378, outcomes.fBeta(2, Average.MACRO), 1e-12);
        assertEquals(0.7626497795989322, outcomes.fBeta(2, Average.WEIGHTED), 1e-12);
        assertEquals(16 / 21.0, outcomes.fBeta(2, Average.MICRO), 1e-12);
        assertFigures(
                Map.of("precision", 10 / 11.0, "recall", 5 / 6.0, "f1", 20 / 23.0, "support", 6.0),
                all.figures(1));
        assertFigures(
                Map.of("roc_auc", 49 / 54.0, "average_precision", 0.936363636), all.figures(1));
        assertFigures(Map.of("precision", 0.0, "recall", 0.0, "f1", 0.0), all.figures(3));
    }

    @Test
    void twoClassesByOneColumnOrTwo() {
        Classification alone = new Classification(2).withCurves();
        alone.add(BINARY, POSITIVE, BINARY_WEIGHTS);
        assertFigures(
                Map.of(
                        "precision", 6 / 7.0,
                        "recall", 0.8,
                        "f1", 24 / 29.0,
                        "matthews", 0.629843867,
                        "kappa", 0.628099174,
                        "log_loss", 0.335892990,
                        "brier", 0.110462963,
                        "roc_auc", 0.9,
                        "average_precision", 0.928326746),
                alone.figures());
        float[] both = new float[2 * BINARY.length];
        for (int i = 0; i < BINARY.length; i++) {
            both[2 * i] = 1 - BINARY[i];
            both[2 * i + 1] = BINARY[i];
        }
        Classification pair = new Classification(2).withCurves();
        pair.add(both, POSITIVE, BINARY_WEIGHTS);
        assertEquals(alone.figures(), pair.figures());
        assertEquals(alone.figures(1), pair.figures(1));
        assertFalse(pair.figures(0).containsKey("roc_auc"));
    }

    @Test
    void aThresholdSettlesWhatIsPredicted() {
        Classification low = new Classification(2).withThreshold(0.4f);
        low.add(BINARY, POSITIVE, null);
        // At least 0.4: 0.4 0.8 0.4 0.9 0.4 0.6 1, four of them rightly.
        assertEquals(4 / 7.0, named("precision", low.figures()), 1e-12);
        assertEquals(4 / 5.0, named("recall", low.figures()), 1e-12);
        assertThrows(IllegalStateException.class, () -> new Classification(3).withThreshold(0.5));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Classification(2).withThreshold(Double.NaN));
        assertThrows(IllegalStateException.class, () -> low.withThreshold(0.5));
        assertThrows(IllegalStateException.class, low::withCurves);
    }

    @Test
    void topK() {
        // The true classes are the 1st, 1st, 3rd, 3rd, 1st, 3rd, 1st and 1st likeliest: of equals
        // the
        // first class counts as likelier.
        double[] expected = {0.625, 0.625, 1, 1};
        for (int k = 1; k <= 4; k++) {
            assertEquals(expected[k - 1], four(null).topAccuracy(k), 1e-12, "top " + k);
        }
        assertEquals(16 / 21.0, four(WEIGHTS).topAccuracy(2), 1e-12);
    }

    @Test
    void batchesAddUp() {
        Classification parts = new Classification(4).withCurves();
        parts.add(new float[0], new int[0], null);
        for (int i = 0; i < LABELS.length; i++) {
            parts.add(
                    Arrays.copyOfRange(SCORES, 4 * i, 4 * i + 4),
                    new int[] {LABELS[i]},
                    new float[] {WEIGHTS[i]});
        }
        assertEquals(four(WEIGHTS).figures(), parts.figures());
    }

    @Test
    void weightZeroIsAsThoughItWasNotThere() {
        Classification all = new Classification(3).withCurves();
        all.add(
                new float[] {0.6f, 0.4f, 0, 0.1f, 0.9f, 0, 0, 0, 1},
                new int[] {0, 0, 2},
                new float[] {1, 1, 0});
        Classification without = new Classification(3).withCurves();
        without.add(new float[] {0.6f, 0.4f, 0, 0.1f, 0.9f, 0}, new int[] {0, 0}, null);
        assertEquals(without.figures(), all.figures());
        assertEquals(2, all.confusion().total());
    }

    @Test
    void oneClassAlone() {
        Classification all = new Classification(2).withCurves();
        all.add(new float[] {0.1f, 0.2f, 0.7f}, new int[] {0, 0, 0}, null);
        Map<String, Double> figures = all.figures();
        assertEquals(2 / 3.0, named("accuracy", figures), 1e-12);
        assertEquals(2 / 3.0, named("balanced_accuracy", figures), 1e-12);
        assertEquals(0, named("recall", figures));
        assertEquals(0, named("kappa", figures));
        assertEquals(0, named("matthews", figures));
        assertTrue(named("roc_auc", figures).isNaN());
        // Class 1 occurs among the predictions: its F1 of 0 halves the mean.
        assertEquals(0.4, named("macro_f1", figures), 1e-12);

        Classification right = new Classification(2);
        right.add(new float[] {0.1f}, new int[] {0}, null);
        assertEquals(1, named("macro_f1", right.figures()));
        assertTrue(named("kappa", right.figures()).isNaN());
        assertEquals(0, named("matthews", right.figures()));
    }

    @Test
    void nothingAdded() {
        Map<String, Double> figures = new Classification(7).withCurves().figures();
        for (String name :
                List.of(
                        "accuracy",
                        "balanced_accuracy",
                        "top_5_accuracy",
                        "macro_f1",
                        "kappa",
                        "matthews",
                        "log_loss",
                        "brier",
                        "ece",
                        "macro_roc_auc")) {
            assertTrue(named(name, figures).isNaN(), name);
        }
        assertFalse(new Classification(5).figures().containsKey("top_5_accuracy"));
        assertFalse(new Classification(5).figures().containsKey("macro_roc_auc"));
    }

    @Test
    void certaintyThatIsWrongCostsALot() {
        Classification all = new Classification(2);
        all.add(new float[] {1}, new int[] {0}, null);
        assertEquals(-Math.log(Math.ulp(1f)), all.logLoss(), 1e-6);
        assertEquals(1, all.brier());
    }

    @Test
    void calibrationOfTwoClassesIsThatOfTheSecond() {
        Classification two = new Classification(2);
        two.add(new float[] {0.25f, 0.25f}, new int[] {0, 1}, null);
        assertEquals(0.25, two.calibration().expectedError(), 1e-7);
        Classification three = new Classification(3);
        three.add(new float[] {0.25f, 0.75f, 0}, new int[] {1}, null);
        assertEquals(0.25, three.calibration().expectedError(), 1e-7);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Classification all = new Classification(3).withCurves();
        String[] errors = {
            message(() -> all.add(new float[5], new int[2], null)),
            message(() -> all.add(new float[6], new int[2], new float[1])),
            message(() -> all.add(new float[] {0, 2.5f, 0}, new int[1], null)),
            message(() -> all.add(new float[] {0, 0, Float.NaN}, new int[1], null)),
            message(() -> all.add(new float[3], new int[] {3}, null)),
            message(() -> all.add(new float[3], new int[] {-1}, null)),
            message(() -> all.add(new float[3], new int[1], new float[] {-1})),
            message(() -> all.add(new float[3], new int[1], new float[] {Float.NaN})),
            message(() -> new Classification(1)),
            message(() -> all.topAccuracy(0)),
            message(() -> all.topAccuracy(4)),
            message(() -> all.rocArea(Average.MICRO)),
        };
        String[] parts = {
            "5 numbers for 2 examples",
            "1 weights for 2 examples",
            "score 1 of example 0 is 2.5",
            "is NaN",
            "is 3: it must be from 0 to 2",
            "is -1",
            "weight of example 0 is -1.0",
            "weight of example 0 is NaN",
            "at least 2, got 1",
            "got 0",
            "got 4",
            "MICRO"
        };
        for (int i = 0; i < errors.length; i++) {
            assertTrue(errors[i].contains(parts[i]), errors[i]);
        }
        assertEquals(0, all.confusion().total());
        assertEquals(0, all.ranking(0).size());
        assertThrows(IllegalStateException.class, () -> new Classification(3).ranking(0));
        assertThrows(
                IllegalStateException.class, () -> new Classification(2).withCurves().ranking(0));
        assertThrows(IndexOutOfBoundsException.class, () -> all.ranking(3));
    }

    private static String message(Runnable refused) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, refused::run).getMessage());
    }
}
