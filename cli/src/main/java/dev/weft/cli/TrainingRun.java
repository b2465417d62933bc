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

    TrainingRun(TrainOptions options, DigitData data, Device device, PrintWriter out)
            throws IOException {
        this.options = options;
        this.data = data;
        this.device = device;
        this.out = out;
        this.scope = device.scope();
        Path resume = options.resume;
        if (resume == null) {
            normalization = Normalization.of(data.split().train());
            network = Network.create(device, options.model().layers(options.dropout), options.seed);
            optimizer = newOptimizer();
            epochsDone = 0;
        } else {
            SavedModel saved = SavedModel.read(resume, device);
            normalization = saved.normalization();
            network = saved.network();
            optimizer = newOptimizer();
            saved.checkpoint().restore(optimizer, network);
            epochsDone = (int) saved.checkpoint().requiredNumber(SavedModel.EPOCHS);
            checkSame(resume, saved.checkpoint());
        }
    }

    private Optimizer newOptimizer() {
        return new Optimizer(
                network.parameters(),
                options.optimizer(),
                options.learningRate(),
                options.penalty());
    }

    /** A resumed run goes on exactly only with what it was begun with. */
    private void checkSame(Path resume, Checkpoint checkpoint) throws IOException {
        for (var entry : SavedModel.metadata(options, normalization).entrySet()) {
            String saved = checkpoint.required(entry.getKey());
            if (!entry.getKey().equals(SavedModel.EPOCHS) && !saved.equals(entry.getValue())) {
                throw new InputException(
                        resume
                                + ": was trained with "
                                + entry.getKey()
                                + " "
                                + saved
                                + ", and goes on only with the same, not with "
                                + entry.getValue());
            }
        }
        if (epochsDone >= options.epochs) {
            throw new InputException(
                    resume
                            + ": was trained for "
                            + epochsDone
                            + " epochs already: pass --epochs above that");
        }
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
        Checkpoint.save(path, network, optimizer, SavedModel.metadata(options, normalization));
    }

    @Override
    public void close() {
        scope.close();
    }
}
