package dev.weft.data;

import dev.weft.random.Philox;

/** What orders are drawn from: a stream for each seed and epoch. */
final class Shuffling {
    /** The purpose under which the seed's streams of orders are drawn. */
    private static final int SHUFFLE_STREAM = 0x0540FF1E;

    private Shuffling() {}

    /** One of its own for each epoch: to resume at epoch 7 needs no draws of 1 to 6. */
    static Philox stream(long seed, int epoch) {
        return Philox.stream(Philox.stream(seed, SHUFFLE_STREAM).key(), epoch);
    }
}
