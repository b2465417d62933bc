package dev.weft.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.backend.DeviceInfo;
import dev.weft.io.AtomicFile;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;

/**
 * A run's figures with what has to be known to compare them.
 *
 * @param device what was measured
 * @param threads how many it and its peers used
 * @param peers what each peer says of itself
 * @param peak the measured FMA peak of these threads, in GFLOP/s
 * @param figures the figures
 */
record Results(
        DeviceInfo device, int threads, List<String> peers, double peak, List<Figure> figures) {
    void write(Path path) throws IOException {
        AtomicFile.write(
                path,
                stream -> {
                    JsonGenerator json = new JsonFactory().createGenerator(stream);
                    json.useDefaultPrettyPrinter();
                    json.writeStartObject();
                    json.writeStringField(
                            "date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
                    json.writeStringField("revision", revision());
                    json.writeStringField(
                            "jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
                    json.writeStringField(
                            "flags",
                            String.join(
                                    " ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
                    json.writeStringField("cpu", cpu());
                    json.writeNumberField("processors", Runtime.getRuntime().availableProcessors());
                    json.writeStringField("backend", device.selector());
                    json.writeStringField("device", device.description());
                    json.writeNumberField("threads", threads);
                    json.writeNumberField("fma_peak_gflops", peak);
                    json.writeArrayFieldStart("peers");
                    for (String peer : peers) {
                        json.writeString(peer);
                    }
                    json.writeEndArray();
                    json.writeArrayFieldStart("figures");
                    for (Figure figure : figures) {
                        write(json, figure);
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                    json.flush();
                    stream.write('\n');
                });
    }

    private static void write(JsonGenerator json, Figure figure) throws IOException {
        json.writeStartObject();
        json.writeStringField("what", figure.what());
        json.writeStringField("library", figure.library());
        json.writeNumberField("micros", figure.micros());
        json.writeNumberField("gflops", figure.gflops());
        json.writeNumberField("of_peak", figure.ofPeak());
        json.writeNumberField("weft_is_faster", figure.weftIsFaster());
        json.writeEndObject();
    }

    private static String cpu() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (Files.isReadable(info)) {
            try (Stream<String> lines = Files.lines(info)) {
                return lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse(System.getProperty("os.arch"));
            }
        }
        return System.getProperty("os.arch");
    }

    /** What git calls the sources, or unknown where they are not in a checkout. */
    private static String revision() throws IOException {
        String text;
        try {
            Process git =
                    new ProcessBuilder("git", "describe", "--always", "--dirty")
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "unknown (" + e.getMessage() + ")";
        }
        return text.isBlank() ? "unknown" : text.strip();
    }
}
