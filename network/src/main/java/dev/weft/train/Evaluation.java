package dev.weft.train;

import dev.weft.Scope;
import dev.weft.data.Batches;
import dev.weft.io.HostArray;
import dev.weft.metrics.ConfusionMatrix;
import dev.weft.nn.Forward;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;

/**
 * How well a network does on a data set.
 *
 * @param loss the mean over the examples
 * @param confusion the counts
 */
public record Evaluation(double loss, ConfusionMatrix confusion) {
    /**
     * Runs the network over all batches in order, without dropout, changing nothing.
     *
     * @throws IllegalArgumentException where the network's outputs do not fit the loss or the
     *     classes
     * @throws NonFiniteException where an output is NaN, which predicts nothing, or a batch's loss
     *     is not finite
     */
    public static Evaluation of(Network network, Objective objective, Batches batches) {
        objective.requireFit(network.root());
        Predictions predictions = new Predictions();
        ConfusionMatrix confusion = null;
        double sum = 0;
        int number = 0;
        int examples = 0;
        batches.begin(0, 0);
        for (Batches.Slot slot = batches.next(); slot != null; slot = batches.next()) {
            number++;
            try (Scope _ = network.device().scope()) {
                Batches.Batch batch = slot.batch();
                Forward forward = network.run(false, batch.inputs());
                double mean =
                        objective.loss(forward.outputs(), batch.targets(), batch.weights()).item();
                predictions.read(forward.outputs().getFirst());
                requireNumbers(network, predictions, mean, number, examples);
                sum += mean * slot.size();
                examples += slot.size();
                if (confusion == null) {
                    confusion = new ConfusionMatrix(predictions.classes());
                }
                HostArray target = slot.targets().getFirst();
                for (int row = 0; row < slot.size(); row++) {
                    confusion.add(Predictions.label(target, row), predictions.predicted(row));
                }
            }
        }
        return new Evaluation(sum / confusion.total(), confusion);
    }

    private static void requireNumbers(
            Network network, Predictions predictions, double loss, int batch, int from) {
        int nan = predictions.firstNan();
        if (nan < 0 && Double.isFinite(loss)) {
            return;
        }
        int row = nan / predictions.classes();
        String what =
                nan < 0
                        ? "the loss is " + loss
                        : "output %d of row %d (example %d) is NaN"
                                .formatted(nan % predictions.classes(), row, from + row);
        throw new NonFiniteException(
                "evaluation: batch %d: %s: %s"
                        .formatted(
                                batch,
                                what,
                                network.parameters()
                                        .firstNonFinite()
                                        .orElse("it overflows, though all parameters are finite")),
                0);
    }

    /** The share of examples that were classified correctly. */
    public double accuracy() {
        return confusion.accuracy();
    }
}
