package dev.weft.benchmarks.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.benchmarks.library.WeftLibrary;
import dev.weft.io.AtomicFile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import java.util.stream.Stream;

/**
 * What {@code gpu-check.sh} ends with: puts the outputs of its steps, in one folder, together in
 * {@code gpu-check.json}, and prints the figures that Weft is to reach on a GPU beside those that
 * it did.
 */
final class GpuReport {
    /** What the benchmarks call what is asked about, up to the sizes. */
    private static final String ADAM = "Adam's update, ";

    private static final String COPY = "copy, ";
    private static final String SGEMM = "gemm 4096x4096x4096 NN";
    private static final String STEP = "captured training step, batch 128";
    private static final String WEFT = "weft cuda:0";
    private static final String LAUNCH = "enqueueing a kernel";

    private final Path folder;
    private final List<Figure> weft;
    private final Map<String, Double> torch;
    private final List<Row> rows = new ArrayList<>();

    /** A figure that is asked for; NaN where it was not measured. */
    private record Row(String what, String asked, double reached, boolean met) {}

    private GpuReport(Path folder) throws IOException {
        this.folder = folder;
        this.weft = weftFigures();
        this.torch = torchMicros();
    }

    /** The argument is the folder. */
    public static void main(String[] args) throws IOException {
        Locale.setDefault(Locale.ROOT);
        GpuReport report = new GpuReport(Path.of(args[0]));
        report.compare();
        report.rows.forEach(
                row ->
                        System.out.printf(
                                "  %-62s %-8s %s%n",
                                row.what,
                                row.asked,
                                Double.isNaN(row.reached)
                                        ? "not measured"
                                        : String.format(
                                                "%.3g, %s",
                                                row.reached, row.met ? "reached" : "MISSED")));
        report.write();
        System.out.println("wrote " + report.folder.resolve("gpu-check.json"));
    }

    private List<Figure> weftFigures() throws IOException {
        Path path = folder.resolve("cuda-bench/results.json");
        return Files.isReadable(path) ? RunFile.read(path).figures() : List.of();
    }

    /** PyTorch's, of which some may have failed: those have no time. */
    private Map<String, Double> torchMicros() throws IOException {
        Path path = folder.resolve("torch.json");
        Map<String, Double> micros = new TreeMap<>();
        if (Files.isReadable(path)) {
            for (JsonObject figure : JsonObject.read(path).objects("figures")) {
                micros.put(figure.text("what"), figure.numberOrNaN("micros"));
            }
        }
        return micros;
    }

    // ---- what is asked for

    private void compare() {
        double library = ratio(SGEMM, "cublas", WEFT);
        double own = ratio(SGEMM, "cublas", WEFT + WeftLibrary.OWN_KERNELS);
        // What the device is called in everything else, where cuBLAS is there and where it is not.
        String weftCuda =
                weft.stream().anyMatch(f -> f.library().equals(WEFT))
                        ? WEFT
                        : WEFT + WeftLibrary.OWN_KERNELS;
        atLeast("sgemm 4096, times cuBLAS called directly", 0.98, library);
        atLeast("sgemm 4096 by own kernels, times cuBLAS", 0.85, own);
        double step = micros(STEP, weftCuda);
        atMost("captured training step of SimpleNet, batch 128, microseconds", 15, step);
        atLeast(
                "the same, times PyTorch eager",
                10,
                torch.getOrDefault("training step, eager", Double.NaN) / step);
        atLeast(
                "the same, times PyTorch with a CUDA graph",
                2,
                torch.getOrDefault("training step, CUDA graph", Double.NaN) / step);
        double copy = Math.max(rate(COPY, weftCuda), rate(COPY, "cuMemcpyDtoD"));
        atLeast("Adam's update, times the copy's GB/s", 0.9, rate(ADAM, weftCuda) / copy);
        atMost(
                "a launch over cuLaunchKernel called directly, microseconds",
                1,
                micros(LAUNCH, weftCuda) - micros(LAUNCH, "cuLaunchKernel"));
    }

    private void atLeast(String what, double bound, double reached) {
        row(what, ">= " + bound, reached, value -> value >= bound);
    }

    private void atMost(String what, double bound, double reached) {
        row(what, "<= " + bound, reached, value -> value <= bound);
    }

    private void row(String what, String asked, double reached, DoublePredicate met) {
        rows.add(new Row(what, asked, reached, met.test(reached)));
    }

    /** How many times as fast the second is as the first, by the ratios of the rounds. */
    private double ratio(String what, String first, String second) {
        return find(what, first).map(Figure::ratio).orElse(Double.NaN)
                / find(what, second).map(Figure::ratio).orElse(Double.NaN);
    }

    private double micros(String what, String library) {
        return find(what, library).map(Figure::micros).orElse(Double.NaN);
    }

    private double rate(String what, String library) {
        return find(what, library).map(Figure::rate).orElse(Double.NaN);
    }

    /** By the beginning of what was measured, behind which sizes may stand. */
    private Optional<Figure> find(String what, String library) {
        return weft.stream()
                .filter(f -> f.what().startsWith(what) && f.library().equals(library))
                .findFirst();
    }

    // ---- everything in one file

    private void write() throws IOException {
        Map<String, Path> parts = parts();
        AtomicFile.write(
                folder.resolve("gpu-check.json"),
                stream -> {
                    JsonGenerator json = new JsonFactory().createGenerator(stream);
                    json.useDefaultPrettyPrinter();
                    json.writeStartObject();
                    writeQuery(json, "gpu", "gpu-before.csv");
                    writeQuery(json, "gpu_after", "gpu-after.csv");
                    json.writeArrayFieldStart("steps");
                    for (String line : lines("steps.txt")) {
                        String[] fields = line.split(" ", -1);
                        json.writeStartObject();
                        json.writeStringField("step", fields[0]);
                        json.writeStringField("result", fields[1]);
                        json.writeNumberField("seconds", Integer.parseInt(fields[2]));
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    json.writeArrayFieldStart("asked");
                    for (Row row : rows) {
                        json.writeStartObject();
                        json.writeStringField("what", row.what);
                        json.writeStringField("asked", row.asked);
                        if (!Double.isNaN(row.reached)) {
                            json.writeNumberField("reached", row.reached);
                            json.writeBooleanField("met", row.met);
                        }
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    for (Map.Entry<String, Path> part : parts.entrySet()) {
                        json.writeFieldName(part.getKey());
                        json.writeRawValue(Files.readString(part.getValue()).strip());
                    }
                    json.writeEndObject();
                    json.flush();
                    stream.write('\n');
                });
    }

    /** The steps' own files: {@code NAME.json}, and {@code NAME/results.json}. */
    private Map<String, Path> parts() throws IOException {
        Map<String, Path> parts = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(folder, 2)) {
            for (Path path : tree.toList()) {
                Path place = folder.relativize(path);
                String name = place.getFileName().toString();
                if (place.getNameCount() == 2 && name.equals("results.json")) {
                    parts.put(place.getName(0).toString(), path);
                } else if (place.getNameCount() == 1
                        && name.endsWith(".json")
                        && !name.equals("gpu-check.json")
                        && Files.size(path) > 0) {
                    parts.put(name.replace(".json", ""), path);
                }
            }
        }
        return parts;
    }

    private List<String> lines(String file) throws IOException {
        Path path = folder.resolve(file);
        return Files.isReadable(path) ? Files.readAllLines(path) : List.of();
    }

    /** nvidia-smi's answer: a line of names and a line of values. */
    private void writeQuery(JsonGenerator json, String field, String file) throws IOException {
        List<String> answer = lines(file);
        if (answer.size() < 2) {
            return;
        }
        String[] names = answer.get(0).split(", *", -1);
        String[] values = answer.get(1).split(", *", -1);
        json.writeObjectFieldStart(field);
        for (int i = 0; i < Math.min(names.length, values.length); i++) {
            json.writeStringField(names[i].strip(), values[i].strip());
        }
        json.writeEndObject();
    }
}
