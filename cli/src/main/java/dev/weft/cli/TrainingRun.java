package dev.weft.cli;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.data.Batches;
import dev.weft.data.Normalization;
import dev.weft.io.Checkpoint;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;
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
    private final int epochsDone;

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
            epochsDone = 0;
        } else {
            network = SavedModel.of(resumed, device).network();
            optimizer = newOptimizer();
            resumed.restore(optimizer, network);
            epochsDone = checked(TrainingState.of(resumed)).epochs();
        }
    }

    private Optimizer newOptimizer() {
        return new Optimizer(
                network.parameters(),
                options.optimizer(),
                options.learningRate(),
                options.penalty());
    }

    /** A resumed run goes on exactly only with the data that it was begun with. */
    private TrainingState checked(TrainingState saved) {
        int examples = data.split().train().size();
        if (saved.examples() != examples || !saved.normalization().equals(normalization)) {
            throw new InputException(
                    ("%s: was trained on other data: on %d examples of mean %s and deviation %s;"
                                    + " these are %d of mean %s and deviation %s")
                            .formatted(
                                    options.resume,
                                    saved.examples(),
                                    saved.normalization().mean(),
                                    saved.normalization().deviation(),
                                    examples,
                                    normalization.mean(),
                                    normalization.deviation()));
        }
        if (saved.epochs() >= options.epochs) {
            throw new InputException(
                    "%s: was trained for %d epochs already: pass --epochs above that"
                            .formatted(options.resume, saved.epochs()));
        }
        return saved;
    }

    /** Trains and tests; prints as it goes. */
    RunReport train() {
        boolean oneHot = options.model().loss().takesOneHot();
        Batches training =
                new Batches(device, data.split().train(), normalization, options.batch, oneHot);
        out.printf(
                "%s: %,d parameters; %,d examples to train, %,d to test (%s)%n",
                options.model().label(),
                network.parameters().count(),
                data.split().train().size(),
                data.split().test().size(),
                data.description());
        Trainer trainer = new Trainer(network, options.model().loss(), optimizer);
        trainer.captureSteps(true);
        List<TrainingListener.EpochEvent> epochs = new ArrayList<>();
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onEpoch(EpochEvent event) {
                        epochs.add(event);
                    }
                });
        long examples = (long) (options.epochs - epochsDone) * data.split().train().size();
        try (Progress progress = Progress.create(out, options.epochs, examples)) {
            trainer.listen(progress);
            trainer.train(training, epochsDone + 1, options.epochs, options.seed);
        }
        Batches test =
                new Batches(device, data.split().test(), normalization, options.batch, oneHot);
        Evaluation evaluation = Evaluation.of(network, options.model().loss(), test);
        out.printf(
                "test accuracy %.2f %%, test loss %.4f%n",
                100 * evaluation.accuracy(), evaluation.loss());
        return new RunReport(
                options, device.info(), epochs, evaluation, network.parameters().sha256());
    }

    void save(Path path) throws IOException {
        TrainingState state =
                new TrainingState(
                        options.model().loss(),
                        normalization,
                        data.split().train().size(),
                        options.batch,
                        options.seed,
                        options.epochs);
        Checkpoint.save(path, network, optimizer, SavedModel.metadata(options, state));
    }

    @Override
    public void close() {
        scope.close();
    }
}
