package dev.weft;

/**
 * What a recurrent network does at each step with u = W x + b, for the input x, and v = R h + c,
 * for the hidden state h of the step before: what gives the next h. Weights and biases of gates
 * stand one after the other, in the order in which they are named here, as in PyTorch.
 */
public enum RecurrentCell {
    /** h' = tanh(u + v) (Elman 1990). */
    RNN_TANH(1),

    /** h' = max(0, u + v). */
    RNN_RELU(1),

    /**
     * h' = (1 - z) n + z h, with gates reset r = σ(u + v), update z = σ(u + v), and new n = tanh(u
     * + r v) (Cho et al. 2014, with the reset behind the product).
     */
    GRU(3),

    /**
     * h' = o tanh(c'), with the cell state c' = f c + i g and gates input i = σ(u + v), forget f =
     * σ(u + v), cell g = tanh(u + v) and output o = σ(u + v) (Hochreiter and Schmidhuber 1997).
     */
    LSTM(4);

    private final int gates;

    RecurrentCell(int gates) {
        this.gates = gates;
    }

    /** How many rows of the weights there are for each element of the hidden state. */
    public int gates() {
        return gates;
    }
}
