package dev.weft.metrics;

import static dev.weft.metrics.Named.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import smile.validation.metric.AUC;
import smile.validation.metric.Accuracy;
import smile.validation.metric.Averaging;
import smile.validation.metric.CrossEntropy;
import smile.validation.metric.FScore;
import smile.validation.metric.LogLoss;
import smile.validation.metric.MAD;
import smile.validation.metric.MSE;
import smile.validation.metric.MatthewsCorrelation;
import smile.validation.metric.Precision;
import smile.validation.metric.R2;
import smile.validation.metric.RMSE;
import smile.validation.metric.Recall;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** On random examples, against Smile, whose figures are NaN where ours follow scikit-learn's. */
class PeerTest {
    private static final double CLOSE = 1e-9;

    /** Probabilities of few values, so that many tie. */
    private static float[] scores(Random random, int[] labels, int classes) {
        float[] scores = new float[labels.length * classes];
        for (int i = 0; i < labels.length; i++) {
            double sum = 0;
            int[] parts = new int[classes];
            for (int c = 0; c < classes; c++) {
                parts[c] = 1 + random.nextInt(4) + (c == labels[i] ? random.nextInt(4) : 0);
                sum += parts[c];
            }
            for (int c = 0; c < classes; c++) {
                scores[i * classes + c] = (float) (parts[c] / sum);
            }
        }
        return scores;
    }

    private static int[] predicted(float[] scores, int classes) {
        return IntStream.range(0, scores.length / classes)
                .map(
                        row ->
                                IntStream.range(0, classes)
                                        .reduce(
                                                (best, c) ->
                                                        scores[row * classes + c]
                                                                        > scores[
                                                                                row * classes
                                                                                        + best]
                                                                ? c
                                                                : best)
                                        .orElseThrow())
                .toArray();
    }

    private static int[] against(int[] labels, int label) {
        return Arrays.stream(labels).map(l -> l == label ? 1 : 0).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void classesOfAll(int seed) {
        Random random = new Random(seed);
        int classes = 2 + seed % 4;
        int[] labels = random.ints(50L * seed, 0, classes).toArray();
        for (int c = 0; c < classes; c++) {
            labels[c] = c;
        }
        float[] scores = scores(random, labels, classes);
        Classification all = new Classification(classes).withCurves();
        all.add(scores, labels, null);
        Map<String, Double> figures = all.figures();
        int[] predicted = predicted(scores, classes);
        assertEquals(Accuracy.of(labels, predicted), named("accuracy", figures), CLOSE);
        if (classes > 2) {
            for (Average average : Average.values()) {
                Averaging theirs =
                        switch (average) {
                            case MICRO -> Averaging.Micro;
                            case MACRO -> Averaging.Macro;
                            case WEIGHTED -> Averaging.Weighted;
                        };
                Outcomes ours = all.confusion().outcomes();
                assertEquals(
                        Precision.of(labels, predicted, theirs), ours.precision(average), CLOSE);
                assertEquals(Recall.of(labels, predicted, theirs), ours.recall(average), CLOSE);
            }
        }
        double[][] rows = new double[labels.length][classes];
        for (int i = 0; i < scores.length; i++) {
            rows[i / classes][i % classes] = scores[i];
        }
        assertEquals(CrossEntropy.of(labels, rows), named("log_loss", figures), 1e-6);
        assertClasses(all, labels, scores, predicted);
    }

    /** Each class against all others. */
    private static void assertClasses(
            Classification all, int[] labels, float[] scores, int[] predicted) {
        int classes = all.confusion().classes();
        Outcomes ours = all.confusion().outcomes();
        for (int c = 0; c < classes; c++) {
            int[] truth = against(labels, c);
            int[] called = against(predicted, c);
            if (IntStream.concat(Arrays.stream(truth), Arrays.stream(called)).sum() == 0) {
                // Of what never occurs Smile has no figures.
                assertEquals(0, ours.precision(c));
                assertEquals(0, ours.recall(c));
                continue;
            }
            assertSame(Precision.of(truth, called), ours.precision(c));
            assertSame(Recall.of(truth, called), ours.recall(c));
            assertSame(new FScore(2, null).score(truth, called), ours.fBeta(2, c));
            if (classes > 2 || c == 1) {
                int column = c;
                double[] own =
                        IntStream.range(0, labels.length)
                                .mapToDouble(i -> scores[i * classes + column])
                                .toArray();
                double area = all.ranking(c).rocArea();
                int positives = Arrays.stream(truth).sum();
                if (positives == 0 || positives == truth.length) {
                    assertTrue(Double.isNaN(area));
                } else {
                    assertEquals(AUC.of(truth, own), area, CLOSE);
                }
            }
        }
    }

    private static void assertSame(double theirs, double ours) {
        assertEquals(Double.isNaN(theirs) ? 0 : theirs, ours, CLOSE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void emptyAndSingleClasses(int seed) {
        Random random = new Random(seed);
        int[] labels = random.ints(30, 0, seed == 1 ? 1 : 3).map(l -> l == 1 ? 3 : l).toArray();
        float[] scores = scores(random, labels, 5);
        Classification all = new Classification(5).withCurves();
        all.add(scores, labels, null);
        assertClasses(all, labels, scores, predicted(scores, 5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void twoClasses(int seed) {
        Random random = new Random(seed);
        int[] labels = random.ints(200, 0, 2).toArray();
        float[] scores = new float[labels.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (1 + random.nextInt(9) + 6 * labels[i]) / 16f;
        }
        double[] same = IntStream.range(0, 200).mapToDouble(i -> scores[i]).toArray();
        int[] predicted = Arrays.stream(same).mapToInt(score -> score > 0.5 ? 1 : 0).toArray();
        Classification all = new Classification(2).withCurves();
        all.add(scores, labels, null);
        Map<String, Double> figures = all.figures();
        assertEquals(AUC.of(labels, same), named("roc_auc", figures), CLOSE);
        assertEquals(LogLoss.of(labels, same), named("log_loss", figures), CLOSE);
        assertEquals(MatthewsCorrelation.of(labels, predicted), named("matthews", figures), CLOSE);
        assertEquals(FScore.F1.score(labels, predicted), named("f1", figures), CLOSE);
        assertEquals(Precision.of(labels, predicted), named("precision", figures), CLOSE);
        assertEquals(Recall.of(labels, predicted), named("recall", figures), CLOSE);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 1000})
    void numbers(int examples) {
        Random random = new Random(examples);
        double[] actual = random.doubles(examples, -5, 20).toArray();
        double[] predicted =
                Arrays.stream(actual).map(value -> value + random.nextGaussian()).toArray();
        Regression all = new Regression();
        all.add(predicted, actual, null);
        assertEquals(R2.of(actual, predicted), all.r2(), CLOSE);
        assertEquals(MSE.of(actual, predicted), all.mse(), CLOSE);
        assertEquals(RMSE.of(actual, predicted), all.rmse(), CLOSE);
        assertEquals(MAD.of(actual, predicted), all.mae(), CLOSE);
    }
}
