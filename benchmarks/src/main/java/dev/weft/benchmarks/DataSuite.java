package dev.weft.benchmarks;

import dev.weft.benchmarks.report.Figure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A CSV file of 20 columns, read and encoded on one thread by a JVM of its own with a heap of 512
 * MB, whose serial collector works on that thread too.
 *
 * @param library whom the figure is listed under
 * @param rows of the file
 */
record DataSuite(String library, int rows) {
    /** A table larger than the heap, of about 800 MB. */
    static final int USUAL_ROWS = 5_000_000;

    static final int QUICK_ROWS = 20_000;

    private static final Pattern RESULT =
            Pattern.compile(TableReading.RESULT + ": (\\d+) bytes, ([\\d.]+) s,.*");

    List<Figure> run() {
        try {
            return List.of(figure());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Figure figure() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .filter(argument -> !argument.matches("-XX:\\+Use\\w+GC"))
                        .toList());
        command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(TableReading.class.getName(), Integer.toString(rows)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher result = RESULT.matcher(line);
                if (result.matches()) {
                    return new Figure(
                            "data",
                            "tables",
                            "CSV of %d rows and 20 columns, read and encoded, heap 512 MB"
                                    .formatted(rows),
                            Double.NaN,
                            library,
                            1,
                            Double.parseDouble(result.group(2)) * 1e6,
                            0,
                            0,
                            Double.parseDouble(result.group(1)),
                            1);
                }
                said.append(line).append(System.lineSeparator());
            }
        } finally {
            process.onExit().join();
        }
        throw new IllegalStateException("the table was not read: " + said);
    }
}
