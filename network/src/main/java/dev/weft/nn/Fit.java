package dev.weft.nn;

import dev.weft.backend.UnaryOp;

/** What a loss needs the last layer of a network to be. */
enum Fit {
    /** Nothing that could be told. */
    ANY,
    /** Any numbers, for a sigmoid. */
    LOGITS,
    /** Any numbers, for a softmax. */
    LOGITS_OF_CLASSES,
    /** Numbers that add up to 1. */
    PROBABILITIES;

    /** Refuses a network whose last layer applies the softmax twice, or not at all. */
    void require(String loss, Block root) {
        Block last = root;
        while (last instanceof Sequential sequential) {
            last = sequential.blocks().getLast();
        }
        switch (this) {
            case ANY -> {}
            case LOGITS -> {
                if (last instanceof ActivationLayer(var op, var _) && op == UnaryOp.SIGMOID) {
                    throw new IllegalArgumentException(
                            "%s takes logits and applies the sigmoid itself, and the network ends in a sigmoid: leave that layer out"
                                    .formatted(loss));
                }
            }
            case LOGITS_OF_CLASSES -> {
                if (last instanceof Softmax) {
                    throw new IllegalArgumentException(
                            "%s takes logits and applies the softmax itself, and the network ends in Softmax: leave that layer out, or use categorical_cross_entropy with one-hot targets"
                                    .formatted(loss));
                }
            }
            case PROBABILITIES -> {
                if (last instanceof Linear) {
                    throw new IllegalArgumentException(
                            "%s takes probabilities, and the network ends in %s: add Softmax, or use cross_entropy with class indices"
                                    .formatted(loss, last.describe()));
                }
            }
        }
    }
}
