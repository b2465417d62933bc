package dev.weft.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.weft.backend.DeviceInfo;
import dev.weft.io.AtomicFile;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
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
            if (!Double.isNaN(rate.ofLimit())) {
                json.writeNumberField("of_limit", rate.ofLimit());
            }
        }
        json.writeNumberField("weft_is_faster", figure.weftIsFaster());
        json.writeEndObject();
    }

    /**
     * The figures of a file that {@link #write} has written, or one of the same form: without
     * {@code library}, PyTorch's. Those without a time are left out.
     *
     * @throws IOException where it is not JSON
     */
    static List<Figure> readFigures(Path path) throws IOException {
        List<Figure> figures = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(path.toFile())) {
            boolean inFigures = false;
            Map<String, String> fields = new HashMap<>();
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.START_ARRAY && "figures".equals(json.currentName())) {
                    inFigures = true;
                } else if (token == JsonToken.END_ARRAY) {
                    inFigures = false;
                } else if (inFigures && token == JsonToken.END_OBJECT) {
                    if (fields.containsKey("micros")) {
                        figures.add(figure(fields));
                    }
                    fields.clear();
                } else if (inFigures && token.isScalarValue()) {
                    fields.put(json.currentName(), json.getText());
                }
            }
        }
        return figures;
    }

    private static Figure figure(Map<String, String> fields) {
        String rate = fields.get("rate");
        Figure.Unit unit =
                Figure.Unit.GBS.symbol().equals(fields.get("unit"))
                        ? Figure.Unit.GBS
                        : Figure.Unit.GFLOPS;
        return new Figure(
                fields.getOrDefault("what", ""),
                fields.getOrDefault("library", "pytorch"),
                Double.parseDouble(fields.getOrDefault("micros", "NaN")),
                rate == null
                        ? null
                        : new Figure.Rate(
                                Double.parseDouble(rate),
                                unit,
                                Double.parseDouble(fields.getOrDefault("of_limit", "NaN"))),
                Double.parseDouble(fields.getOrDefault("weft_is_faster", "NaN")));
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
