package dev.weft.cli;

import dev.weft.Device;
import dev.weft.io.Checkpoint;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Trains a network, tests it, and writes the model, its figures and a plot. */
@Command(
        name = "train",
        description =
                "Train a network; write model.safetensors, metrics.json and training.png to --out.",
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
        if (options.json != null) {
            OutputFolder.checkWritable(options.json);
        }
        try (Device device = backend.open(out);
                TrainingRun run = new TrainingRun(options, data, resumed, device, out)) {
            RunReport report = run.train();
            run.save(folder.file("model.safetensors"));
            report.write(folder.file("metrics.json"));
            Path json = options.json;
            if (json != null) {
                report.write(json);
            }
            Path plot = folder.file("training.png");
            boolean drawn = TrainingPlot.write(plot, report, out);
            ConfusionTable.print(out, report.evaluation().confusion());
            out.printf(
                    "wrote model.safetensors, metrics.json%s to %s%n",
                    drawn ? " and training.png" : "", folder.path());
        }
        return 0;
    }
}
