package dev.weft.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** The curves were computed by scikit-learn 1.9.1 from the same numbers. */
class RankingTest {
    private static final float[] SCORES = {0.1f, 0.4f, 0.35f, 0.8f, 0.4f, 0.9f, 0.4f, 0.6f, 1, 0};
    private static final boolean[] POSITIVE = {
        false, false, true, true, true, true, false, false, true, false
    };
    private static final float[] WEIGHTS = {1, 2, 0.5f, 1, 1, 3, 1, 1, 2, 1};

    private static Ranking ranking(boolean weighted) {
        Ranking ranking = new Ranking();
        for (int i = 0; i < SCORES.length; i++) {
            ranking.add(SCORES[i], POSITIVE[i], weighted ? WEIGHTS[i] : 1);
        }
        return ranking;
    }

    private static double[] curve(List<Cut> cuts, ToDoubleFunction<Cut> figure) {
        return cuts.stream().mapToDouble(figure).toArray();
    }

    @Test
    void curvesWithTies() {
        List<Cut> cuts = ranking(false).cuts();
        assertArrayEquals(
                new double[] {Double.POSITIVE_INFINITY, 1, 0.9f, 0.8f, 0.6f, 0.4f, 0.35f, 0.1f, 0},
                curve(cuts, Cut::threshold));
        assertArrayEquals(
                new double[] {0, 0, 0, 0, 0.2, 0.6, 0.6, 0.8, 1},
                curve(cuts, Cut::falsePositiveRate),
                1e-12);
        assertArrayEquals(
                new double[] {0, 0.2, 0.4, 0.6, 0.6, 0.8, 1, 1, 1},
                curve(cuts, Cut::recall),
                1e-12);
        assertArrayEquals(
                new double[] {1, 1, 1, 1, 0.75, 4 / 7.0, 0.625, 5 / 9.0, 0.5},
                curve(cuts, Cut::precision),
                1e-12);
    }

    @Test
    void areas() {
        assertEquals(0.8, ranking(false).rocArea(), 1e-12);
        assertEquals(0.8392857142857143, ranking(false).averagePrecision(), 1e-12);
        assertEquals(0.8517857142857143, ranking(false).precisionRecallArea(), 1e-12);
        assertEquals(0.9, ranking(true).rocArea(), 1e-12);
        assertEquals(0.9283267457180501, ranking(true).averagePrecision(), 1e-12);
        assertEquals(0.9425183512140034, ranking(true).precisionRecallArea(), 1e-12);
    }

    @Test
    void thresholdsByCriterion() {
        Ranking ranking = ranking(false);
        // F1 at the scores from above: 2/6 4/7 6/8 6/9 8/12 10/13 10/14 10/15.
        assertEquals(0.35f, ranking.best(Criterion.f1()).threshold());
        // Precision counts four times as much as recall.
        assertEquals(0.8f, ranking.best(Criterion.fBeta(0.25)).threshold());
        // 0.6 - 0 at 0.8; 1 - 0.6 at 0.35.
        Cut youden = ranking.best(Criterion.youden());
        assertEquals(0.8f, youden.threshold());
        assertEquals(new Cut(0.8f, 3, 0, 2, 5), youden);
        assertEquals(new Cut(0.7, 3, 0, 2, 5), ranking.at(0.7));
        // A miss costs ten: all five positives are wanted, three negatives come with them.
        assertEquals(new Cut(0.35f, 5, 3, 0, 2), ranking.best(Criterion.cost(1, 10)));
        assertEquals(Double.POSITIVE_INFINITY, ranking.best(Criterion.cost(10, 0)).threshold());
        assertThrows(IllegalArgumentException.class, () -> ranking.best(Criterion.fBeta(-1)));
    }

    @Test
    void aCutIsThePointOfTheCurve() {
        Ranking ranking = ranking(true);
        for (Cut cut : ranking.cuts()) {
            Cut at = ranking.at(cut.threshold());
            assertEquals(cut.truePositives(), at.truePositives(), 1e-12);
            assertEquals(cut.falsePositives(), at.falsePositives(), 1e-12);
            assertEquals(cut.falseNegatives(), at.falseNegatives(), 1e-12);
            assertEquals(cut.trueNegatives(), at.trueNegatives(), 1e-12);
        }
        Cut all = ranking.cuts().getLast();
        assertEquals(0, all.falseNegatives());
        assertEquals(0, all.trueNegatives());
    }

    @Test
    void withoutPositivesOrNegatives() {
        Ranking empty = new Ranking();
        assertEquals(1, empty.cuts().size());
        assertTrue(Double.isNaN(empty.rocArea()));
        assertTrue(Double.isNaN(empty.averagePrecision()));
        assertTrue(Double.isNaN(empty.precisionRecallArea()));
        Ranking negatives = new Ranking();
        negatives.add(0.3f, false, 1);
        negatives.add(0.2f, false, 1);
        assertTrue(Double.isNaN(negatives.rocArea()));
        assertEquals(0, negatives.averagePrecision());
        Ranking positives = new Ranking();
        positives.add(0.3f, true, 1);
        assertTrue(Double.isNaN(positives.rocArea()));
        assertEquals(1, positives.averagePrecision());
        // Youden's J is not defined: the curve's beginning.
        assertEquals(Double.POSITIVE_INFINITY, positives.best(Criterion.youden()).threshold());
    }

    @Test
    void anyFloatIsAScore() {
        float[] rising = {
            Float.NEGATIVE_INFINITY,
            -5,
            -Float.MIN_VALUE,
            0,
            Float.MIN_VALUE,
            3,
            1e30f,
            Float.POSITIVE_INFINITY
        };
        Ranking ranking = new Ranking();
        for (float score : rising) {
            ranking.add(score, score > 0, 1);
        }
        ranking.add(-0f, false, 1); // ties with 0
        assertEquals(1, ranking.rocArea());
        assertEquals(rising.length + 1, ranking.cuts().size());
        assertThrows(IllegalArgumentException.class, () -> ranking.add(Float.NaN, true, 1));
        assertThrows(IllegalArgumentException.class, () -> ranking.add(0, true, -1));
        assertThrows(
                IllegalArgumentException.class,
                () -> ranking.add(0, true, Float.POSITIVE_INFINITY));
        ranking.add(7, false, 0);
        assertEquals(rising.length + 1, ranking.size());
    }

    @Test
    void weightsCountAsRepetitions() {
        Random random = new Random(5);
        Ranking weighted = new Ranking();
        Ranking repeated = new Ranking();
        for (int i = 0; i < 1000; i++) {
            float score = random.nextInt(20) / 20f;
            boolean positive = random.nextFloat() < score;
            int weight = i < 100 ? 1 : random.nextInt(4);
            weighted.add(score, positive, weight);
            for (int j = 0; j < weight; j++) {
                repeated.add(score, positive, 1);
            }
        }
        assertEquals(repeated.cuts(), weighted.cuts());
        assertEquals(repeated.rocArea(), weighted.rocArea());
        assertEquals(repeated.averagePrecision(), weighted.averagePrecision());
    }
}
