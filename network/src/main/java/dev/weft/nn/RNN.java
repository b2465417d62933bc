package dev.weft.nn;

import dev.weft.RecurrentCell;

/** {@link RecurrentCell#RNN_TANH} or {@link RecurrentCell#RNN_RELU} over sequences. */
public final class RNN extends Recurrent {
    /** One layer of tanh in one direction, with biases, the batch first. */
    public RNN(int inputs, int hidden) {
        this(RecurrentCell.RNN_TANH, inputs, hidden, RecurrentSettings.defaults());
    }

    /**
     * Layers as the settings say.
     *
     * @throws IllegalArgumentException where the cell is another
     */
    public RNN(RecurrentCell cell, int inputs, int hidden, RecurrentSettings settings) {
        super(plain(cell), inputs, hidden, settings);
    }

    private static RecurrentCell plain(RecurrentCell cell) {
        if (cell.gates() != 1) {
            throw new IllegalArgumentException(
                    "RNN: the cell must be RNN_TANH or RNN_RELU, got %s: take the block %s"
                            .formatted(cell, cell));
        }
        return cell;
    }
}
