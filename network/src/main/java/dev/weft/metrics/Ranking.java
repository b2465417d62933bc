package dev.weft.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * How well scores tell positive examples from negative ones, whatever the threshold: their curves,
 * the areas below, and a threshold to choose. It keeps all scores: 4 bytes for each example, 8
 * where not all weigh 1. Whatever asks for a curve sorts them.
 */
public final class Ranking {
    private static final int LEAST = 64;

    private float[] scores = new float[LEAST];
    private float[] weights = new float[0];
    private final BitSet positives = new BitSet();
    private int size;

    /** Without examples. */
    public Ranking() {}

    /**
     * Adds one example.
     *
     * @param score the higher, the more likely it is positive
     * @param weight with 0 it is not kept
     * @throws IllegalArgumentException where the score is NaN, or the weight is not a number of at
     *     least 0
     */
    public void add(float score, boolean positive, float weight) {
        if (Float.isNaN(score)) {
            throw new IllegalArgumentException(
                    "ranking: the score of example %d is NaN".formatted(size));
        }
        Checks.requireWeight("ranking", size, weight);
        if (weight == 0) {
            return;
        }
        if (size == scores.length) {
            int room = Math.toIntExact(Math.min(2L * size, Integer.MAX_VALUE - 8));
            scores = Arrays.copyOf(scores, room);
        }
        if (weight != 1 && weights.length == 0) {
            weights = new float[scores.length];
            Arrays.fill(weights, 0, size, 1);
        }
        if (weights.length > 0) {
            weights = weights.length == scores.length ? weights : grown(weights);
            weights[size] = weight;
        }
        scores[size] = score + 0f; // -0 is 0: they tie
        positives.set(size, positive);
        size++;
    }

    private float[] grown(float[] values) {
        return Arrays.copyOf(values, scores.length);
    }

    /** How many examples were added, without those of weight 0. */
    public int size() {
        return size;
    }

    /**
     * The points of the curves: one that calls nothing positive, then one for each score there is,
     * from the highest down. ROC is {@link Cut#recall} over {@link Cut#falsePositiveRate}; the
     * other curve is {@link Cut#precision} over {@link Cut#recall}.
     */
    public List<Cut> cuts() {
        long[] order = order();
        Cut none = cut(order, 0, Double.POSITIVE_INFINITY);
        List<Cut> cuts = new ArrayList<>();
        cuts.add(none);
        double truePositives = 0;
        double falsePositives = 0;
        for (int i = 0; i < size; i++) {
            int example = (int) order[i];
            if (positives.get(example)) {
                truePositives += weight(example);
            } else {
                falsePositives += weight(example);
            }
            if (i == size - 1 || scores[example] != scores[(int) order[i + 1]]) {
                cuts.add(
                        new Cut(
                                scores[example],
                                truePositives,
                                falsePositives,
                                none.falseNegatives() - truePositives,
                                none.trueNegatives() - falsePositives));
            }
        }
        return cuts;
    }

    /** What becomes of the examples where scores of at least a threshold are called positive. */
    public Cut at(double threshold) {
        long[] order = order();
        int called = 0;
        while (called < size && scores[(int) order[called]] >= threshold) {
            called++;
        }
        return cut(order, called, threshold);
    }

    /** The first {@code called} are called positive. */
    private Cut cut(long[] order, int called, double threshold) {
        double[] sums = new double[4];
        for (int i = 0; i < size; i++) {
            int example = (int) order[i];
            sums[(i < called ? 0 : 2) + (positives.get(example) ? 0 : 1)] += weight(example);
        }
        return new Cut(threshold, sums[0], sums[1], sums[2], sums[3]);
    }

    /** The best cut by a criterion: of those that are as good, the one of the highest threshold. */
    public Cut best(Criterion criterion) {
        List<Cut> cuts = cuts();
        Cut best = cuts.getFirst();
        double most = criterion.of(best);
        for (Cut cut : cuts) {
            double value = criterion.of(cut);
            if (value > most || (Double.isNaN(most) && !Double.isNaN(value))) {
                best = cut;
                most = value;
            }
        }
        return best;
    }

    /**
     * The area below ROC: how likely a positive example has the higher score than a negative one,
     * where a tie counts half. NaN where there are not both.
     */
    public double rocArea() {
        return rocArea(cuts());
    }

    static double rocArea(List<Cut> cuts) {
        double area = 0;
        for (int i = 1; i < cuts.size(); i++) {
            area +=
                    (cuts.get(i).falsePositives() - cuts.get(i - 1).falsePositives())
                            * (cuts.get(i).truePositives() + cuts.get(i - 1).truePositives())
                            / 2;
        }
        Cut none = cuts.getFirst();
        return area / none.falseNegatives() / none.trueNegatives();
    }

    /**
     * Σ (Rᵢ - Rᵢ₋₁) Pᵢ of precision P and recall R along the curve, without interpolation; 0 where
     * nothing is positive, NaN where there are no examples.
     */
    public double averagePrecision() {
        return averagePrecision(cuts());
    }

    static double averagePrecision(List<Cut> cuts) {
        double sum = cuts.size() == 1 ? Double.NaN : 0;
        for (int i = 1; i < cuts.size(); i++) {
            sum += (cuts.get(i).recall() - cuts.get(i - 1).recall()) * cuts.get(i).precision();
        }
        return sum;
    }

    /**
     * The area below precision over recall by trapezoids, which is too kind: see {@link
     * #averagePrecision}.
     */
    public double precisionRecallArea() {
        List<Cut> cuts = cuts();
        double area = cuts.size() == 1 ? Double.NaN : 0;
        for (int i = 1; i < cuts.size(); i++) {
            Cut from = cuts.get(i - 1);
            Cut to = cuts.get(i);
            area += (to.recall() - from.recall()) * (to.precision() + from.precision()) / 2;
        }
        return area;
    }

    private float weight(int example) {
        return weights.length == 0 ? 1 : weights[example];
    }

    /** The examples by falling scores, each in the low 32 bits. */
    private long[] order() {
        long[] order = new long[size];
        for (int i = 0; i < size; i++) {
            int bits = Float.floatToIntBits(scores[i]);
            // Negative floats fall as their bits rise.
            int rising = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
            order[i] = ((long) ~rising << Integer.SIZE) | i;
        }
        Arrays.sort(order);
        return order;
    }
}
