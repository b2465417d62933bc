package dev.weft.cli;

import dev.weft.Device;
import dev.weft.train.Checkpoint;
import dev.weft.train.Evaluation;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

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
        OutputFolder folder = options.output.folder(resume);
        TrainingData data = TrainingData.read(options);
        options.complete(data.problem().defaults());
        try (Device device = backend.open(out);
                TraceFile _ = TraceFile.open(options.output.trace, device)) {
            return train(data, resumed, device, folder);
        }
    }

    @SuppressWarnings("try") // closed early: a signal while the test runs ends the program
    private int train(
            TrainingData data, @Nullable Checkpoint resumed, Device device, OutputFolder folder)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Evaluation> folds = new ArrayList<>();
        AtomicReference<@Nullable TrainingRun> running = new AtomicReference<>();
        AtomicBoolean stopped = new AtomicBoolean();
        Runnable stop =
                () -> {
                    stopped.set(true);
                    TrainingRun now = running.get();
                    if (now != null) {
                        now.stop();
                    }
                };
        try (StopSignals signals = StopSignals.asking(stop)) {
            for (Problem fold : data.folds()) {
                try (TrainingRun run = new TrainingRun(options, fold, null, device, out)) {
                    running.set(run);
                    run.trainQuietly();
                    if (stopped.get()) {
                        out.println("stopped in the cross-validation: nothing was written");
                        return signals.exitCode();
                    }
                    Evaluation tested = run.test();
                    folds.add(tested);
                    out.printf(
                            "fold %d/%d: %,d examples to train, %,d to test: %s%n",
                            folds.size(),
                            data.folds().size(),
                            fold.trainingSize(),
                            fold.testSize(),
                            Headline.text(fold.task(), tested));
                }
            }
            if (!folds.isEmpty()) {
                out.printf(
                        "%d folds: %s%n",
                        folds.size(),
                        Headline.text(
                                data.problem().task(), RunReport.crossValidation(folds).spreads()));
            }
            try (TrainingRun run = new TrainingRun(options, data.problem(), resumed, device, out)) {
                running.set(run);
                run.introduce();
                run.keepCheckpoints(folder.path().resolve("checkpoints"));
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
                signals.close();
                report(run, data.problem(), folds, folder);
            }
        }
        return 0;
    }

    private void report(
            TrainingRun run, Problem problem, List<Evaluation> folds, OutputFolder folder)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Evaluation test = problem.testSize() == 0 ? null : run.test();
        if (test != null) {
            test.meter()
                    .confusion()
                    .ifPresent(
                            confusion ->
                                    out.printf(
                                            "test accuracy %.2f %%, test loss %.4f%n",
                                            100 * confusion.accuracy(), test.loss()));
            out.printf("test: %s%n", Headline.text(problem.task(), test));
        }
        RunReport report = run.report(test, folds);
        report.write(folder.file(OutputFolder.METRICS));
        if (options.output.json != null) {
            report.write(options.output.json);
        }
        run.write(folder.file(OutputFolder.PAGE), test, folds);
        boolean drawn = TrainingPlot.write(folder.file(OutputFolder.PLOT), report, out);
        if (test != null) {
            test.meter()
                    .confusion()
                    .ifPresent(table -> ConfusionTable.print(out, table, problem.classes()));
        }
        out.printf(
                "wrote model.safetensors, metrics.json%s and report.html to %s%n",
                drawn ? ", training.png" : "", folder.path());
    }
}
