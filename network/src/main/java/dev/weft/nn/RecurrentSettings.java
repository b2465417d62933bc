package dev.weft.nn;

/**
 * How the layers of a recurrent block are arranged.
 *
 * @param layers how many there are: each takes what the one before gives
 * @param bias whether they have biases
 * @param batchFirst whether inputs and results are batch×steps×features, as everywhere in Weft; or,
 *     as PyTorch has it unless told otherwise, steps×batch×features
 * @param dropout at what rate the results of each layer but the last are dropped in training
 * @param bidirectional whether each layer also goes backwards, and gives both results
 */
public record RecurrentSettings(
        int layers, boolean bias, boolean batchFirst, double dropout, boolean bidirectional) {
    /** Checks the numbers. */
    public RecurrentSettings {
        if (layers < 1 || !(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException(
                    "recurrent layers: there must be at least 1, with a dropout in [0, 1), got %d, %s"
                            .formatted(layers, dropout));
        }
    }

    /** One layer in one direction, with biases, the batch first. */
    public static RecurrentSettings defaults() {
        return new RecurrentSettings(1, true, true, 0, false);
    }

    /** With so many layers. */
    public RecurrentSettings layers(int newLayers) {
        return new RecurrentSettings(newLayers, bias, batchFirst, dropout, bidirectional);
    }

    /** With biases, or without. */
    public RecurrentSettings bias(boolean newBias) {
        return new RecurrentSettings(layers, newBias, batchFirst, dropout, bidirectional);
    }

    /** With the batch as the first axis, or the steps. */
    public RecurrentSettings batchFirst(boolean newBatchFirst) {
        return new RecurrentSettings(layers, bias, newBatchFirst, dropout, bidirectional);
    }

    /** With dropout between the layers. */
    public RecurrentSettings dropout(double rate) {
        return new RecurrentSettings(layers, bias, batchFirst, rate, bidirectional);
    }

    /** In both directions, or in one. */
    public RecurrentSettings bidirectional(boolean newBidirectional) {
        return new RecurrentSettings(layers, bias, batchFirst, dropout, newBidirectional);
    }
}
