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
    /** Runs the network over all batches, without dropout, changing nothing. */
    public static Evaluation of(Network network, LossKind loss, Batches batches) {
        batches.inOrder();
        ConfusionMatrix confusion = new ConfusionMatrix(batches.classes());
        Predictions predictions = new Predictions();
        double sum = 0;
        for (int i = 0; i < batches.count(); i++) {
            try (Scope _ = network.device().scope()) {
                Batches.Batch batch = batches.get(i);
                Tensor output = network.forward(batch.images());
                sum += loss.of(output, batch.target()).item() * batch.size();
                predictions.read(output);
                for (int row = 0; row < batch.size(); row++) {
                    confusion.add(batches.label(batch.from() + row), predictions.predicted(row));
                }
            }
        }
        return new Evaluation(sum / confusion.total(), confusion);
    }

    /** The share of examples that were classified correctly. */
    public double accuracy() {
        return confusion.accuracy();
    }
}
