package dev.weft.benchmarks.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.DType;
import dev.weft.backend.DeviceInfo;
import dev.weft.benchmarks.machine.Limits;
import dev.weft.benchmarks.machine.Machine;
import dev.weft.io.AtomicFile;

import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A run in a file, {@code results.json}. */
public final class RunFile {
    /** Of its form: a file of another one is refused. */
    private static final int FORMAT = 2;

    private RunFile() {}

    // ---- writing

    /** Writes a run; figures that are not numbers are left out. */
    public static void write(Run run, Path path) throws IOException {
        AtomicFile.write(
                path,
                stream -> {
                    JsonGenerator json = new JsonFactory().createGenerator(stream);
                    json.useDefaultPrettyPrinter();
                    json.writeStartObject();
                    json.writeNumberField("format", FORMAT);
                    write(json, run.machine());
                    json.writeArrayFieldStart("limits");
                    for (Limits limits : run.limits()) {
                        json.writeStartObject();
                        json.writeNumberField("threads", limits.threads());
                        number(json, "fma_peak_gflops", limits.gflops());
                        number(json, "bandwidth_gbs", limits.gbs());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    json.writeArrayFieldStart("devices");
                    for (DeviceInfo device : run.devices()) {
                        json.writeStartObject();
                        json.writeStringField("selector", device.selector());
                        json.writeStringField("description", device.description());
                        json.writeNumberField("memory_bytes", device.memoryBytes());
                        texts(json, "properties", device.properties());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    json.writeArrayFieldStart("peers");
                    for (String peer : run.peers()) {
                        json.writeString(peer);
                    }
                    json.writeEndArray();
                    json.writeArrayFieldStart("figures");
                    Map<Run.Work, Family.Row> rows = run.rows();
                    for (Figure figure : run.figures()) {
                        Family.Row row = rows.get(Run.Work.of(figure));
                        write(json, run, figure, Objects.requireNonNull(row));
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                    json.flush();
                    stream.write('\n');
                });
    }

    private static void write(JsonGenerator json, Machine machine) throws IOException {
        json.writeStringField("date", machine.date().toString());
        json.writeStringField("revision", machine.revision());
        json.writeStringField("jdk", machine.jdk());
        json.writeStringField("flags", machine.flags());
        json.writeStringField("os", machine.os());
        json.writeStringField("cpu", machine.cpu());
        json.writeNumberField("processors", machine.processors());
        texts(json, "caches", machine.caches());
        texts(json, "clocks", machine.clocks());
    }

    private static void write(JsonGenerator json, Run run, Figure figure, Family.Row row)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("suite", figure.suite());
        json.writeStringField("family", figure.family());
        json.writeStringField("what", figure.what());
        json.writeStringField("dtype", figure.dtype().name());
        number(json, "size", figure.size());
        json.writeStringField("library", figure.library());
        json.writeNumberField("threads", figure.threads());
        number(json, "micros", figure.micros());
        number(json, "spread", figure.spread());
        number(json, "flops", figure.flops());
        number(json, "bytes", figure.bytes());
        number(json, "ratio", figure.ratio());
        number(json, "error", figure.error());
        Optional<Figure.Unit> unit = figure.unit();
        if (unit.isPresent()) {
            number(json, "rate", figure.rate());
            json.writeStringField("unit", unit.get().symbol());
            number(json, "memory_gbs", figure.memory());
            number(json, "of_limit", run.ofLimit(figure));
        }
        Optional<Figure> peer = row.bestPeer();
        if (peer.isPresent() && Family.isWeft(figure.library())) {
            json.writeStringField("best_peer", peer.get().library());
            number(json, "ratio_to_best_peer", row.ratioToBestPeer(figure));
        }
        json.writeEndObject();
    }

    /** JSON has no infinities, and nothing that is not a number. */
    private static void number(JsonGenerator json, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, value);
        }
    }

    private static void texts(JsonGenerator json, String name, Map<String, String> texts)
            throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            json.writeStringField(text.getKey(), text.getValue());
        }
        json.writeEndObject();
    }

    // ---- reading

    /**
     * Reads what {@link #write} has written.
     *
     * @throws IOException of one line that names the file and what is wrong with it
     */
    public static Run read(Path path) throws IOException {
        JsonObject json = JsonObject.read(path);
        if (!json.has("format")) {
            throw new IOException("%s: is no results file of format %d".formatted(path, FORMAT));
        }
        double format = json.number("format");
        if (format != FORMAT) {
            throw new IOException(
                    "%s: is of format %s; this version reads %d"
                            .formatted(path, Amounts.plain(format), FORMAT));
        }
        List<Limits> limits = new ArrayList<>();
        for (JsonObject each : json.objects("limits")) {
            limits.add(
                    new Limits(
                            each.count("threads"),
                            each.positive("fma_peak_gflops"),
                            each.positive("bandwidth_gbs")));
        }
        List<DeviceInfo> devices = new ArrayList<>();
        for (JsonObject each : json.objects("devices")) {
            devices.add(
                    new DeviceInfo(
                            each.text("selector"),
                            each.text("description"),
                            each.integer("memory_bytes"),
                            each.named("properties")));
        }
        List<Figure> figures = new ArrayList<>();
        for (JsonObject each : json.objects("figures")) {
            figures.add(figure(each));
        }
        return new Run(machine(path, json), limits, devices, json.texts("peers"), figures);
    }

    private static Machine machine(Path path, JsonObject json) throws IOException {
        Instant date;
        try {
            date = Instant.parse(json.text("date"));
        } catch (DateTimeException e) {
            throw new IOException(path + ": date is not one: " + json.text("date"), e);
        }
        return new Machine(
                date,
                json.text("revision"),
                json.text("jdk"),
                json.text("flags"),
                json.text("os"),
                json.text("cpu"),
                json.count("processors"),
                json.named("caches"),
                json.named("clocks"));
    }

    private static Figure figure(JsonObject json) throws IOException {
        return new Figure(
                json.text("suite"),
                json.text("family"),
                json.text("what"),
                json.has("dtype") ? json.dtype("dtype") : DType.F32,
                json.numberOrNaN("size"),
                json.text("library"),
                json.count("threads"),
                json.positive("micros"),
                json.numberOrNaN("spread"),
                json.number("flops"),
                json.number("bytes"),
                json.numberOrNaN("ratio"),
                json.numberOrNaN("memory_gbs"),
                json.numberOrNaN("error"));
    }
}
