package dev.weft.cli;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.Normalization;
import dev.weft.io.FormatException;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;
import dev.weft.train.Checkpoint;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import dev.weft.train.TrainingState;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One run of {@code train} on an open device: everything that it makes there closes with it. */
final class TrainingRun implements AutoCloseable {
    private final TrainOptions options;
    private final DigitData data;
    private final Device device;
    private final PrintWriter out;
    private final Scope scope;
    private final Normalization normalization;
    private final Network network;
    private final Optimizer optimizer;
    private final Trainer trainer;
    private final List<TrainingListener.EpochEvent> epochs = new ArrayList<>();

    /**
     * Makes what a run needs on the device.
     *
     * @param resumed the saved run that this one continues, whose settings the options are
     */
    TrainingRun(
            TrainOptions options,
            DigitData data,
            @Nullable Checkpoint resumed,
            Device device,
            PrintWriter out)
            throws IOException {
        this.options = options;
        this.data = data;
        this.device = device;
        this.out = out;
        this.scope = device.scope();
        normalization = Normalization.of(data.split().train());
        if (resumed == null) {
            network = Network.create(device, options.model().layers(options.dropout), options.seed);
            optimizer = newOptimizer();
        } else {
            network = SavedModel.of(resumed, device).network();
            optimizer = newOptimizer();
            resumed.restore(optimizer, network);
            check(resumed);
        }
        trainer = new Trainer(network, options.model().loss(), optimizer);
    }

    private Optimizer newOptimizer() {
        return new Optimizer(
                network.parameters(),
                options.optimizer(),
                options.learningRate(),
                options.penalty());
    }

    /** A resumed run goes on exactly only with the data that it was begun with. */
    private void check(Checkpoint checkpoint) throws FormatException {
        TrainingState saved = TrainingState.of(checkpoint);
        int examples = data.split().train().size();
        Normalization before = SavedModel.normalization(checkpoint);
        if (saved.examples() != examples || !before.equals(normalization)) {
            throw new InputException(
                    ("%s: was trained on other data: on %d examples of mean %s and deviation %s;"
                                    + " these are %d of mean %s and deviation %s")
                            .formatted(
                                    options.resume,
                                    saved.examples(),
                                    before.mean(),
                                    before.deviation(),
                                    examples,
                                    normalization.mean(),
                                    normalization.deviation()));
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
        if (saved.epochs() >= options.epochs) {
            throw new InputException(
                    "%s: was trained for %d epochs already: pass --epochs above that"
                            .formatted(options.resume, saved.epochs()));
        }
    }

    /** Trains to the last epoch, or until it is told to {@link #stop}; prints as it goes. */
    void train() {
        out.printf(
                "%s: %,d parameters; %,d examples to train, %,d to test (%s)%n",
                options.model().label(),
                network.parameters().count(),
                data.split().train().size(),
                data.split().test().size(),
                data.description());
        Batches training = batches(data.split().train());
        trainer.captureSteps(true);
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onEpoch(EpochEvent event) {
                        epochs.add(event);
                    }
                });
        long done = optimizer.steps();
        long examples = examplesAfter(done, training);
        try (Progress progress = Progress.create(out, options.epochs, examples)) {
            trainer.listen(progress);
            trainer.trainAfter(training, done, options.epochs, options.seed);
        }
    }

    private long examplesAfter(long steps, Batches training) {
        long examples = training.size().orElseThrow();
        long whole = steps / stepsInEpoch();
        long inEpoch = Math.min(examples, steps % stepsInEpoch() * options.batch);
        return (options.epochs - whole) * examples - inEpoch;
    }

    /** Asks, from any thread, that training ends after the present step. */
    void stop() {
        trainer.stop();
    }

    private Batches batches(Dataset examples) {
        return new InMemoryBatches(
                device,
                SavedModel.examples(options.model(), examples, normalization),
                options.batch);
    }

    private int stepsInEpoch() {
        return Math.ceilDiv(data.split().train().size(), options.batch);
    }

    /** Whether there is something to save. */
    boolean hasSteps() {
        return optimizer.steps() > 0;
    }

    /** Whether all epochs are done. */
    boolean isComplete() {
        return optimizer.steps() >= (long) options.epochs * stepsInEpoch();
    }

    /** How far training has come, in words. */
    String progress() {
        long steps = optimizer.steps();
        return "after %d of %d epochs and %d of %d steps"
                .formatted(
                        steps / stepsInEpoch(),
                        options.epochs,
                        steps % stepsInEpoch(),
                        stepsInEpoch());
    }

    /** Tests what was trained. */
    RunReport test() {
        Batches test = batches(data.split().test());
        Evaluation evaluation = Evaluation.of(network, options.model().loss(), test);
        out.printf(
                "test accuracy %.2f %%, test loss %.4f%n",
                100 * evaluation.accuracy(), evaluation.loss());
        return new RunReport(
                options, device.info(), epochs, evaluation, network.parameters().sha256());
    }

    /** Saves all that a run needs to go on exactly from here. */
    void save(Path path) throws IOException {
        TrainingState state =
                new TrainingState(
                        options.model().loss().label(),
                        data.split().train().size(),
                        options.batch,
                        options.seed,
                        (int) (optimizer.steps() / stepsInEpoch()));
        Checkpoint.save(
                path, network, optimizer, SavedModel.metadata(options, normalization, state));
    }

    @Override
    public void close() {
        scope.close();
    }
}
