package dev.weft.train;

import dev.weft.data.Batches;
import dev.weft.metrics.ConfusionMatrix;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;

import java.util.Map;

/**
 * How well a network does on a data set.
 *
 * @param loss the mean over the examples
 * @param examples how many there were
 * @param meter the figures
 */
public record Evaluation(double loss, long examples, Meter meter) {
    /**
     * Runs the network over all batches in order, without dropout, changing nothing, with the
     * figures that are usual for the objective's task: {@link Meter#of}.
     *
     * @throws IllegalArgumentException where the network's outputs do not fit the objective, or
     *     there are no examples
     * @throws NonFiniteException where an output is NaN, which predicts nothing, or a batch's loss
     *     is not finite
     */
    public static Evaluation of(Network network, Objective objective, Batches batches) {
        return new EvaluationPass(network, objective, null).over(batches);
    }

    /** The same, with figures of one's own. */
    public static Evaluation of(
            Network network, Objective objective, Batches batches, Meter meter) {
        return new EvaluationPass(network, objective, meter).over(batches);
    }

    /** The figures by their names. */
    public Map<String, Double> figures() {
        return meter.figures();
    }

    /**
     * The share of examples that were classified correctly.
     *
     * @throws IllegalStateException where there are no classes
     */
    public double accuracy() {
        return confusion().accuracy();
    }

    /**
     * Which classes were taken for which.
     *
     * @throws IllegalStateException where there are no classes
     */
    public ConfusionMatrix confusion() {
        return meter.confusion()
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "evaluation: the task has no classes: see figures()"));
    }
}
