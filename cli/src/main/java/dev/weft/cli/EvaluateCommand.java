package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.data.Batches;
import dev.weft.io.AtomicFile;
import dev.weft.metrics.ConfusionMatrix;
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
import java.util.Optional;
import java.util.concurrent.Callable;

/** Tests a saved model. */
@Command(
        name = "evaluate",
        description =
                "Test a saved model on new examples of the kind that it was trained on: its"
                        + " figures, and which classes it confuses.",
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
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
            paramLabel = "PATH",
            description =
                    "A table with the columns that the model was trained on, and the target; a"
                            + " folder of folders of pictures; or one with IDX files. Without it:"
                            + " digits that the program draws.")
    private @Nullable Path data;

    @Option(
            names = "--test-count",
            paramLabel = "N",
            description =
                    "Test with the last N examples. Default: the folder's own test files, or a"
                            + " tenth.")
    private @Nullable Integer testCount;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write all figures, diagrams and the worst mistakes there as one page.")
    private @Nullable Path report;

    @Mixin private TableOptions table = new TableOptions();

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
        Path page = report;
        if (page != null) {
            OutputFolder.checkDiffer("--report", page, model, "the model");
            if (target != null) {
                OutputFolder.checkDiffer("--report", page, target, "that of --json");
            }
            OutputFolder.checkWritable(page);
        }
        try (Device device = backend.open(out);
                Scope _ = device.scope()) {
            SavedModel saved = SavedModel.read(model, device);
            EvaluationData examples = EvaluationData.read(saved, model, data, testCount, table);
            Evaluation evaluation;
            try (Batches batches = examples.batches()) {
                evaluation =
                        Evaluation.of(
                                saved.network(),
                                saved.objective(),
                                batches,
                                new TestRecord(examples.tested(), saved.decision()));
            }
            Optional<ConfusionMatrix> confusion = evaluation.meter().confusion();
            out.printf(
                    "%s on %,d examples (%s): %sloss %.4f%n",
                    saved.architecture().text(),
                    evaluation.examples(),
                    examples.tested().description(),
                    confusion
                            .map(counts -> "accuracy %.2f %%, ".formatted(100 * counts.accuracy()))
                            .orElse(""),
                    evaluation.loss());
            if (examples.note() != null) {
                out.println("note: " + examples.note());
            }
            evaluation.figures().forEach((name, value) -> out.printf("%-28s %.4f%n", name, value));
            confusion.ifPresent(
                    counts -> ConfusionTable.print(out, counts, examples.tested().classes()));
            if (page != null) {
                new RunPage("%s: %s".formatted(model, examples.tested().description()))
                        .test(evaluation, examples.tested())
                        .write(page, Headline.text(saved.task(), evaluation));
            }
            if (target != null) {
                write(target, device, saved, evaluation, examples.note());
            }
        }
        return 0;
    }

    private static void write(
            Path path,
            Device device,
            SavedModel saved,
            Evaluation evaluation,
            @Nullable String note)
            throws IOException {
        AtomicFile.write(
                path,
                stream -> {
                    JsonGenerator generator = RunReport.JSON.createGenerator(stream);
                    generator.useDefaultPrettyPrinter();
                    generator.writeStartObject();
                    generator.writeStringField("device", device.info().description());
                    generator.writeStringField("model", saved.architecture().text());
                    if (note != null) {
                        generator.writeStringField("note", note);
                    }
                    RunReport.writeEvaluation(generator, evaluation);
                    generator.writeStringField(
                            "parameters_sha256", saved.network().parameters().sha256());
                    generator.writeEndObject();
                    generator.flush();
                    stream.write('\n');
                });
    }
}
