package dev.weft.nn;

import dev.weft.RecurrentCell;

/** {@link RecurrentCell#GRU} over sequences. */
public final class GRU extends Recurrent {
    /** One layer in one direction, with biases, the batch first. */
    public GRU(int inputs, int hidden) {
        this(inputs, hidden, RecurrentSettings.defaults());
    }

    /** Layers as the settings say. */
    public GRU(int inputs, int hidden, RecurrentSettings settings) {
        super(RecurrentCell.GRU, inputs, hidden, settings);
    }
}
