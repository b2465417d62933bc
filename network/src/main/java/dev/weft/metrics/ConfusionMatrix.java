package dev.weft.metrics;

import java.util.Objects;

/**
 * How often each class was taken for each: entry (i, j) counts examples of class i predicted as j.
 * Figures are of the examples' weights, which are their numbers where all weigh 1.
 */
public final class ConfusionMatrix {
    private final long[][] counts;
    private final double[][] weights;

    /** Zeros for a number of classes, at least 1. */
    public ConfusionMatrix(int classes) {
        if (classes < 1) {
            throw new IllegalArgumentException("classes must be at least 1, got " + classes);
        }
        counts = new long[classes][classes];
        weights = new double[classes][classes];
    }

    /**
     * Counts one example.
     *
     * @throws IndexOutOfBoundsException where one of them is no class
     */
    public void add(int label, int predicted) {
        add(label, predicted, 1);
    }

    /**
     * Counts one example of a weight, at least 0; with 0 not at all.
     *
     * @throws IndexOutOfBoundsException where one of them is no class
     */
    public void add(int label, int predicted, double weight) {
        checked(label);
        checked(predicted);
        if (weight != 0) {
            counts[label][predicted]++;
            weights[label][predicted] += weight;
        }
    }

    /** The number of classes. */
    public int classes() {
        return counts.length;
    }

    /** How many examples of class {@code label} were predicted as {@code predicted}. */
    public long count(int label, int predicted) {
        return counts[checked(label)][checked(predicted)];
    }

    /** What the examples of class {@code label} that were predicted as another weigh together. */
    public double weight(int label, int predicted) {
        return weights[checked(label)][checked(predicted)];
    }

    /** How many examples were counted. */
    public long total() {
        long total = 0;
        for (long[] row : counts) {
            for (long count : row) {
                total += count;
            }
        }
        return total;
    }

    /** The share of examples on the diagonal; NaN where none was counted. */
    public double accuracy() {
        return correct() / sum(labels());
    }

    /** The mean recall of the classes that have examples; NaN where none was counted. */
    public double balancedAccuracy() {
        double[] labels = labels();
        double sum = 0;
        int present = 0;
        for (int i = 0; i < classes(); i++) {
            if (labels[i] > 0) {
                sum += weights[i][i] / labels[i];
                present++;
            }
        }
        return sum / present;
    }

    /**
     * Cohen's κ = (p₀ - pₑ) / (1 - pₑ): the agreement p₀ beyond pₑ, which chance gives. NaN where
     * labels and predictions are all of one class.
     */
    public double kappa() {
        double[] labels = labels();
        double total = sum(labels);
        double byChance = dot(labels, predictions());
        return (correct() * total - byChance) / (total * total - byChance);
    }

    /**
     * Matthews' correlation coefficient, of any number of classes: the correlation of labels and
     * predictions; 0 where either are all of one class, NaN where none was counted.
     */
    public double matthews() {
        double[] labels = labels();
        double[] predictions = predictions();
        double total = sum(labels);
        double square = total * total;
        double spread =
                Math.sqrt(square - dot(labels, labels))
                        * Math.sqrt(square - dot(predictions, predictions));
        double together = correct() * total - dot(labels, predictions);
        return total == 0 ? Double.NaN : Outcomes.ratio(together, spread);
    }

    /**
     * Precision, recall and F of each class and on average, over the classes that occur among
     * labels or predictions.
     */
    public Outcomes outcomes() {
        double[] hits = new double[classes()];
        double[] wrong = predictions();
        double[] missed = labels();
        boolean[] occurs = new boolean[classes()];
        for (int i = 0; i < classes(); i++) {
            occurs[i] = wrong[i] > 0 || missed[i] > 0;
            hits[i] = weights[i][i];
            wrong[i] = 0;
            missed[i] = 0;
            // Not by subtraction, which rounds.
            for (int j = 0; j < classes(); j++) {
                wrong[i] += i == j ? 0 : weights[j][i];
                missed[i] += i == j ? 0 : weights[i][j];
            }
        }
        return new Outcomes(hits, wrong, missed, occurs);
    }

    private double correct() {
        double correct = 0;
        for (int i = 0; i < classes(); i++) {
            correct += weights[i][i];
        }
        return correct;
    }

    /** What the examples of each class weigh. */
    private double[] labels() {
        double[] sums = new double[classes()];
        for (int i = 0; i < classes(); i++) {
            sums[i] = sum(weights[i]);
        }
        return sums;
    }

    /** What the examples predicted as each class weigh. */
    private double[] predictions() {
        double[] sums = new double[classes()];
        for (double[] row : weights) {
            for (int j = 0; j < row.length; j++) {
                sums[j] += row[j];
            }
        }
        return sums;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private int checked(int label) {
        return Objects.checkIndex(label, counts.length);
    }
}
