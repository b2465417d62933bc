package dev.weft.train;

import java.util.Objects;

/**
 * How often each class was taken for each: entry (i, j) counts examples of class i predicted as j.
 */
public final class ConfusionMatrix {
    private final long[][] counts;

    /** Zeros for a number of classes, at least 1. */
    public ConfusionMatrix(int classes) {
        if (classes < 1) {
            throw new IllegalArgumentException("classes must be at least 1, got " + classes);
        }
        counts = new long[classes][classes];
    }

    /**
     * Counts one example.
     *
     * @throws IndexOutOfBoundsException where one of them is no class
     */
    public void add(int label, int predicted) {
        counts[checked(label)][checked(predicted)]++;
    }

    /** The number of classes. */
    public int classes() {
        return counts.length;
    }

    /** How many examples of class {@code label} were predicted as {@code predicted}. */
    public long count(int label, int predicted) {
        return counts[checked(label)][checked(predicted)];
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
        long correct = 0;
        for (int i = 0; i < counts.length; i++) {
            correct += counts[i][i];
        }
        return (double) correct / total();
    }

    private int checked(int label) {
        return Objects.checkIndex(label, counts.length);
    }
}
