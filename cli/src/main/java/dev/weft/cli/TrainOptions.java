package dev.weft.cli;

import dev.weft.backend.Penalty;
import dev.weft.nn.Models;
import dev.weft.optim.OptimizerKind;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;

/** What {@code train} takes, and the ranges of its numbers. */
final class TrainOptions {
    private static final int MOST_EPOCHS = 1_000_000;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Folder with IDX files, plain or gzip, with MNIST's names. Without it: digits"
                            + " that the program draws.")
    @Nullable Path data;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "simplenet",
            description = "simplenet or simplenet-softmax. Default: ${DEFAULT-VALUE}.")
    String model = "simplenet";

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "10",
            description = "Passes over the training set. Default: ${DEFAULT-VALUE}.")
    int epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "64",
            description = "Examples in a step. Default: ${DEFAULT-VALUE}.")
    int batch;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            defaultValue = "sgd",
            description =
                    "sgd, momentum, nesterov, adam, adamw or rmsprop. Default: ${DEFAULT-VALUE}.")
    String optimizer = "sgd";

    @Option(
            names = "--lr",
            paramLabel = "X",
            description = "Learning rate. Default: 0.01, or 0.001 for adam and adamw.")
    @Nullable Double lr;

    @Option(
            names = "--l1",
            paramLabel = "X",
            defaultValue = "0",
            description = "Weight of the sum of |p| in the objective. Default: ${DEFAULT-VALUE}.")
    double l1;

    @Option(
            names = "--l2",
            paramLabel = "X",
            defaultValue = "0",
            description = "Weight of the sum of p²/2 in the objective. Default: ${DEFAULT-VALUE}.")
    double l2;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description = "Decay apart from the gradient. Default: 0, or 0.01 for adamw.")
    @Nullable Double weightDecay;

    @Option(
            names = "--dropout",
            paramLabel = "P",
            defaultValue = "0",
            description = "Share of hidden units to drop in training. Default: ${DEFAULT-VALUE}.")
    double dropout;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description =
                    "For parameters, order, dropout and drawn digits. Default: ${DEFAULT-VALUE}.")
    long seed;

    @Option(
            names = "--test-count",
            paramLabel = "N",
            description =
                    "Keep the last N examples for the test. Default: the folder's own test files,"
                            + " or a tenth.")
    @Nullable Integer testCount;

    @Option(
            names = "--resume",
            paramLabel = "FILE",
            description =
                    "Go on with a saved model, up to --epochs in all. What is not given is as it"
                            + " was: model, batch, optimizer, rates, penalties, dropout and seed.")
    @Nullable Path resume;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "weft-out",
            description = "Where to write. Default: ${DEFAULT-VALUE}.")
    Path out = Path.of("weft-out");

    @Option(
            names = "--force",
            description =
                    "Replace the run that --out holds. Without it, that is refused, unless --resume"
                            + " goes on with that very run.")
    boolean force;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the results there as well, as JSON.")
    @Nullable Path json;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description =
                    "Write a timeline of every kernel and transfer, in Chrome's trace format, which"
                            + " Perfetto opens. The run is slower for it.")
    @Nullable Path trace;

    /**
     * Checks all ranges.
     *
     * @throws InputException naming the first option that is out of its range
     */
    void check() {
        if (epochs < 1 || epochs > MOST_EPOCHS) {
            throw new InputException(
                    "--epochs must be from 1 to %d, got %d".formatted(MOST_EPOCHS, epochs));
        }
        if (batch < 1) {
            throw new InputException("--batch must be at least 1, got " + batch);
        }
        // Kernels compute with floats, in which 1e-50 is 0 and 1e50 infinite.
        if (lr != null && !(lr.floatValue() > 0 && Float.isFinite(lr.floatValue()))) {
            throw new InputException(
                    "--lr must be from %s to %s, got %s"
                            .formatted(Float.MIN_VALUE, Float.MAX_VALUE, lr));
        }
        model();
        optimizer();
        notNegative("--l1", l1);
        notNegative("--l2", l2);
        notNegative("--weight-decay", weightDecay());
        if (!(dropout >= 0 && (float) dropout < 1)) {
            throw new InputException("--dropout must be in [0, 1), got " + dropout);
        }
    }

    Models model() {
        return Models.named(model);
    }

    OptimizerKind optimizer() {
        return OptimizerKind.named(optimizer);
    }

    double learningRate() {
        return lr == null ? optimizer().defaultLr() : lr;
    }

    Penalty penalty() {
        return new Penalty(l1, l2, weightDecay());
    }

    private double weightDecay() {
        return weightDecay == null ? optimizer().defaultPenalty().weightDecay() : weightDecay;
    }

    private static void notNegative(String option, double value) {
        if (!(value >= 0 && Float.isFinite((float) value))) {
            throw new InputException(
                    "%s must be from 0 to %s, got %s".formatted(option, Float.MAX_VALUE, value));
        }
    }
}
