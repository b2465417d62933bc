package dev.weft.conformance;

import dev.weft.conformance.CaseResult.Outcome;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The results of cases.
 *
 * @param cases in the order in which they ran
 */
public record CheckReport(List<CaseResult> cases) {
    /** The same, which the caller's list cannot change. */
    public CheckReport {
        cases = List.copyOf(cases);
    }

    /** How many of the cases ended so. */
    public long count(Outcome outcome) {
        return cases.stream().filter(c -> c.outcome() == outcome).count();
    }

    /** The worst error of all cases, as {@link CaseResult#worst}; NaN where none was compared. */
    public double worst() {
        return cases.stream()
                .mapToDouble(CaseResult::worst)
                .filter(worst -> !Double.isNaN(worst))
                .max()
                .orElse(Double.NaN);
    }

    /** The results of each operator, by its name. */
    public Map<String, CheckReport> operators() {
        return cases.stream()
                .collect(
                        Collectors.groupingBy(
                                CaseResult::operator,
                                TreeMap::new,
                                Collectors.collectingAndThen(
                                        Collectors.toList(), CheckReport::new)));
    }
}
