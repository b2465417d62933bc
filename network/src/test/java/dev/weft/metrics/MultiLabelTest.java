package dev.weft.metrics;

import static dev.weft.metrics.Named.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.Map;

/** The figures were computed by scikit-learn 1.9.1 from the same numbers. */
class MultiLabelTest {
    private static final float[] SCORES = {
        0.9f, 0.2f, 0.5f, 0.6f, 0.4f, 0.1f, 0.3f, 0.7f, 0.8f, 0.2f, 0.1f, 0.3f, 0.8f, 0.6f, 0.4f
    };
    private static final int[] ACTUAL = {1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0};
    private static final float[] WEIGHTS = {1, 2, 1, 0.5f, 1};

    private static void assertFigures(Map<String, Double> expected, Map<String, Double> actual) {
        expected.forEach((name, value) -> assertEquals(value, named(name, actual), 1e-6, name));
    }

    @Test
    void figures() {
        MultiLabel all = new MultiLabel(3).withCurves();
        all.add(SCORES, ACTUAL, null);
        assertFigures(
                Map.of(
                        "accuracy", 0.8,
                        "hamming_loss", 2 / 15.0,
                        "macro_precision", 8 / 9.0,
                        "macro_f1", 0.866666667,
                        "weighted_precision", 0.904761905,
                        "weighted_f1", 0.857142857,
                        "micro_f1", 0.857142857,
                        "log_loss", 0.388404032,
                        "macro_roc_auc", 1.0,
                        "macro_average_precision", 1.0),
                all.figures());
    }

    @Test
    void figuresWithWeights() {
        MultiLabel all = new MultiLabel(3).withCurves();
        all.add(SCORES, ACTUAL, WEIGHTS);
        assertFigures(
                Map.of(
                        "accuracy", 7 / 11.0,
                        "hamming_loss", 8 / 33.0,
                        "macro_recall", 5 / 6.0,
                        "macro_f1", 7 / 9.0,
                        "weighted_precision", 0.875,
                        "micro_recall", 0.75,
                        "samples_precision", 6 / 11.0,
                        "samples_recall", 6 / 11.0,
                        "samples_f1", 6 / 11.0,
                        "samples_jaccard", 6 / 11.0),
                all.figures());
        assertEquals(0.449782605649847, named("log_loss", all.figures()), 1e-6);
        // Of label 0 one of weight 2 is called wrongly.
        assertFigures(
                Map.of("precision", 0.5, "recall", 1.0, "support", 2.0, "roc_auc", 1.0),
                all.figures(0));
    }

    @Test
    void averagesOverExamplesCountParts() {
        MultiLabel all = new MultiLabel(4);
        // Two of three called are right, of four that are true.
        all.add(new float[] {1, 1, 0, 0}, new int[] {1, 0, 1, 1}, null);
        assertFigures(
                Map.of(
                        "samples_precision", 1 / 2.0,
                        "samples_recall", 1 / 3.0,
                        "samples_f1", 2 / 5.0,
                        "samples_jaccard", 1 / 4.0),
                all.figures());
    }

    @Test
    void aLabelWithoutExamplesCountsInTheMean() {
        int[] without = ACTUAL.clone();
        for (int i = 1; i < without.length; i += 3) {
            without[i] = 0;
        }
        MultiLabel all = new MultiLabel(3).withCurves();
        all.add(SCORES, without, null);
        assertFigures(
                Map.of(
                        "macro_precision", 5 / 9.0,
                        "macro_recall", 2 / 3.0,
                        "macro_f1", 0.6,
                        "weighted_precision", 5 / 6.0,
                        "weighted_f1", 0.9,
                        "macro_roc_auc", 1.0,
                        "macro_average_precision", 2 / 3.0),
                all.figures());
    }

    @Test
    void thresholdsOfEachLabel() {
        MultiLabel all = new MultiLabel(3).withThresholds(0.7, 0.4f, 0.5);
        all.add(SCORES, ACTUAL, null);
        assertEquals(1, named("accuracy", all.figures()));
        assertThrows(IllegalStateException.class, () -> all.withThresholds(0, 0, 0));
        assertThrows(IllegalStateException.class, all::withCurves);
        assertThrows(IllegalStateException.class, () -> all.ranking(0));
        MultiLabel empty = new MultiLabel(3);
        assertThrows(IllegalArgumentException.class, () -> empty.withThresholds(0.5));
        assertThrows(IllegalArgumentException.class, () -> empty.withThresholds(0, Double.NaN, 0));
        assertTrue(named("accuracy", empty.figures()).isNaN());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        MultiLabel all = new MultiLabel(2);
        assertThrows(IllegalArgumentException.class, () -> all.add(new float[3], new int[3], null));
        assertThrows(IllegalArgumentException.class, () -> all.add(new float[4], new int[2], null));
        assertThrows(
                IllegalArgumentException.class,
                () -> all.add(new float[2], new int[] {0, 2}, null));
        assertThrows(
                IllegalArgumentException.class,
                () -> all.add(new float[] {0, -3}, new int[2], null));
        assertThrows(IllegalArgumentException.class, () -> new MultiLabel(0));
    }
}
