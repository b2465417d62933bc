package dev.weft.cli;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.nn.Architecture;
import dev.weft.nn.Task;
import dev.weft.onnx.network.OnnxExport;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/** Writes a trained model as an ONNX model. */
@Command(
        name = "export",
        description = {
            "Write a trained model as an ONNX model: the network, from prepared numbers to what it"
                    + " gives for them.",
            "What prepares raw data is not in the graph: the file's metadata has it."
        },
        mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
    private static final List<String> KEPT =
            List.of(SavedModel.KIND, "weft.model", "weft.task", TableProblem.PREPROCESSING);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--model",
            paramLabel = "FILE",
            required = true,
            description = "The model, as ./weft train saved it.")
    private Path model = Path.of("");

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "Where to write the ONNX model.")
    private Path out = Path.of("");

    @Override
    public Integer call() throws IOException {
        OutputFolder.checkDiffer("--out", out, model, "the model");
        OutputFolder.checkWritable(out);
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            SavedModel saved = SavedModel.read(model, device);
            OnnxExport export = OnnxExport.of(saved.network());
            Architecture architecture = saved.architecture();
            if (Architecture.takesText(architecture.text())) {
                export.input("ids", DType.I64, OnnxExport.BATCH, architecture.inputs());
            } else {
                export.input("input", DType.F32, OnnxExport.BATCH, architecture.inputs());
            }
            describe(export, saved);
            export.output("output").write(out);
        }
        spec.commandLine().getOut().printf("wrote %s%n", out);
        return Exit.DONE.code();
    }

    private static void describe(OnnxExport export, SavedModel saved) {
        Map<String, String> metadata = saved.checkpoint().metadata();
        for (String key : KEPT) {
            if (metadata.containsKey(key)) {
                export.metadata(key, metadata.get(key));
            }
        }
        export.metadata(
                "weft.note",
                "inputs are prepared before the graph, and outputs are what the network gives: %s"
                        .formatted(outputs(saved.task())));
    }

    private static String outputs(Task task) {
        return switch (task) {
            case CLASSES, BINARY, LABELS, TOKENS ->
                    "logits, unless its last layer is a softmax (%s)"
                            .formatted(task.name().toLowerCase(Locale.ROOT));
            case REGRESSION -> "the target as it was prepared";
        };
    }
}
