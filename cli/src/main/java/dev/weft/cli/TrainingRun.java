package dev.weft.cli;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.data.Batches;
import dev.weft.data.Transform;
import dev.weft.data.table.CleaningReport;
import dev.weft.nn.Architecture;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.optim.Clipping;
import dev.weft.optim.MovingAverage;
import dev.weft.optim.Optimizer;
import dev.weft.optim.TrainingAid;
import dev.weft.train.Checkpoint;
import dev.weft.train.CheckpointKeeper;
import dev.weft.train.EarlyStopping;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import dev.weft.train.TrainingState;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** One run of {@code train} on an open device: everything that it makes there closes with it. */
final class TrainingRun implements AutoCloseable {
    private static final int TEST_BATCH = 256;

    private final TrainOptions options;
    private final Problem problem;
    private final Device device;
    private final PrintWriter out;
    private final Scope scope;
    private final Architecture architecture;
    private final ClassLoss loss;
    private final Objective objective;
    private final @Nullable ThresholdRule rule;
    private final Network network;
    private final Optimizer optimizer;
    private final Trainer trainer;
    private final Batches training;
    private final @Nullable Batches validation;
    private final @Nullable MovingAverage average;
    private final @Nullable EarlyStopping stopping;
    private final List<TrainingListener.EpochEvent> epochs = new ArrayList<>();
    private Decision decision = Decision.USUAL;
    private @Nullable RunHistory history;

    /**
     * Makes what a run needs on the device.
     *
     * @param resumed the saved run that this one continues, whose settings the options are
     */
    TrainingRun(
            TrainOptions options,
            Problem problem,
            @Nullable Checkpoint resumed,
            Device device,
            PrintWriter out)
            throws IOException {
        this.options = options;
        this.problem = problem;
        this.device = device;
        this.out = out;
        architecture =
                new Architecture(
                        options.model(), problem.inputs(), problem.outputs(), options.dropout);
        loss = options.loss.of(problem);
        rule = options.thresholdRule();
        if (rule != null) {
            rule.requireFit(problem);
        }
        Transform augmenter = options.augment == null ? null : problem.augmenter(options.augment);
        scope = device.scope();
        objective = loss.objective(architecture, problem.task(), problem.targetName(), device);
        Double decay = options.movingAverage;
        if (resumed == null) {
            network = Network.create(device, architecture.blocks(), options.seed);
            optimizer = newOptimizer();
            average = decay == null ? null : new MovingAverage(network.parameters(), decay);
        } else {
            network = SavedModel.network(resumed, device);
            optimizer = newOptimizer();
            resumed.restore(optimizer, network);
            check(resumed);
            average = decay == null ? null : SavedModel.average(resumed, network);
        }
        trainer = new Trainer(network, objective, optimizer);
        trainer.captureSteps(true);
        trainer.accumulate(options.accumulate);
        if (average != null) {
            trainer.average(average);
        }
        Double most = options.optimizer.clipNorm;
        if (most != null) {
            trainer.beforeUpdate(() -> Clipping.norm(network.parameters(), most));
        }
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onEpoch(EpochEvent event) {
                        epochs.add(event);
                    }
                });
        training = problem.training(device, architecture, options.batch(), augmenter);
        validation = problem.validation(device, architecture, TEST_BATCH);
        if (validation != null) {
            trainer.validateOn(validation, () -> problem.meter(Decision.USUAL));
        }
        stopping = stopping();
    }

    private Optimizer newOptimizer() {
        return new Optimizer(
                network.parameters(), options.optimizer.settings(), options.optimizer.schedule());
    }

    /** Does work while the network has the parameters that are tested and predict. */
    private void withAverage(Runnable work) {
        if (average != null) {
            average.swap();
        }
        try {
            work.run();
        } finally {
            if (average != null) {
                average.swap();
            }
        }
    }

    private @Nullable EarlyStopping stopping() {
        if (options.patience == null) {
            return null;
        }
        if (validation == null) {
            throw new InputException(
                    "--patience needs rows to look at after each epoch: give --split three shares,"
                            + " such as 0.7/0.15/0.15");
        }
        EarlyStopping early = EarlyStopping.onValidationLoss(trainer, network, options.patience);
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onEpoch(EpochEvent event) {
                        withAverage(() -> early.onEpoch(event));
                    }
                });
        return early;
    }

    /** A resumed run goes on exactly only with the data that it was begun with. */
    private void check(Checkpoint checkpoint) throws IOException {
        TrainingState saved = TrainingState.of(checkpoint);
        try {
            problem.checkIsOf(checkpoint);
        } catch (InputException e) {
            throw new InputException(options.resume + ": " + e.getMessage(), e);
        }
        if (!saved.objective().equals(objective.label())) {
            throw new InputException(
                    "%s: was trained with the loss %s, and %s takes %s"
                            .formatted(
                                    options.resume,
                                    saved.objective(),
                                    architecture.text(),
                                    objective.label()));
        }
        if (saved.epochs() != optimizer.steps() / stepsInEpoch()) {
            throw new InputException(
                    "%s: says %d epochs of %d steps, and %d steps: it is damaged"
                            .formatted(
                                    options.resume,
                                    saved.epochs(),
                                    stepsInEpoch(),
                                    optimizer.steps()));
        }
        if (saved.epochs() >= options.epochs()) {
            throw new InputException(
                    "%s: was trained for %d epochs already: pass --epochs above that"
                            .formatted(options.resume, saved.epochs()));
        }
    }

    /** Says what is trained on what. */
    void introduce() {
        CleaningReport cleaning = problem.cleaning();
        if (cleaning != null) {
            cleaning.toString().lines().forEach(out::println);
        }
        out.printf(
                "%s: %,d parameters; %,d examples to train, %,d to test (%s)%n",
                architecture.text(),
                network.parameters().count(),
                problem.trainingSize(),
                problem.testSize(),
                problem.description());
    }

    /** Trains to the last epoch, or until it is told to {@link #stop}; prints as it goes. */
    void train() throws IOException {
        long done = optimizer.steps();
        RunHistory curves = new RunHistory(options.epochs(), examplesAfter(done));
        history = curves;
        trainer.listen(curves);
        try (Watching _ = Watching.start(options.output.watch, problem.description(), curves, out);
                Progress progress =
                        Progress.create(
                                out, options.epochs(), examplesAfter(done), problem.task())) {
            trainer.listen(progress);
            trainer.trainAfter(training, done, options.epochs(), options.seed);
        }
        if (stopping != null && stopping.hasStopped()) {
            withAverage(stopping::restore);
            out.printf(
                    "the loss has not fallen for %d epochs: the parameters are those of epoch %d%n",
                    options.patience, stopping.bestEpoch());
        }
        if (rule != null && isComplete()) {
            decide(rule);
            out.printf(
                    "thresholds by %s on the %s part: %s%n",
                    rule.text(), validation == null ? "training" : "validation", decision.text());
        }
    }

    private void decide(ThresholdRule by) {
        withAverage(
                () ->
                        decision =
                                by.on(
                                        problem,
                                        meter ->
                                                Evaluation.of(
                                                        network,
                                                        objective,
                                                        validation == null ? training : validation,
                                                        meter),
                                        out::println));
    }

    /** Saves the run there while it goes on, where that was asked for. */
    void keepCheckpoints(Path folder) {
        if (options.output.checkpointSteps > 0 || options.output.checkpointMinutes > 0) {
            Duration every =
                    Duration.ofMillis(Math.round(options.output.checkpointMinutes * 60_000));
            trainer.listen(
                    new CheckpointKeeper(
                            folder,
                            options.output.checkpointSteps,
                            every,
                            options.output.kept,
                            this::save));
        }
    }

    /** Trains without a word. */
    void trainQuietly() {
        trainer.trainAfter(training, 0, options.epochs(), options.seed);
        if (stopping != null) {
            withAverage(stopping::restore);
        }
        if (rule != null && isComplete()) {
            decide(rule);
        }
    }

    private long examplesAfter(long steps) {
        long examples = problem.trainingSize();
        long whole = steps / stepsInEpoch();
        long inEpoch =
                Math.min(examples, steps % stepsInEpoch() * options.batch() * options.accumulate);
        return (options.epochs() - whole) * examples - inEpoch;
    }

    /** Asks, from any thread, that training ends after the present step. */
    void stop() {
        trainer.stop();
    }

    private long stepsInEpoch() {
        long batches = Math.ceilDiv(problem.trainingSize(), options.batch());
        return Math.ceilDiv(batches, options.accumulate);
    }

    /** Whether there is something to save. */
    boolean hasSteps() {
        return optimizer.steps() > 0;
    }

    /** Whether all epochs are done, or more would not help. */
    boolean isComplete() {
        return optimizer.steps() >= options.epochs() * stepsInEpoch()
                || (stopping != null && stopping.hasStopped());
    }

    /** How far training has come, in words. */
    String progress() {
        long steps = optimizer.steps();
        return "after %d of %d epochs and %d of %d steps"
                .formatted(
                        steps / stepsInEpoch(),
                        options.epochs(),
                        steps % stepsInEpoch(),
                        stepsInEpoch());
    }

    /** How the network does on the examples that were kept for the test. */
    Evaluation test() throws IOException {
        try (Batches test = problem.test(device, architecture, TEST_BATCH)) {
            TestRecord figures = new TestRecord(problem, decision);
            AtomicReference<@Nullable Evaluation> tested = new AtomicReference<>();
            withAverage(() -> tested.set(Evaluation.of(network, objective, test, figures)));
            return Objects.requireNonNull(tested.get());
        }
    }

    /** The hash of the parameters that are tested and predict. */
    private String parametersSha256() {
        AtomicReference<String> hash = new AtomicReference<>("");
        withAverage(() -> hash.set(network.parameters().sha256()));
        return hash.get();
    }

    /**
     * The figures of the run.
     *
     * @param test null where nothing was kept for a test
     * @param folds what cross-validation gave before; none without
     */
    RunReport report(@Nullable Evaluation test, List<Evaluation> folds) {
        return new RunReport(
                options,
                problem,
                device.info(),
                List.copyOf(epochs),
                test,
                folds,
                decision,
                parametersSha256());
    }

    /** The run as a page. */
    void write(Path page, @Nullable Evaluation test, List<Evaluation> folds) throws IOException {
        String summary =
                test == null
                        ? "%,d examples to train".formatted(problem.trainingSize())
                        : "test: " + Headline.text(problem.task(), test);
        RunPage run = new RunPage("%s: %s".formatted(problem.targetName(), architecture.text()));
        run.data(problem);
        try (Scope _ = device.scope()) {
            run.model(network.summary(List.of(problem.blank(device))).toString());
        }
        if (history != null) {
            run.training(history.history());
        }
        run.folds(folds)
                .test(test, problem)
                .settings(options, device.info(), decision, parametersSha256())
                .write(page, summary);
    }

    /** Saves all that a run needs to go on exactly from here. */
    void save(Path path) throws IOException {
        TrainingState state =
                new TrainingState(
                        objective.label(),
                        problem.trainingSize(),
                        options.batch(),
                        options.seed,
                        Math.toIntExact(optimizer.steps() / stepsInEpoch()));
        Map<String, String> metadata = SavedModel.metadata(architecture, problem, state);
        metadata.putAll(ResumedOptions.metadata(options));
        metadata.putAll(loss.metadata());
        metadata.putAll(decision.metadata());
        List<TrainingAid> aids = average == null ? List.of() : List.of(average);
        Checkpoint.save(path, network, optimizer, aids, metadata);
    }

    @Override
    public void close() {
        training.close();
        scope.close();
    }
}
