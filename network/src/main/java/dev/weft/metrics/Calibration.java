package dev.weft.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Whether what is predicted with probability p comes true in a share p of the cases: a reliability
 * diagram in bins of equal width, and the expected calibration error (Guo et al., "On Calibration
 * of Modern Neural Networks", 2017). A probability on the border of two bins is in the lower one.
 */
public final class Calibration {
    private final double[] edges;
    private final double[] weights;
    private final double[] probabilities;
    private final double[] hits;

    /**
     * A bar of the diagram.
     *
     * @param low where the bin begins
     * @param high where it ends
     * @param weight what its examples weigh together
     * @param meanProbability what was predicted, NaN where the bin is empty
     * @param share of its examples that came true, NaN where the bin is empty
     */
    public record Bin(
            double low, double high, double weight, double meanProbability, double share) {}

    /**
     * Without examples.
     *
     * @throws IllegalArgumentException where there is not at least one bin
     */
    public Calibration(int bins) {
        if (bins < 1) {
            throw new IllegalArgumentException(
                    "calibration: bins must be at least 1, got %d".formatted(bins));
        }
        edges = new double[bins + 1];
        Arrays.setAll(edges, i -> (double) i / bins);
        weights = new double[bins];
        probabilities = new double[bins];
        hits = new double[bins];
    }

    /**
     * Adds one example.
     *
     * @param probability that it comes true; what is below 0 or above 1 counts as that
     * @param hit whether it did
     */
    public void add(double probability, boolean hit, double weight) {
        int found = Arrays.binarySearch(edges, probability);
        int bin = Math.clamp(found >= 0 ? found - 1L : -found - 2L, 0, weights.length - 1);
        weights[bin] += weight;
        probabilities[bin] += weight * Math.clamp(probability, 0.0, 1.0);
        hits[bin] += hit ? weight : 0;
    }

    /** The bins from low to high. */
    public List<Bin> bins() {
        List<Bin> bins = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            bins.add(
                    new Bin(
                            edges[i],
                            edges[i + 1],
                            weights[i],
                            probabilities[i] / weights[i],
                            hits[i] / weights[i]));
        }
        return bins;
    }

    /**
     * ECE: the mean over the examples of |share - mean probability| of their bins; NaN without
     * examples.
     */
    public double expectedError() {
        double sum = 0;
        double total = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += Math.abs(hits[i] - probabilities[i]);
            total += weights[i];
        }
        return sum / total;
    }
}
