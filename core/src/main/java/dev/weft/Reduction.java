package dev.weft;

/** How a loss is made of its elements' or rows' losses. */
public enum Reduction {
    /** Their arithmetic mean, a scalar. */
    MEAN,
    /** Their sum, a scalar. */
    SUM,
    /** As they are. */
    NONE;

    Tensor apply(Tensor losses) {
        return switch (this) {
            case MEAN -> losses.mean();
            case SUM -> losses.sum();
            case NONE -> losses;
        };
    }
}
