package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.data.Batches;
import dev.weft.data.InMemoryBatches;
import dev.weft.io.AtomicFile;
import dev.weft.train.Evaluation;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Tests a saved model. */
@Command(
        name = "evaluate",
        description = "Test a saved model: accuracy, loss, and which digits it confuses.",
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
    private static final int BATCH = 256;

    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private BackendOption backend = new BackendOption();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "FILE",
            description = "A model that train saved.")
    private Path model = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder with IDX files. Without it: digits that the program draws.")
    private @Nullable Path data;

    @Option(
            names = "--test-count",
            paramLabel = "N",
            description =
                    "Test with the last N examples. Default: the folder's own test files, or a"
                            + " tenth.")
    private @Nullable Integer testCount;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results there as JSON.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Path target = json;
        if (target != null) {
            OutputFolder.checkDiffer("--json", target, model, "the model");
            OutputFolder.checkWritable(target);
        }
        DigitData digits = DigitData.forTest(data, testCount);
        try (Device device = backend.open(out);
                Scope _ = device.scope()) {
            SavedModel saved = SavedModel.read(model, device);
            Batches batches =
                    new InMemoryBatches(device, saved.examples(digits.split().test()), BATCH);
            Evaluation evaluation = Evaluation.of(saved.network(), saved.model().loss(), batches);
            if (!Double.isFinite(evaluation.loss())) {
                throw new InputException(
                        "%s: its outputs are not finite (the loss is %s): train it anew"
                                .formatted(model, evaluation.loss()));
            }
            out.printf(
                    "%s on %,d examples (%s): accuracy %.2f %%, loss %.4f%n",
                    saved.model().label(),
                    evaluation.confusion().total(),
                    digits.description(),
                    100 * evaluation.accuracy(),
                    evaluation.loss());
            ConfusionTable.print(out, evaluation.confusion());
            if (target != null) {
                write(target, device, saved, evaluation);
            }
        }
        return 0;
    }

    private static void write(Path path, Device device, SavedModel saved, Evaluation evaluation)
            throws IOException {
        AtomicFile.write(
                path,
                stream -> {
                    JsonGenerator generator = RunReport.JSON.createGenerator(stream);
                    generator.useDefaultPrettyPrinter();
                    generator.writeStartObject();
                    generator.writeStringField("device", device.info().description());
                    generator.writeStringField("model", saved.model().label());
                    RunReport.writeEvaluation(generator, evaluation);
                    generator.writeStringField(
                            "parameters_sha256", saved.network().parameters().sha256());
                    generator.writeEndObject();
                    generator.flush();
                    stream.write('\n');
                });
    }
}
