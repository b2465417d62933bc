package dev.weft.metrics;

import org.jspecify.annotations.Nullable;

/** What is required of examples. */
final class Checks {
    /** How far from 0 to 1 a probability may be off by rounding. */
    private static final float ROUNDING = 1e-3f;

    private Checks() {}

    /**
     * Requires arrays that fit.
     *
     * @param columns how many numbers each example has
     */
    static void requireSizes(
            String what, int numbers, int examples, int columns, float @Nullable [] weights) {
        if (numbers != (long) examples * columns) {
            throw new IllegalArgumentException(
                    "%s: %d numbers for %d examples: there must be %d for each"
                            .formatted(what, numbers, examples, columns));
        }
        if (weights != null && weights.length != examples) {
            throw new IllegalArgumentException(
                    "%s: %d weights for %d examples: there must be one for each"
                            .formatted(what, weights.length, examples));
        }
        for (int i = 0; weights != null && i < examples; i++) {
            requireWeight(what, i, weights[i]);
        }
    }

    static void requireWeight(String what, int example, float weight) {
        if (!(weight >= 0) || weight == Float.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(
                    "%s: the weight of example %d is %s: it must be a number of at least 0"
                            .formatted(what, example, weight));
        }
    }

    /** Requires probabilities, but for rounding. */
    static void requireProbabilities(String what, float[] values, int columns) {
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] >= -ROUNDING && values[i] <= 1 + ROUNDING)) {
                throw new IllegalArgumentException(
                        "%s: score %d of example %d is %s: scores must be probabilities; softmax or sigmoid makes them of a network's outputs"
                                .formatted(what, i % columns, i / columns, values[i]));
            }
        }
    }

    static void requireFinite(String what, String name, double[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new IllegalArgumentException(
                        "%s: the %s value of example %d is %s: it must be finite"
                                .formatted(what, name, i, values[i]));
            }
        }
    }

    static void requireLabels(String what, int[] labels, int classes) {
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException(
                        "%s: the label of example %d is %d: it must be from 0 to %d"
                                .formatted(what, i, labels[i], classes - 1));
            }
        }
    }

    /** The weight of an example, 1 where there are none. */
    static float weight(float @Nullable [] weights, int example) {
        return weights == null ? 1 : weights[example];
    }
}
