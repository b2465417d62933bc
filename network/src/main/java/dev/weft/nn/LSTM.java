package dev.weft.nn;

import dev.weft.RecurrentCell;

/** {@link RecurrentCell#LSTM} over sequences. */
public final class LSTM extends Recurrent {
    /** One layer in one direction, with biases, the batch first. */
    public LSTM(int inputs, int hidden) {
        this(inputs, hidden, RecurrentSettings.defaults());
    }

    /** Layers as the settings say. */
    public LSTM(int inputs, int hidden, RecurrentSettings settings) {
        super(RecurrentCell.LSTM, inputs, hidden, settings);
    }
}
