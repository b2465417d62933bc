package dev.weft.benchmarks;

import dev.weft.Device;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * From the start of a JVM to the end of its first training step, with every device listed before:
 * once with empty caches of compiled kernels, then with what that left there.
 */
record StartupSuite(Comparison comparison) {
    List<Figure> run(int secondStarts) {
        List<Figure> figures = new ArrayList<>();
        List<Figure> again = new ArrayList<>();
        for (Device device : comparison.devices()) {
            try {
                Path caches = Files.createTempDirectory("weft-bench-");
                try {
                    String selector = device.info().selector();
                    figures.add(figure("first start", device, start(selector, caches)));
                    Set<Path> kept = files(caches);
                    double best = Double.POSITIVE_INFINITY;
                    for (int i = 0; i < secondStarts; i++) {
                        best = Math.min(best, start(selector, caches));
                    }
                    again.add(figure("second start", device, best));
                    Set<Path> added = new TreeSet<>(files(caches));
                    added.removeAll(kept);
                    if (!added.isEmpty()) {
                        throw new IllegalStateException(
                                "the second start compiled again: it added " + added);
                    }
                } finally {
                    delete(caches);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        comparison.print(figures);
        comparison.print(again);
        figures.addAll(again);
        return figures;
    }

    private Figure figure(String which, Device device, double seconds) {
        return new Figure(
                which + " of a JVM: devices, first training step",
                Comparison.name(device),
                seconds * 1e6,
                null,
                1);
    }

    /** Seconds until another JVM reports its first step. */
    private static double start(String selector, Path caches) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(FirstStep.class.getName());
        command.add(selector);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Weft's cache, and those that drivers keep beside it.
        builder.environment().put("WEFT_CACHE", caches.resolve("weft").toString());
        builder.environment().put("POCL_CACHE_DIR", caches.resolve("pocl").toString());
        builder.environment().put("CUDA_CACHE_PATH", caches.resolve("cuda").toString());
        long start = System.nanoTime();
        Process process = builder.start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(FirstStep.DONE)) {
                    return (System.nanoTime() - start) * 1e-9;
                }
                said.append(line).append(System.lineSeparator());
            }
        } finally {
            process.onExit().join();
        }
        throw new IllegalStateException(selector + " did not reach its first step: " + said);
    }

    /** What was compiled so far; PoCL leaves a temporary file behind whenever it unpacks some. */
    private static Set<Path> files(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.filter(Files::isRegularFile)
                    .filter(path -> !path.getFileName().toString().startsWith("tempfile_"))
                    .collect(Collectors.toSet());
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
