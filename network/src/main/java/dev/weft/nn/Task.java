package dev.weft.nn;

/** What a network's outputs stand for. */
public enum Task {
    /** A number for each class, of which one is right: targets are classes, or rows of weights. */
    CLASSES,
    /** A number for whether something is so: targets are 0 and 1. */
    BINARY,
    /** A number for each label, of which any may be right: targets are rows of 0 and 1. */
    LABELS,
    /** Numbers that are to be near the targets. */
    REGRESSION,
    /**
     * At each place of a sequence a number for each token that may come next: targets are tokens.
     */
    TOKENS
}
