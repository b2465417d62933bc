package dev.weft;

/** How a loss is made of its elements' or rows' losses. */
public enum Reduction {
    /** Their arithmetic mean, a scalar. */
    MEAN,
    /** Their sum, a scalar. */
    SUM,
    /** As they are. */
    NONE;

    /** What each of so many losses counts in the whole. */
    double factor(long losses) {
        return this == MEAN ? 1.0 / losses : 1;
    }

    Tensor apply(Tensor losses) {
        return switch (this) {
            case MEAN -> losses.mean();
            case SUM -> losses.sum();
            case NONE -> losses;
        };
    }
}
