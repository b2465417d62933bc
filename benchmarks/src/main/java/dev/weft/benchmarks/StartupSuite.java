package dev.weft.benchmarks;

import dev.weft.benchmarks.library.WeftLibrary;
import dev.weft.benchmarks.measure.Rounds;
import dev.weft.benchmarks.report.Figure;

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
 *
 * @param threads on how many threads
 */
record StartupSuite(List<WeftLibrary> devices, int threads) {
    List<Figure> run(int secondStarts) {
        List<Figure> figures = new ArrayList<>();
        List<Figure> again = new ArrayList<>();
        for (WeftLibrary device : devices) {
            try {
                Path caches = Files.createTempDirectory("weft-bench-");
                try {
                    double first = start(device, caches);
                    figures.add(figure("first start", device, new double[] {first}));
                    Set<Path> kept = files(caches);
                    double[] seconds = new double[secondStarts];
                    for (int i = 0; i < secondStarts; i++) {
                        seconds[i] = start(device, caches);
                    }
                    again.add(figure("second start", device, seconds));
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
        figures.addAll(again);
        return figures;
    }

    private Figure figure(String which, WeftLibrary device, double[] seconds) {
        return new Figure(
                "startup",
                "start of a JVM",
                which + " of a JVM: devices, first training step",
                Double.NaN,
                device.name(),
                threads,
                Rounds.median(seconds) * 1e6,
                Rounds.spread(seconds),
                0,
                0,
                1);
    }

    /** Seconds until another JVM reports its first step. */
    private double start(WeftLibrary device, Path caches) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(FirstStep.class.getName());
        command.add(device.info().selector());
        command.add(Integer.toString(threads));
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
        throw new IllegalStateException(device.name() + " did not reach its first step: " + said);
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
