package dev.weft.cli;

import dev.weft.HostArray;
import dev.weft.io.Npy;
import dev.weft.io.Safetensors;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxTensor;
import dev.weft.onnx.graph.ValueInfo;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** Says what is in a file of tensors or a model. */
@Command(
        name = "inspect",
        description = {
            "Say what is in a file: an ONNX model, or tensors (.safetensors,"
                    + " .safetensors.index.json, .npy, .npz).",
            "Of a model: inputs, outputs, operators with their counts, and what Weft lacks to run"
                    + " it, with where."
        },
        mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "What to look into.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        String name = file.toString();
        if (name.endsWith(".npy")) {
            print("array", Npy.read(file), out);
        } else if (name.endsWith(".npz")) {
            Npy.readAll(file).forEach((array, content) -> print(array, content, out));
        } else if (name.endsWith(".safetensors") || name.endsWith(".safetensors.index.json")) {
            Safetensors tensors = Safetensors.read(file);
            print(tensors.metadata(), out);
            tensors.tensors().forEach((tensor, content) -> print(tensor, content, out));
        } else {
            print(OnnxModel.read(file), out);
        }
        return Exit.DONE.code();
    }

    private static void print(String name, HostArray array, PrintWriter out) {
        out.printf("%s: %s %s%n", name, array.dtype(), array.shape());
    }

    private static void print(Map<String, String> metadata, PrintWriter out) {
        metadata.forEach((key, value) -> out.printf("%s: %s%n", key, value));
    }

    private static void print(OnnxModel model, PrintWriter out) {
        model.opsets()
                .forEach(
                        (domain, version) ->
                                out.printf(
                                        "operators: %s version %d%n",
                                        domain.isEmpty() ? "ONNX" : domain, version));
        print(model.metadata(), out);
        print("input", model.inputs(), out);
        print("output", model.outputs(), out);
        Map<String, Long> counts =
                model.graph()
                        .allNodes()
                        .collect(
                                Collectors.groupingBy(
                                        Node::qualified, TreeMap::new, Collectors.counting()));
        counts.forEach((operator, count) -> out.printf("%5d %s%n", count, operator));
        for (OnnxTensor tensor : model.initializers().values()) {
            out.printf("initializer %s: %s %s%n", tensor.name(), tensor.typeName(), tensor.shape());
        }
        List<String> unsupported = model.unsupported();
        unsupported.forEach(line -> out.println("not supported: " + line));
        if (unsupported.isEmpty()) {
            out.println("Weft can run it");
        }
    }

    /** What a model takes or gives, a line each. */
    static void print(String role, List<ValueInfo> values, PrintWriter out) {
        values.forEach(value -> out.printf("%s %s: %s%n", role, value.name(), value.describe()));
    }
}
