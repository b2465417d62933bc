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
import java.util.Map;
import java.util.stream.Stream;

/**
 * A run's figures with what has to be known to compare them.
 *
 * @param devices what was measured
 * @param limits what the processor can do, on as many threads as the CPU backend and the peers used
 * @param peers what each peer says of itself
 * @param figures the figures
 */
record Results(List<DeviceInfo> devices, Limits limits, List<String> peers, List<Figure> figures) {
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
                    json.writeNumberField("threads", limits.threads());
                    json.writeNumberField("fma_peak_gflops", limits.gflops());
                    json.writeNumberField("copy_bandwidth_gbs", limits.gbs());
                    json.writeArrayFieldStart("devices");
                    for (DeviceInfo device : devices) {
                        write(json, device);
                    }
                    json.writeEndArray();
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

    private static void write(JsonGenerator json, DeviceInfo device) throws IOException {
        json.writeStartObject();
        json.writeStringField("selector", device.selector());
        json.writeStringField("description", device.description());
        for (Map.Entry<String, String> property : device.properties().entrySet()) {
            json.writeStringField(property.getKey(), property.getValue());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Figure figure) throws IOException {
        json.writeStartObject();
        json.writeStringField("what", figure.what());
        json.writeStringField("library", figure.library());
        json.writeNumberField("micros", figure.micros());
        Figure.Rate rate = figure.rate();
        if (rate != null) {
            json.writeNumberField("rate", rate.value());
            json.writeStringField("unit", rate.unit().symbol());
            json.writeNumberField("of_limit", rate.ofLimit());
        }
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
