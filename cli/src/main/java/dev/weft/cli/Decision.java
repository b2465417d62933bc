package dev.weft.cli;

import dev.weft.HostArray;
import dev.weft.io.FormatException;
import dev.weft.metrics.Classification;
import dev.weft.metrics.MultiLabel;
import dev.weft.nn.Task;
import dev.weft.train.Checkpoint;
import dev.weft.train.Meter;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is predicted of probabilities.
 *
 * @param thresholds from which probability on it is the second of two classes, or each label; none
 *     for the likeliest class, and labels from 0.5 on
 */
record Decision(List<Double> thresholds) {
    static final Decision USUAL = new Decision(List.of());

    private static final String THRESHOLDS = "weft.thresholds";

    /** From which probability on a label is usually said, and the second of two classes. */
    static final double HALF = 0.5;

    Decision {
        thresholds = List.copyOf(thresholds);
    }

    /** The place of the class that a row of probabilities stands for. */
    int label(HostArray probabilities, int row, int classes) {
        long at = (long) row * classes;
        if (!thresholds.isEmpty()) {
            return probabilities.get(at + 1) >= thresholds.getFirst() ? 1 : 0;
        }
        int best = 0;
        for (int i = 1; i < classes; i++) {
            best = probabilities.get(at + i) > probabilities.get(at + best) ? i : best;
        }
        return best;
    }

    /** The same of one row. */
    int label(float[] probabilities) {
        return label(HostArray.of(probabilities, 1, probabilities.length), 0, probabilities.length);
    }

    /** Whether a label is said of what has it with this probability. */
    boolean has(int label, double probability) {
        return probability >= (thresholds.isEmpty() ? HALF : thresholds.get(label));
    }

    /**
     * Figures of what it predicts.
     *
     * @param task of classes or labels
     * @param outputs how many there are
     */
    Meter meter(Task task, int outputs) {
        if (thresholds.isEmpty()) {
            return Meter.of(task, outputs);
        }
        return task == Task.LABELS
                ? Meter.labels(
                        new MultiLabel(outputs)
                                .withCurves()
                                .withThresholds(
                                        thresholds.stream()
                                                .mapToDouble(Double::doubleValue)
                                                .toArray()))
                : Meter.classes(
                        new Classification(outputs)
                                .withCurves()
                                .withThreshold(thresholds.getFirst()));
    }

    /** For a model's metadata. */
    Map<String, String> metadata() {
        return thresholds.isEmpty() ? Map.of() : Map.of(THRESHOLDS, text());
    }

    /** The thresholds, with commas between them. */
    String text() {
        return thresholds.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /**
     * That of a model.
     *
     * @throws FormatException where its metadata makes no sense
     */
    static Decision of(Checkpoint checkpoint, Task task, int outputs) throws FormatException {
        if (!checkpoint.metadata().containsKey(THRESHOLDS)) {
            return USUAL;
        }
        if (task != Task.LABELS && !(task == Task.CLASSES && outputs == 2)) {
            throw checkpoint.wrong(THRESHOLDS, "is for two classes or for labels");
        }
        return new Decision(
                ClassLoss.numbers(checkpoint, THRESHOLDS, task == Task.LABELS ? outputs : 1));
    }
}
