package dev.weft.nn;

/** What a network's tensor is for. */
public enum Role {
    /** An optimizer updates it by its gradient. */
    TRAINED,
    /** A parameter that stays as it is, and has no gradient. */
    FROZEN,
    /** A block writes it in training, such as a running mean. */
    BUFFER
}
