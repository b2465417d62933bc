package dev.weft.cli;

import dev.weft.nn.Architecture;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What {@code train} takes, and the ranges of its numbers. */
final class TrainOptions {
    private static final int CONTEXT = 128;
    private static final int MOST_EPOCHS = 1_000_000;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description =
                    "A table (CSV, TSV, also gzip), a folder with a folder of pictures for each"
                            + " class, one with MNIST's IDX files, or, for gpt, a text in UTF-8."
                            + " Without it: digits that the program draws.")
    @Nullable Path data;

    /** Of {@code --data}; null where the program draws it. */
    @Nullable String fingerprint;

    @Mixin TableOptions table = new TableOptions();

    @Option(
            names = "--stream",
            negatable = true,
            description =
                    "Whether a table is read again in each epoch, and mixed in a buffer, instead of"
                            + " kept in memory. Default: where it is large for the Java heap.")
    @Nullable Boolean stream;

    @Mixin SplitOptions split = new SplitOptions();

    @Mixin LossOptions loss = new LossOptions();

    @Mixin OptimizerOptions optimizer = new OptimizerOptions();

    @Mixin OutputOptions output = new OutputOptions();

    @Option(
            names = "--augment",
            paramLabel = "WHAT",
            description =
                    "How examples are changed at random before they are learnt from. Pictures and"
                        + " digits:"
                        + " shift=0.1,rotate=15,scale=0.9:1.1,flip,flip_upside_down,crop=0.8,noise=0.1,brightness=0.2,contrast=0.2,cutout=0.3"
                        + " and mixup=0.2 or cutmix=1; tables: noise=0.1 and mixup=0.2 or"
                        + " swap=0.1.")
    @Nullable String augment;

    @Option(
            names = "--moving-average",
            paramLabel = "DECAY",
            description =
                    "Keep an average of the parameters, of which DECAY stays at each step, such as"
                            + " 0.999; it is what is tested and predicts.")
    @Nullable Double movingAverage;

    @Option(
            names = "--threshold",
            paramLabel = "RULE",
            description =
                    "From which probability on the second of two classes, or a label, is predicted:"
                            + " a number, or what is best for f1, fbeta:BETA, youden or cost:FALSE"
                            + "_POSITIVE:FALSE_NEGATIVE on the validation part, or, where there is"
                            + " none, on the training part. Default: 0.5.")
    @Nullable String threshold;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            description = "Stretch or shrink all pictures to this. Default: they must be alike.")
    @Nullable String size;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description =
                    "simplenet or simplenet-softmax (for digits), cnn, resnet or vit (for square"
                        + " grey images), gpt, or gpt:4,4,128 with the numbers of layers and heads"
                        + " and the width (for texts), linear, or mlp: with the numbers of hidden"
                        + " units, such as mlp:128,64. Default: simplenet for digits, mlp:64 for"
                        + " tables, mlp:128 for pictures.")
    @Nullable String model;

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "How many characters gpt sees at once. Default: " + CONTEXT + ".")
    @Nullable Integer context;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description =
                    "Passes over the training set. Default: 10 for digits, 200 for tables, 20 for"
                            + " pictures, 5 for texts.")
    @Nullable Integer epochs;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description =
                    "Stop when the loss of the validation part (the second of three of --split) has"
                            + " not fallen for N epochs, and keep the best parameters.")
    @Nullable Integer patience;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Examples in a step. Default: 64, 32 for tables, 16 for texts.")
    @Nullable Integer batch;

    @Option(
            names = "--accumulate",
            paramLabel = "N",
            defaultValue = "1",
            description = "Update by the mean gradient of N batches. Default: ${DEFAULT-VALUE}.")
    int accumulate = 1;

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
                    "Keep the last N digits for the test. Default: the folder's own test files,"
                            + " or a tenth.")
    @Nullable Integer testCount;

    @Option(
            names = "--resume",
            paramLabel = "FILE",
            description =
                    "Go on with a saved model, up to --epochs in all. What is not given is as it"
                            + " was, but for --data, --target and how the data is divided.")
    @Nullable Path resume;

    /**
     * Checks all ranges.
     *
     * @throws InputException naming the first option that is out of its range
     */
    void check() {
        if (epochs != null && (epochs < 1 || epochs > MOST_EPOCHS)) {
            throw new InputException(
                    "--epochs must be from 1 to %d, got %d".formatted(MOST_EPOCHS, epochs));
        }
        if (patience != null && patience < 1) {
            throw new InputException("--patience must be at least 1, got " + patience);
        }
        if (accumulate < 1) {
            throw new InputException("--accumulate must be at least 1, got " + accumulate);
        }
        if (context != null && context < 1) {
            throw new InputException("--context must be at least 1, got " + context);
        }
        if (batch != null && batch < 1) {
            throw new InputException("--batch must be at least 1, got " + batch);
        }
        if (model != null) {
            Architecture.check(model);
        }
        if (movingAverage != null && !(movingAverage >= 0 && movingAverage < 1)) {
            throw new InputException("--moving-average must be in [0, 1), got " + movingAverage);
        }
        loss.check();
        thresholdRule();
        optimizer.check();
        output.check();
        if (!(dropout >= 0 && (float) dropout < 1)) {
            throw new InputException("--dropout must be in [0, 1), got " + dropout);
        }
    }

    /** Fills in what was not given. */
    void complete(Problem.Defaults defaults) {
        model = model == null ? defaults.model() : model;
        optimizer.name = optimizer.name == null ? defaults.optimizer() : optimizer.name;
        epochs = epochs == null ? Integer.valueOf(defaults.epochs()) : epochs;
        batch = batch == null ? Integer.valueOf(defaults.batch()) : batch;
    }

    private static <T> T complete(@Nullable T value) {
        return Objects.requireNonNull(value, "options are completed by the problem's defaults");
    }

    String model() {
        return complete(model);
    }

    int context() {
        return context == null ? CONTEXT : context;
    }

    int epochs() {
        return complete(epochs);
    }

    int batch() {
        return complete(batch);
    }

    /** What was chosen beside the usual, by the options' names, as they take it. */
    Map<String, String> choices() {
        Map<String, String> choices = new LinkedHashMap<>();
        put(choices, "augment", augment);
        put(choices, "class-weights", loss.classWeights);
        put(choices, "label-smoothing", loss.smoothing == 0 ? null : loss.smoothing);
        put(choices, "moving-average", movingAverage);
        put(choices, "threshold", threshold);
        put(choices, "clip-norm", optimizer.clipNorm);
        put(choices, "accumulate", accumulate == 1 ? null : accumulate);
        return choices;
    }

    private static void put(Map<String, String> choices, String name, @Nullable Object value) {
        if (value != null) {
            choices.put(name, value.toString());
        }
    }

    /** How thresholds are chosen; null for the usual ones. */
    @Nullable ThresholdRule thresholdRule() {
        return threshold == null ? null : ThresholdRule.parse(threshold);
    }
}
