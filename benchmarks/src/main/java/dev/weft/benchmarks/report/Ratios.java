package dev.weft.benchmarks.report;

import java.util.Comparator;
import java.util.List;

/**
 * Ratios of times, of different pieces of work.
 *
 * @param all without those that are not numbers
 */
record Ratios(List<Named> all) {
    /** The ratio for one piece of work: above 1 is better. */
    record Named(String what, double value) {}

    Ratios {
        all = all.stream().filter(r -> r.value() > 0 && Double.isFinite(r.value())).toList();
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** {@code exp(mean(log(ratio)))}: what doubles and what halves cancel; NaN of none. */
    double geometricMean() {
        return Math.exp(
                all.stream()
                        .mapToDouble(ratio -> Math.log(ratio.value()))
                        .average()
                        .orElse(Double.NaN));
    }

    /** The smallest, of which there has to be one. */
    Named worst() {
        return all.stream().min(Comparator.comparingDouble(Named::value)).orElseThrow();
    }

    /** The largest, of which there has to be one. */
    Named best() {
        return all.stream().max(Comparator.comparingDouble(Named::value)).orElseThrow();
    }
}
