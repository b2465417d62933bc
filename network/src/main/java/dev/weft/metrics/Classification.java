package dev.weft.metrics;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Figures of a classifier whose outputs are probabilities of classes. What is predicted is the
 * likeliest class, the first of equals. Memory does not grow with the examples, unless curves are
 * asked for.
 *
 * <p>Of two classes, class 1 is the positive one: {@code precision}, {@code recall}, {@code f1},
 * {@code roc_auc} and {@code average_precision} are its own, the Brier score is the mean of (p -
 * y)², and calibration is that of its probability. With more classes the Brier score adds up (p -
 * y)² over the classes, and calibration is that of the probability of the predicted class.
 */
public final class Classification implements Figures {
    private static final String WHAT = "classification";

    /** Probabilities this close to 0 or 1 count as this in the log loss: a roundoff of F32. */
    private static final double LEAST = Math.ulp(1f);

    private static final int BINS = 15;
    private static final int TOP = 5;

    private final int classes;
    private final ConfusionMatrix confusion;
    private final Calibration calibration = new Calibration(BINS);
    private final List<Ranking> rankings = new ArrayList<>();
    private final double[] ranks;
    private double threshold = Double.NaN;
    private double logLoss;
    private double brier;
    private double total;

    /**
     * Without examples.
     *
     * @throws IllegalArgumentException where there are not at least two classes
     */
    public Classification(int classes) {
        if (classes < 2) {
            throw new IllegalArgumentException(
                    "classification: classes must be at least 2, got %d".formatted(classes));
        }
        this.classes = classes;
        confusion = new ConfusionMatrix(classes);
        ranks = new double[classes];
    }

    /**
     * Keeps the scores from now on, for curves and their areas: a {@link Ranking} for each class,
     * of two classes one.
     *
     * @return this
     * @throws IllegalStateException where examples were added already
     */
    public Classification withCurves() {
        requireNone();
        for (int i = rankings.size(); i < (classes == 2 ? 1 : classes); i++) {
            rankings.add(new Ranking());
        }
        return this;
    }

    /**
     * Of two classes: predicts class 1 where its probability is at least this, such as one that
     * {@link Ranking#best} found on other examples.
     *
     * @return this
     * @throws IllegalStateException where examples were added already, or there are more classes
     * @throws IllegalArgumentException where it is NaN
     */
    public Classification withThreshold(double probability) {
        requireNone();
        if (classes != 2) {
            throw new IllegalStateException(
                    "classification: a threshold is for 2 classes, and there are %d"
                            .formatted(classes));
        }
        if (Double.isNaN(probability)) {
            throw new IllegalArgumentException("classification: the threshold is NaN");
        }
        threshold = probability;
        return this;
    }

    private void requireNone() {
        if (total > 0) {
            throw new IllegalStateException(
                    "classification: %d examples were added already: say it before the first"
                            .formatted(confusion.total()));
        }
    }

    /**
     * Adds examples.
     *
     * @param scores probabilities, a row of all classes for each example; of two classes also that
     *     of class 1 alone
     * @param labels the classes they are of
     * @param weights what they count, null where each counts 1
     * @throws IllegalArgumentException where sizes do not fit, a score is no probability (rounding
     *     forgiven), a label is no class or a weight no number of at least 0; none is added then
     */
    public void add(float[] scores, int[] labels, float @Nullable [] weights) {
        boolean alone = classes == 2 && scores.length == labels.length;
        int columns = alone ? 1 : classes;
        Checks.requireSizes(WHAT, scores.length, labels.length, columns, weights);
        Checks.requireProbabilities(WHAT, scores, columns);
        Checks.requireLabels(WHAT, labels, classes);
        float[] row = new float[classes];
        for (int i = 0; i < labels.length; i++) {
            if (alone) {
                row[0] = 1 - scores[i];
                row[1] = scores[i];
            } else {
                System.arraycopy(scores, i * classes, row, 0, classes);
            }
            float weight = Checks.weight(weights, i);
            if (weight != 0) {
                add(row, labels[i], weight);
            }
        }
    }

    private void add(float[] row, int label, float weight) {
        int predicted = predicted(row);
        confusion.add(label, predicted, weight);
        total += weight;
        logLoss -= weight * Math.log(Math.clamp(row[label], LEAST, 1 - LEAST));
        int rank = 0;
        double squares = 0;
        for (int c = 0; c < classes; c++) {
            double off = row[c] - (c == label ? 1 : 0);
            squares += off * off;
            rank += row[c] > row[label] || (row[c] == row[label] && c < label) ? 1 : 0;
        }
        ranks[rank] += weight;
        if (classes == 2) {
            double off = row[1] - label;
            brier += weight * off * off;
            calibration.add(row[1], label == 1, weight);
        } else {
            brier += weight * squares;
            calibration.add(row[predicted], predicted == label, weight);
        }
        for (int i = 0; i < rankings.size(); i++) {
            int c = positive(i);
            rankings.get(i).add(row[c], c == label, weight);
        }
    }

    /** The class that a ranking calls positive. */
    private int positive(int ranking) {
        return classes == 2 ? 1 : ranking;
    }

    private int predicted(float[] row) {
        if (!Double.isNaN(threshold)) {
            return row[1] >= threshold ? 1 : 0;
        }
        int best = 0;
        for (int c = 1; c < classes; c++) {
            best = row[c] > row[best] ? c : best;
        }
        return best;
    }

    /** How often each class was taken for each, and the figures that follow from that alone. */
    public ConfusionMatrix confusion() {
        return confusion;
    }

    /** The diagram of reliability, in 15 bins. */
    public Calibration calibration() {
        return calibration;
    }

    /** Whether {@link #withCurves} was called. */
    public boolean keepsScores() {
        return !rankings.isEmpty();
    }

    /**
     * The scores of one class against all others.
     *
     * @throws IllegalStateException where curves were not asked for, and of two classes for class 0
     * @throws IndexOutOfBoundsException where it is no class
     */
    public Ranking ranking(int label) {
        Objects.checkIndex(label, classes);
        int index = classes == 2 ? label - 1 : label;
        if (rankings.isEmpty() || index < 0) {
            throw new IllegalStateException(
                    "classification: no scores of class %d were kept: %s"
                            .formatted(
                                    label,
                                    index < 0
                                            ? "of two classes, class 1 has them"
                                            : "call withCurves() before the first example"));
        }
        return rankings.get(index);
    }

    /**
     * The share of examples whose class is among the {@code k} likeliest; of classes that are
     * equally likely, the first count as likelier.
     *
     * @throws IllegalArgumentException where {@code k} is not from 1 to the number of classes
     */
    public double topAccuracy(int k) {
        if (k < 1 || k > classes) {
            throw new IllegalArgumentException(
                    "top-k: k must be from 1 to %d, got %d".formatted(classes, k));
        }
        return IntStream.range(0, k).mapToDouble(i -> ranks[i]).sum() / total;
    }

    /**
     * The mean of -ln p of the examples' own classes, with p kept a roundoff of F32 off 0 and 1.
     */
    public double logLoss() {
        return logLoss / total;
    }

    /** The mean squared error of the probabilities, as said above. */
    public double brier() {
        return brier / total;
    }

    /**
     * The mean area below the classes' ROC curves, each against all others; of two classes that of
     * class 1. Classes without examples, or with all of them, have none and are left out.
     *
     * @param average MACRO or WEIGHTED
     * @throws IllegalStateException where curves were not asked for
     */
    public double rocArea(Average average) {
        return mean(areas(), average, Areas::roc);
    }

    /**
     * The mean of the classes' {@link Ranking#averagePrecision}, each against all others; of two
     * classes that of class 1. Classes without examples are left out.
     *
     * @param average MACRO or WEIGHTED
     * @throws IllegalStateException where curves were not asked for
     */
    public double averagePrecision(Average average) {
        return mean(areas(), average, Areas::precision);
    }

    private record Areas(double support, double roc, double precision) {}

    private List<Areas> areas() {
        List<Areas> areas = new ArrayList<>();
        for (int c = classes == 2 ? 1 : 0; c < classes; c++) {
            List<Cut> cuts = ranking(c).cuts();
            areas.add(
                    new Areas(
                            cuts.getFirst().falseNegatives(),
                            Ranking.rocArea(cuts),
                            Ranking.averagePrecision(cuts)));
        }
        return areas;
    }

    private static double mean(List<Areas> areas, Average average, ToDoubleFunction<Areas> figure) {
        if (average == Average.MICRO) {
            throw new IllegalArgumentException(
                    "classification: areas have no average %s: take MACRO or WEIGHTED"
                            .formatted(average));
        }
        double sum = 0;
        double weights = 0;
        for (Areas area : areas) {
            double value = figure.applyAsDouble(area);
            if (area.support > 0 && !Double.isNaN(value)) {
                double weight = average == Average.WEIGHTED ? area.support : 1;
                sum += weight * value;
                weights += weight;
            }
        }
        return sum / weights;
    }

    /**
     * {@inheritDoc}
     *
     * <p>They are {@code accuracy}, {@code balanced_accuracy}, {@code top_5_accuracy} of more than
     * 5 classes, {@code precision}, {@code recall} and {@code f1} of two classes, these three as
     * {@code macro_}, {@code weighted_} and {@code micro_}, {@code kappa}, {@code matthews}, {@code
     * log_loss}, {@code brier}, {@code ece}; with curves also {@code roc_auc} and {@code
     * average_precision}, of more than two classes as {@code macro_} and {@code weighted_}.
     */
    @Override
    public Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("accuracy", confusion.accuracy());
        figures.put("balanced_accuracy", confusion.balancedAccuracy());
        if (classes > TOP) {
            figures.put("top_%d_accuracy".formatted(TOP), topAccuracy(TOP));
        }
        Outcomes outcomes = confusion.outcomes();
        if (classes == 2) {
            figures.put("precision", outcomes.precision(1));
            figures.put("recall", outcomes.recall(1));
            figures.put("f1", outcomes.f1(1));
        }
        outcomes.putAverages(figures);
        figures.put("kappa", confusion.kappa());
        figures.put("matthews", confusion.matthews());
        figures.put("log_loss", logLoss());
        figures.put("brier", brier());
        figures.put("ece", calibration.expectedError());
        if (!rankings.isEmpty()) {
            List<Areas> areas = areas();
            for (Average average : List.of(Average.MACRO, Average.WEIGHTED)) {
                String prefix = classes == 2 ? "" : average.label() + "_";
                figures.put(prefix + "roc_auc", mean(areas, average, Areas::roc));
                figures.put(prefix + "average_precision", mean(areas, average, Areas::precision));
            }
        }
        return figures;
    }

    /**
     * The figures of one class against all others: {@code precision}, {@code recall}, {@code f1},
     * {@code support}, and with curves {@code roc_auc} and {@code average_precision}.
     */
    public Map<String, Double> figures(int label) {
        Map<String, Double> figures = confusion.outcomes().figures(label);
        if (!rankings.isEmpty() && (classes > 2 || label == 1)) {
            List<Cut> cuts = ranking(label).cuts();
            figures.put("roc_auc", Ranking.rocArea(cuts));
            figures.put("average_precision", Ranking.averagePrecision(cuts));
        }
        return figures;
    }
}
