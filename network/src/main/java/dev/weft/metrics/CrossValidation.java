package dev.weft.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures of several folds, or of runs with several seeds, as means and deviations. */
public final class CrossValidation {
    private final Map<String, List<Double>> values = new LinkedHashMap<>();

    /** Without folds. */
    public CrossValidation() {}

    /** Adds the figures of a fold: of one {@link Figures#figures}, or any others by name. */
    public void add(Map<String, Double> figures) {
        figures.forEach(
                (name, value) -> {
                    List<Double> all = values.computeIfAbsent(name, _ -> new ArrayList<>());
                    if (!value.isNaN()) {
                        all.add(value);
                    }
                });
    }

    /** Each figure that a fold had, in their order. */
    public Map<String, Spread> spreads() {
        Map<String, Spread> spreads = new LinkedHashMap<>();
        values.forEach((name, all) -> spreads.put(name, spread(all)));
        return spreads;
    }

    private static Spread spread(List<Double> values) {
        int n = values.size();
        double mean = values.stream().mapToDouble(Double::doubleValue).sum() / n;
        double squares =
                values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
        return new Spread(mean, n < 2 ? Double.NaN : Math.sqrt(squares / (n - 1)), n);
    }
}
