package dev.weft.cli;

import dev.weft.Device;
import dev.weft.train.Checkpoint;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Trains a network, tests it, and writes the model, its figures and a plot. */
@Command(
        name = "train",
        description =
                "Train a network; write model.safetensors, metrics.json and training.png to --out."
                    + " Ctrl-C saves the model as it is then, to go on with by --resume; a second"
                    + " one ends at once.",
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private TrainOptions options = new TrainOptions();
    @Mixin private BackendOption backend = new BackendOption();

    @Override
    public Integer call() throws IOException {
        options.check();
        Path resume = options.resume;
        Checkpoint resumed = resume == null ? null : Checkpoint.read(resume);
        if (resumed != null) {
            ResumedOptions.adopt(options, resumed, spec.commandLine().getParseResult());
        }
        PrintWriter out = spec.commandLine().getOut();
        DigitData data = DigitData.forTraining(options.data, options.testCount, options.seed);
        // Before the work, so that nobody trains for an hour and then cannot save.
        OutputFolder folder = OutputFolder.at(options.out);
        if (!options.force) {
            folder.checkIsFree(resume == null ? List.of() : List.of(resume));
        }
        Path json = options.json;
        if (json != null) {
            folder.checkIsNone("--json", json);
            if (resume != null) {
                OutputFolder.checkDiffer("--json", json, resume, "the model to go on with");
            }
            OutputFolder.checkWritable(json);
        }
        Path trace = options.trace;
        if (trace != null) {
            folder.checkIsNone("--trace", trace);
            if (json != null) {
                OutputFolder.checkDiffer("--trace", trace, json, "that of --json");
            }
            if (resume != null) {
                OutputFolder.checkDiffer("--trace", trace, resume, "the model to go on with");
            }
            OutputFolder.checkWritable(trace);
        }
        try (Device device = backend.open(out);
                TraceFile _ = TraceFile.open(trace, device);
                TrainingRun run = new TrainingRun(options, data, resumed, device, out)) {
            try (StopSignals signals = StopSignals.asking(run::stop)) {
                run.train();
                Path model = folder.path().resolve(OutputFolder.MODEL);
                if (run.hasSteps()) {
                    run.save(folder.file(OutputFolder.MODEL));
                }
                if (!run.isComplete()) {
                    out.println(
                            run.hasSteps()
                                    ? "stopped %s; go on with the same command and --resume %s"
                                            .formatted(run.progress(), model)
                                    : "stopped before the first step: nothing was written");
                    return signals.exitCode();
                }
            }
            RunReport report = run.test();
            report.write(folder.file(OutputFolder.METRICS));
            if (json != null) {
                report.write(json);
            }
            boolean drawn = TrainingPlot.write(folder.file(OutputFolder.PLOT), report, out);
            ConfusionTable.print(out, report.evaluation().confusion());
            out.printf(
                    "wrote model.safetensors, metrics.json%s to %s%n",
                    drawn ? " and training.png" : "", folder.path());
        }
        return 0;
    }
}
