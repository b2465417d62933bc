package dev.weft.cli;

import dev.weft.Schedule;
import dev.weft.backend.Penalty;
import dev.weft.nn.Architecture;
import dev.weft.optim.OptimizerKind;
import dev.weft.optim.OptimizerSettings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What {@code train} takes, and the ranges of its numbers. */
final class TrainOptions {
    private static final double MOST_MINUTES = 1e6;
    private static final int MOST_PORT = 65_535;
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

    @Mixin TableOptions table = new TableOptions();

    @Mixin SplitOptions split = new SplitOptions();

    @Mixin LossOptions loss = new LossOptions();

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
            names = "--optimizer",
            paramLabel = "NAME",
            description =
                    "sgd, momentum, nesterov, adam, adamw, rmsprop, adagrad, adadelta, adamax,"
                            + " nadam, radam or lion. Default: sgd for digits, adamw for texts,"
                            + " adam otherwise.")
    @Nullable String optimizer;

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
            names = "--set",
            paramLabel = "NAME=VALUE",
            description =
                    "A setting of the optimizer by PyTorch's name, such as momentum=0.8,"
                            + " nesterov=true, beta2=0.98 or amsgrad=true. May be given again.")
    Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--schedule",
            paramLabel = "TEXT",
            description =
                    "How the learning rate changes with the steps, as a factor: step(every, gamma),"
                        + " multi_step(gamma, at, ...), exponential(gamma), cosine(steps, floor),"
                        + " cosine_restarts(steps, longer, floor), one_cycle(steps, share, div,"
                        + " final_div), linear(from, to, steps), polynomial(steps, power), and one"
                        + " after another by .then(steps, ...). Default: constant().")
    @Nullable String schedule;

    @Option(
            names = "--clip-norm",
            paramLabel = "X",
            description = "Scale gradients so that their norm over all parameters is at most X.")
    @Nullable Double clipNorm;

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

    @Option(
            names = "--checkpoint-steps",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Save the run to OUT/checkpoints after every N batches too, to go on from with"
                            + " --resume; and after each epoch that was the best so far.")
    long checkpointSteps;

    @Option(
            names = "--checkpoint-minutes",
            paramLabel = "M",
            defaultValue = "0",
            description = "The same every M minutes.")
    double checkpointMinutes;

    @Option(
            names = "--keep",
            paramLabel = "K",
            defaultValue = "3",
            description = "How many of them stay, the best apart. Default: ${DEFAULT-VALUE}.")
    int kept = 3;

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
            names = "--watch",
            paramLabel = "PORT",
            arity = "0..1",
            fallbackValue = "0",
            description =
                    "Show the run while it goes on, to browsers on this machine: on this port, or"
                            + " on one that is free.")
    @Nullable Integer watch;

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
        if (epochs != null && (epochs < 1 || epochs > MOST_EPOCHS)) {
            throw new InputException(
                    "--epochs must be from 1 to %d, got %d".formatted(MOST_EPOCHS, epochs));
        }
        if (watch != null && (watch < 0 || watch > MOST_PORT)) {
            throw new InputException(
                    "--watch must be from 0 to %d, got %d".formatted(MOST_PORT, watch));
        }
        if (patience != null && patience < 1) {
            throw new InputException("--patience must be at least 1, got " + patience);
        }
        if (checkpointSteps < 0 || kept < 1) {
            throw new InputException(
                    "--checkpoint-steps must be at least 0 and --keep at least 1, got %d and %d"
                            .formatted(checkpointSteps, kept));
        }
        if (!(checkpointMinutes >= 0 && checkpointMinutes < MOST_MINUTES)) {
            throw new InputException(
                    "--checkpoint-minutes must be from 0 to %s, got %s"
                            .formatted(MOST_MINUTES, checkpointMinutes));
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
        // Kernels compute with floats, in which 1e-50 is 0 and 1e50 infinite.
        if (lr != null && !(lr.floatValue() > 0 && Float.isFinite(lr.floatValue()))) {
            throw new InputException(
                    "--lr must be from %s to %s, got %s"
                            .formatted(Float.MIN_VALUE, Float.MAX_VALUE, lr));
        }
        if (model != null) {
            Architecture.check(model);
        }
        if (optimizer != null) {
            OptimizerKind.named(optimizer);
        }
        if (clipNorm != null && !(clipNorm > 0 && Double.isFinite(clipNorm))) {
            throw new InputException("--clip-norm must be above 0, got " + clipNorm);
        }
        if (movingAverage != null && !(movingAverage >= 0 && movingAverage < 1)) {
            throw new InputException("--moving-average must be in [0, 1), got " + movingAverage);
        }
        loss.check();
        thresholdRule();
        schedule();
        notNegative("--l1", l1);
        notNegative("--l2", l2);
        notNegative("--weight-decay", weightDecay == null ? 0 : weightDecay);
        if (!(dropout >= 0 && (float) dropout < 1)) {
            throw new InputException("--dropout must be in [0, 1), got " + dropout);
        }
    }

    /** Fills in what was not given. */
    void complete(Problem.Defaults defaults) {
        model = model == null ? defaults.model() : model;
        optimizer = optimizer == null ? defaults.optimizer() : optimizer;
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

    OptimizerKind optimizer() {
        return OptimizerKind.named(complete(optimizer));
    }

    double learningRate() {
        return lr == null ? optimizer().defaultLr() : lr;
    }

    /** The optimizer's settings, those of {@code --set} on top. */
    OptimizerSettings settings() {
        OptimizerSettings all = optimizer().settings().lr(learningRate()).penalty(penalty());
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            try {
                all = all.with(setting.getKey(), setting.getValue());
            } catch (IllegalArgumentException e) {
                throw new InputException("--set: " + e.getMessage(), e);
            }
        }
        return all;
    }

    Schedule schedule() {
        try {
            return schedule == null ? Schedule.CONSTANT : Schedule.parse(schedule);
        } catch (IllegalArgumentException e) {
            throw new InputException("--schedule: " + e.getMessage(), e);
        }
    }

    /** What was chosen beside the usual, by the options' names, as they take it. */
    Map<String, String> choices() {
        Map<String, String> choices = new LinkedHashMap<>();
        put(choices, "augment", augment);
        put(choices, "class-weights", loss.classWeights);
        put(choices, "label-smoothing", loss.smoothing == 0 ? null : loss.smoothing);
        put(choices, "moving-average", movingAverage);
        put(choices, "threshold", threshold);
        put(choices, "clip-norm", clipNorm);
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
