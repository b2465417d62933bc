package dev.weft.benchmarks.report;

import dev.weft.backend.DeviceInfo;
import dev.weft.benchmarks.machine.Limits;
import dev.weft.benchmarks.machine.Machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A run's figures with what has to be known to compare them.
 *
 * @param machine what it ran on
 * @param limits what the processor can do, for each number of threads that was measured
 * @param devices Weft's; the first is the one that everything else is compared with
 * @param peers what each peer says of itself
 * @param figures the figures, in the order in which to show them
 */
public record Run(
        Machine machine,
        List<Limits> limits,
        List<DeviceInfo> devices,
        List<String> peers,
        List<Figure> figures) {
    /**
     * The same figures by what belongs in one table, those on different numbers of threads side by
     * side.
     */
    List<Family> families() {
        record Kind(String suite, String family) {}
        Map<Kind, Map<Integer, Map<String, List<Figure>>>> kinds = new LinkedHashMap<>();
        for (Figure figure : figures) {
            kinds.computeIfAbsent(new Kind(figure.suite(), figure.family()), k -> new TreeMap<>())
                    .computeIfAbsent(figure.threads(), threads -> new LinkedHashMap<>())
                    .computeIfAbsent(figure.what(), what -> new ArrayList<>())
                    .add(figure);
        }
        List<Family> families = new ArrayList<>();
        kinds.forEach(
                (kind, byThreads) ->
                        byThreads.forEach(
                                (threads, works) ->
                                        families.add(
                                                new Family(
                                                        kind.suite,
                                                        kind.family,
                                                        threads,
                                                        works.values().stream()
                                                                .map(Family.Row::new)
                                                                .toList()))));
        return families;
    }

    /** What was done, on how many threads. */
    record Work(String what, int threads) {
        static Work of(Figure figure) {
            return new Work(figure.what(), figure.threads());
        }
    }

    /** The figures of each work, side by side. */
    Map<Work, Family.Row> rows() {
        return figures.stream()
                .collect(
                        Collectors.groupingBy(
                                Work::of,
                                LinkedHashMap::new,
                                Collectors.collectingAndThen(
                                        Collectors.toList(), Family.Row::new)));
    }

    /** The limits on that many threads, where they were measured. */
    Optional<Limits> limits(int threads) {
        return limits.stream().filter(limit -> limit.threads() == threads).findFirst();
    }

    /** A figure's fraction of the processor's limit; NaN where there is none to compare with. */
    double ofLimit(Figure figure) {
        return isOnGpu(figure.library())
                ? Double.NaN
                : limits(figure.threads()).map(figure::ofLimit).orElse(Double.NaN);
    }

    /** Whether the processor's limits say nothing about a library, since it computes on a GPU. */
    boolean isOnGpu(String library) {
        return devices.stream()
                .filter(device -> "GPU".equals(device.properties().get("type")))
                .anyMatch(device -> computes(device.selector(), library));
    }

    private static boolean computes(String gpu, String library) {
        if (Family.isWeft(library)) {
            return library.startsWith("weft " + gpu);
        }
        // CUDA's own begin so: cublas, cuMemcpyDtoD.
        return library.startsWith(gpu.startsWith("cuda") ? "cu" : "clblast");
    }
}
