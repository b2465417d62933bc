package dev.weft.cli;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.io.Npy;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.OnnxSession;
import dev.weft.onnx.graph.ValueInfo;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

/** Runs an ONNX model on arrays in files. */
@Command(
        name = "run",
        description = {
            "Run an ONNX model: each output becomes a file NAME.npy.",
            "What it takes and gives is printed, also by weft inspect."
        },
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    private static final String ALL = ".npz";
    private static final String ONE = ".npy";

    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private BackendOption backend = new BackendOption();

    @Option(names = "--model", required = true, paramLabel = "FILE", description = "An ONNX model.")
    private Path model = Path.of("");

    @Option(
            names = "--input",
            paramLabel = "NAME=FILE",
            description =
                    "An input from an .npy file; or FILE alone, an .npz file of inputs by their"
                            + " names. As often as there are inputs.")
    private List<String> inputs = List.of();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where the outputs are written.")
    private Path out = Path.of("");

    @Override
    public Integer call() throws IOException {
        PrintWriter text = spec.commandLine().getOut();
        OutputFolder folder = OutputFolder.at(out);
        OnnxModel read = OnnxModel.read(model);
        InspectCommand.print("input", read.inputs(), text);
        InspectCommand.print("output", read.outputs(), text);
        Map<String, Path> targets = targets(folder, read.outputs());
        Map<String, HostArray> arrays = arrays();
        try (Device device = backend.open(text);
                OnnxSession session = read.on(device);
                Scope _ = device.scope()) {
            Map<String, Tensor> given = new LinkedHashMap<>();
            arrays.forEach((name, array) -> given.put(name, array.on(device)));
            Map<String, HostArray> results = new LinkedHashMap<>();
            session.run(given).forEach((name, y) -> results.put(name, writable(name, y)));
            write(results, targets, text);
        }
        return Exit.DONE.code();
    }

    /** Where each output goes: what a file's name should not have becomes an underscore. */
    private static Map<String, Path> targets(OutputFolder folder, List<ValueInfo> outputs) {
        Map<String, Path> targets = new LinkedHashMap<>();
        for (ValueInfo output : outputs) {
            String name = output.name().replaceAll("[^\\w.-]", "_");
            Path target = folder.path().resolve(name + ONE);
            if (targets.containsValue(target)) {
                throw new InputException(
                        "--out: two outputs would be written to %s".formatted(target));
            }
            targets.put(output.name(), target);
        }
        return targets;
    }

    private Map<String, HostArray> arrays() throws IOException {
        Map<String, HostArray> arrays = new LinkedHashMap<>();
        for (String input : inputs) {
            int equals = input.lastIndexOf('=');
            if (equals < 0 && input.endsWith(ALL)) {
                Npy.readAll(Path.of(input)).forEach((name, array) -> add(arrays, name, array));
            } else if (equals > 0) {
                Path file = Path.of(input.substring(equals + 1));
                add(arrays, input.substring(0, equals), Npy.read(file));
            } else {
                throw new InputException(
                        "--input %s: give NAME=FILE%s, or a file *%s".formatted(input, ONE, ALL));
            }
        }
        return arrays;
    }

    private static void add(Map<String, HostArray> arrays, String name, HostArray array) {
        if (arrays.put(name, array) != null) {
            throw new InputException("--input: '%s' is given twice".formatted(name));
        }
    }

    /** NumPy has no BF16. */
    private static HostArray writable(String name, Tensor y) {
        if (y.dtype() == DType.BF16) {
            throw new InputException(
                    "output '%s' is BF16, which an .npy file cannot hold".formatted(name));
        }
        return HostArray.of(y);
    }

    /** All, or none where one cannot be written. */
    private void write(Map<String, HostArray> results, Map<String, Path> targets, PrintWriter text)
            throws IOException {
        Files.createDirectories(out);
        List<Path> written = new ArrayList<>();
        try {
            for (Map.Entry<String, HostArray> result : results.entrySet()) {
                Path target = Objects.requireNonNull(targets.get(result.getKey()));
                Npy.write(target, result.getValue());
                written.add(target);
            }
        } catch (IOException e) {
            for (Path each : written) {
                Files.deleteIfExists(each);
            }
            throw e;
        }
        results.forEach(
                (name, array) ->
                        text.printf(
                                "wrote %s %s to %s%n",
                                array.dtype(), array.shape(), targets.get(name)));
    }
}
