package dev.weft.metrics;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Figures of examples of which each label is true or not, whatever the others. A label is predicted
 * where its probability is at least the threshold, 0.5 if nothing else is said. Memory does not
 * grow with the examples, unless curves are asked for.
 */
public final class MultiLabel implements Figures {
    private static final String WHAT = "multi-label";
    private static final double LEAST = Math.ulp(1f);

    private final int labels;
    private final double[] thresholds;
    private final double[] truePositives;
    private final double[] falsePositives;
    private final double[] falseNegatives;
    private final List<Ranking> rankings = new ArrayList<>();
    private double exact;
    private double wrong;
    private double logLoss;
    private double precision;
    private double recall;
    private double f1;
    private double jaccard;
    private double total;

    /**
     * Without examples.
     *
     * @throws IllegalArgumentException where there is not at least one label
     */
    public MultiLabel(int labels) {
        if (labels < 1) {
            throw new IllegalArgumentException(
                    "multi-label: labels must be at least 1, got %d".formatted(labels));
        }
        this.labels = labels;
        thresholds = new double[labels];
        Arrays.fill(thresholds, 0.5);
        truePositives = new double[labels];
        falsePositives = new double[labels];
        falseNegatives = new double[labels];
    }

    /**
     * Keeps the scores from now on, for curves and their areas: a {@link Ranking} for each label.
     *
     * @return this
     * @throws IllegalStateException where examples were added already
     */
    public MultiLabel withCurves() {
        requireNone();
        for (int i = rankings.size(); i < labels; i++) {
            rankings.add(new Ranking());
        }
        return this;
    }

    /**
     * Predicts each label from its own threshold.
     *
     * @return this
     * @throws IllegalStateException where examples were added already
     * @throws IllegalArgumentException where there is not one for each label
     */
    public MultiLabel withThresholds(double... probabilities) {
        requireNone();
        if (probabilities.length != labels
                || Arrays.stream(probabilities).anyMatch(Double::isNaN)) {
            throw new IllegalArgumentException(
                    "multi-label: thresholds are %s: there must be a number for each of %d labels"
                            .formatted(Arrays.toString(probabilities), labels));
        }
        System.arraycopy(probabilities, 0, thresholds, 0, labels);
        return this;
    }

    private void requireNone() {
        if (total > 0) {
            throw new IllegalStateException(
                    "multi-label: examples were added already: say it before the first");
        }
    }

    /**
     * Adds examples.
     *
     * @param scores probabilities, a row of all labels for each example
     * @param actual 1 where the label is true and 0 where not, in the same order
     * @param weights what they count, null where each counts 1
     * @throws IllegalArgumentException where sizes do not fit, a score is no probability (rounding
     *     forgiven), a label is not 0 or 1 or a weight no number of at least 0; none is added then
     */
    public void add(float[] scores, int[] actual, float @Nullable [] weights) {
        int examples = actual.length / labels;
        Checks.requireSizes(WHAT, actual.length, examples, labels, weights);
        Checks.requireSizes(WHAT, scores.length, examples, labels, weights);
        Checks.requireProbabilities(WHAT, scores, labels);
        Checks.requireLabels(WHAT, actual, 2);
        for (int i = 0; i < examples; i++) {
            float weight = Checks.weight(weights, i);
            if (weight != 0) {
                add(scores, actual, i * labels, weight);
            }
        }
    }

    private void add(float[] scores, int[] actual, int from, float weight) {
        int hits = 0;
        int called = 0;
        int is = 0;
        double loss = 0;
        for (int l = 0; l < labels; l++) {
            float score = scores[from + l];
            boolean predicted = score >= thresholds[l];
            boolean positive = actual[from + l] == 1;
            double own = positive ? score : 1.0 - score;
            loss -= Math.log(Math.clamp(own, LEAST, 1 - LEAST));
            hits += predicted && positive ? 1 : 0;
            called += predicted ? 1 : 0;
            is += positive ? 1 : 0;
            double[] counts =
                    !predicted ? falseNegatives : positive ? truePositives : falsePositives;
            counts[l] += predicted || positive ? weight : 0;
            if (!rankings.isEmpty()) {
                rankings.get(l).add(score, positive, weight);
            }
        }
        int off = called + is - 2 * hits;
        total += weight;
        logLoss += weight * loss / labels;
        exact += off == 0 ? weight : 0;
        wrong += weight * off / labels;
        precision += weight * Outcomes.ratio(hits, called);
        recall += weight * Outcomes.ratio(hits, is);
        f1 += weight * Outcomes.ratio(2 * hits, called + is);
        jaccard += weight * Outcomes.ratio(hits, called + is - hits);
    }

    /** Precision, recall and F of each label, and on average over all labels. */
    public Outcomes outcomes() {
        boolean[] all = new boolean[labels];
        Arrays.fill(all, true);
        return new Outcomes(
                truePositives.clone(), falsePositives.clone(), falseNegatives.clone(), all);
    }

    /** Whether {@link #withCurves} was called. */
    public boolean keepsScores() {
        return !rankings.isEmpty();
    }

    /**
     * The scores of one label.
     *
     * @throws IllegalStateException where curves were not asked for
     * @throws IndexOutOfBoundsException where it is no label
     */
    public Ranking ranking(int label) {
        Objects.checkIndex(label, labels);
        if (rankings.isEmpty()) {
            throw new IllegalStateException(
                    "multi-label: no scores were kept: call withCurves() before the first example");
        }
        return rankings.get(label);
    }

    /**
     * {@inheritDoc}
     *
     * <p>They are {@code accuracy} (the share of examples of which all labels are right), {@code
     * hamming_loss} (the share of labels that are wrong), precision, recall and F1 as {@code
     * macro_}, {@code weighted_} and {@code micro_} over the labels and as {@code samples_} over
     * the examples, {@code samples_jaccard}, {@code log_loss} (the mean over examples and labels);
     * with curves {@code macro_roc_auc} (over the labels that have one) and {@code
     * macro_average_precision}.
     */
    @Override
    public Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("accuracy", exact / total);
        figures.put("hamming_loss", wrong / total);
        outcomes().putAverages(figures);
        figures.put("samples_precision", precision / total);
        figures.put("samples_recall", recall / total);
        figures.put("samples_f1", f1 / total);
        figures.put("samples_jaccard", jaccard / total);
        figures.put("log_loss", logLoss / total);
        if (!rankings.isEmpty()) {
            List<List<Cut>> curves = rankings.stream().map(Ranking::cuts).toList();
            figures.put(
                    "macro_roc_auc",
                    curves.stream()
                            .mapToDouble(Ranking::rocArea)
                            .filter(area -> !Double.isNaN(area))
                            .average()
                            .orElse(Double.NaN));
            figures.put(
                    "macro_average_precision",
                    curves.stream()
                            .mapToDouble(Ranking::averagePrecision)
                            .average()
                            .orElse(Double.NaN));
        }
        return figures;
    }

    /**
     * The figures of one label: {@code precision}, {@code recall}, {@code f1}, {@code support}, and
     * with curves {@code roc_auc} and {@code average_precision}.
     */
    public Map<String, Double> figures(int label) {
        Map<String, Double> figures = outcomes().figures(Objects.checkIndex(label, labels));
        if (!rankings.isEmpty()) {
            List<Cut> cuts = ranking(label).cuts();
            figures.put("roc_auc", Ranking.rocArea(cuts));
            figures.put("average_precision", Ranking.averagePrecision(cuts));
        }
        return figures;
    }
}
