package dev.weft.train;

import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.nn.LossKind;
import dev.weft.nn.Network;

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
    public static Evaluation of(Network network, LossKind loss, Batches batches) {
        loss.requireFit(network.root());
        batches.inOrder();
        ConfusionMatrix confusion = new ConfusionMatrix(batches.classes());
        Predictions predictions = new Predictions();
        double sum = 0;
        for (int i = 0; i < batches.count(); i++) {
            try (Scope _ = network.device().scope()) {
                Batches.Batch batch = batches.get(i);
                Tensor output = network.forward(batch.images());
                requireClasses(output, batches);
                double mean = loss.of(output, batch.target()).item();
                predictions.read(output);
                requireNumbers(network, predictions, mean, i, batch);
                sum += mean * batch.size();
                for (int row = 0; row < batch.size(); row++) {
                    confusion.add(batches.label(batch.from() + row), predictions.predicted(row));
                }
            }
        }
        return new Evaluation(sum / confusion.total(), confusion);
    }

    /**
     * Requires one output for each class.
     *
     * @throws IllegalArgumentException saying both
     */
    static void requireClasses(Tensor output, Batches batches) {
        if (output.rank() != 2 || output.dim(1) != batches.classes()) {
            throw new IllegalArgumentException(
                    "the network's output is %s, and the data has %d classes: it must have a column"
                                    .formatted(output, batches.classes())
                            + " for each");
        }
    }

    private static void requireNumbers(
            Network network, Predictions predictions, double loss, int i, Batches.Batch batch) {
        int nan = predictions.firstNan();
        if (nan < 0 && Double.isFinite(loss)) {
            return;
        }
        int row = nan / predictions.classes();
        String what =
                nan < 0
                        ? "the loss is " + loss
                        : "output %d of row %d (example %d) is NaN"
                                .formatted(nan % predictions.classes(), row, batch.from() + row);
        throw new NonFiniteException(
                "evaluation: batch %d: %s: %s"
                        .formatted(
                                i + 1,
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
