package dev.weft.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * For each class what was taken for it rightly and wrongly, and what was missed: the weights of the
 * examples, which are their numbers where all weigh 1. Figures whose divisor is 0 are 0.
 */
public final class Outcomes {
    private final double[] truePositives;
    private final double[] falsePositives;
    private final double[] falseNegatives;
    private final boolean[] occurs;

    /**
     * @param occurs which classes averages are over
     */
    Outcomes(
            double[] truePositives,
            double[] falsePositives,
            double[] falseNegatives,
            boolean[] occurs) {
        this.truePositives = truePositives;
        this.falsePositives = falsePositives;
        this.falseNegatives = falseNegatives;
        this.occurs = occurs;
    }

    /** The number of classes. */
    public int classes() {
        return occurs.length;
    }

    /** How much the examples of this class weigh. */
    public double support(int label) {
        return truePositives[label] + falseNegatives[label];
    }

    /** TP / (TP + FP) of one class. */
    public double precision(int label) {
        return ratio(truePositives[label], truePositives[label] + falsePositives[label]);
    }

    /** TP / (TP + FN) of one class. */
    public double recall(int label) {
        return ratio(truePositives[label], support(label));
    }

    /** 2 TP / (2 TP + FP + FN) of one class. */
    public double f1(int label) {
        return fBeta(1, label);
    }

    /**
     * (1 + β²) TP / ((1 + β²) TP + FP + β² FN) of one class: recall counts β times as much as
     * precision.
     *
     * @throws IllegalArgumentException where β is not a number of at least 0
     */
    public double fBeta(double beta, int label) {
        return fBeta(beta, truePositives[label], falsePositives[label], falseNegatives[label]);
    }

    /** The average of {@link #precision(int)}. */
    public double precision(Average average) {
        return average == Average.MICRO
                ? ratio(sum(truePositives), sum(truePositives) + sum(falsePositives))
                : mean(average, this::precision);
    }

    /** The average of {@link #recall(int)}. */
    public double recall(Average average) {
        return average == Average.MICRO
                ? ratio(sum(truePositives), sum(truePositives) + sum(falseNegatives))
                : mean(average, this::recall);
    }

    /** The average of {@link #f1(int)}. */
    public double f1(Average average) {
        return fBeta(1, average);
    }

    /** The average of {@link #fBeta(double, int)}. */
    public double fBeta(double beta, Average average) {
        return average == Average.MICRO
                ? fBeta(beta, sum(truePositives), sum(falsePositives), sum(falseNegatives))
                : mean(average, label -> fBeta(beta, label));
    }

    /** Puts {@code macro_precision} and so on. */
    void putAverages(Map<String, Double> figures) {
        for (Average average : List.of(Average.MACRO, Average.WEIGHTED, Average.MICRO)) {
            figures.put(average.label() + "_precision", precision(average));
            figures.put(average.label() + "_recall", recall(average));
            figures.put(average.label() + "_f1", f1(average));
        }
    }

    /** The figures of one class. */
    Map<String, Double> figures(int label) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("precision", precision(label));
        figures.put("recall", recall(label));
        figures.put("f1", f1(label));
        figures.put("support", support(label));
        return figures;
    }

    private double mean(Average average, IntToDoubleFunction figure) {
        double sum = 0;
        double weights = 0;
        for (int label = 0; label < classes(); label++) {
            if (occurs[label]) {
                double weight = average == Average.WEIGHTED ? support(label) : 1;
                sum += weight * figure.applyAsDouble(label);
                weights += weight;
            }
        }
        boolean none = IntStream.range(0, classes()).noneMatch(label -> occurs[label]);
        return none ? Double.NaN : ratio(sum, weights);
    }

    static double fBeta(double beta, double truePositives, double falsePositives, double missed) {
        if (!(beta >= 0) || Double.isInfinite(beta)) {
            throw new IllegalArgumentException(
                    "F-beta: beta must be a number of at least 0, got %s".formatted(beta));
        }
        double square = beta * beta;
        double hits = (1 + square) * truePositives;
        return ratio(hits, hits + falsePositives + square * missed);
    }

    static double ratio(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
