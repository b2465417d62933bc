package dev.weft.metrics;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Intervals of any figures by the Poisson bootstrap (Chamandy et al., "Estimating Uncertainty for
 * Massive Data Streams", 2012): each replicate counts each example as often as a draw from Poisson
 * of mean 1 says, which is what drawing as many examples with replacement comes to, and needs no
 * example kept. Memory is that of the figures, once for each replicate.
 *
 * {@snippet :
 * var bootstrap = new Bootstrap<>(1000, seed, () -> new Classification(10));
 * bootstrap.add(labels.length, null, (figures, weights) -> figures.add(scores, labels, weights));
 * Interval accuracy = bootstrap.intervals(0.95).get("accuracy");
 * }
 *
 * <p>The same seed and the same examples in the same order give the same intervals, in whatever
 * batches.
 *
 * @param <F> the figures
 */
public final class Bootstrap<F extends Figures> {
    private final List<F> replicates = new ArrayList<>();
    private final List<SplittableRandom> draws = new ArrayList<>();

    /**
     * Without examples.
     *
     * @param replicates how many, at least 2: 1000 give two digits of an interval's ends
     * @param empty makes figures without examples
     * @throws IllegalArgumentException where there are fewer
     */
    public Bootstrap(int replicates, long seed, Supplier<F> empty) {
        if (replicates < 2) {
            throw new IllegalArgumentException(
                    "bootstrap: replicates must be at least 2, got %d".formatted(replicates));
        }
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < replicates; i++) {
            this.replicates.add(empty.get());
            draws.add(seeds.split());
        }
    }

    /**
     * Adds examples to each replicate.
     *
     * @param examples how many
     * @param weights what they count themselves, null where each counts 1
     * @param add adds the examples with weights to figures
     */
    public void add(int examples, float @Nullable [] weights, BiConsumer<F, float[]> add) {
        float[] drawn = new float[examples];
        for (int r = 0; r < replicates.size(); r++) {
            SplittableRandom random = draws.get(r);
            for (int i = 0; i < examples; i++) {
                drawn[i] = poisson(random.nextDouble()) * Checks.weight(weights, i);
            }
            add.accept(replicates.get(r), drawn);
        }
    }

    /** How many events there are, of one expected, at this level of probability. */
    private static int poisson(double level) {
        double probability = Math.exp(-1);
        double below = probability;
        int events = 0;
        while (level >= below && probability > 0) {
            events++;
            probability /= events;
            below += probability;
        }
        return events;
    }

    /**
     * The interval of each figure: from the (1 - level) / 2 to the (1 + level) / 2 quantile of the
     * replicates in which it is defined.
     *
     * @throws IllegalArgumentException where the level, such as 0.95, is not between 0 and 1
     */
    public Map<String, Interval> intervals(double level) {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException(
                    "bootstrap: the level must be between 0 and 1, got %s".formatted(level));
        }
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (F replicate : replicates) {
            replicate
                    .figures()
                    .forEach(
                            (name, value) ->
                                    values.computeIfAbsent(name, _ -> new ArrayList<>())
                                            .add(value));
        }
        Map<String, Interval> intervals = new LinkedHashMap<>();
        values.forEach(
                (name, all) -> {
                    double[] sorted =
                            all.stream()
                                    .mapToDouble(Double::doubleValue)
                                    .filter(value -> !Double.isNaN(value))
                                    .sorted()
                                    .toArray();
                    intervals.put(
                            name,
                            new Interval(
                                    quantile(sorted, (1 - level) / 2),
                                    quantile(sorted, (1 + level) / 2)));
                });
        return intervals;
    }

    /** Between the two nearest, linearly. */
    private static double quantile(double[] sorted, double at) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double position = at * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
