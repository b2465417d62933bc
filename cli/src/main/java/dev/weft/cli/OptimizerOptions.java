package dev.weft.cli;

import dev.weft.Schedule;
import dev.weft.backend.Penalty;
import dev.weft.optim.OptimizerKind;
import dev.weft.optim.OptimizerSettings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** How gradients become updates. */
final class OptimizerOptions {
    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description =
                    "sgd, momentum, nesterov, adam, adamw, rmsprop, adagrad, adadelta, adamax,"
                            + " nadam, radam or lion. Default: sgd for digits, adamw for texts,"
                            + " adam otherwise.")
    @Nullable String name;

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

    /**
     * Checks all ranges.
     *
     * @throws InputException naming the first option that is out of its range
     */
    void check() {
        // Kernels compute with floats, in which 1e-50 is 0 and 1e50 infinite.
        if (lr != null && !(lr.floatValue() > 0 && Float.isFinite(lr.floatValue()))) {
            throw new InputException(
                    "--lr must be from %s to %s, got %s"
                            .formatted(Float.MIN_VALUE, Float.MAX_VALUE, lr));
        }
        if (name != null) {
            OptimizerKind.named(name);
        }
        if (clipNorm != null && !(clipNorm > 0 && Double.isFinite(clipNorm))) {
            throw new InputException("--clip-norm must be above 0, got " + clipNorm);
        }
        schedule();
        notNegative("--l1", l1);
        notNegative("--l2", l2);
        notNegative("--weight-decay", weightDecay == null ? 0 : weightDecay);
    }

    /** Which one, once the problem's default is filled in. */
    OptimizerKind kind() {
        return OptimizerKind.named(Objects.requireNonNull(name, "the optimizer is filled in"));
    }

    double learningRate() {
        return lr == null ? kind().defaultLr() : lr;
    }

    /** The optimizer's settings, those of {@code --set} on top. */
    OptimizerSettings settings() {
        OptimizerSettings all = kind().settings().lr(learningRate()).penalty(penalty());
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

    Penalty penalty() {
        return new Penalty(l1, l2, weightDecay());
    }

    private double weightDecay() {
        return weightDecay == null ? kind().defaultPenalty().weightDecay() : weightDecay;
    }

    private static void notNegative(String option, double value) {
        if (!(value >= 0 && Float.isFinite((float) value))) {
            throw new InputException(
                    "%s must be from 0 to %s, got %s".formatted(option, Float.MAX_VALUE, value));
        }
    }
}
