package dev.weft.data.table;

/** What stands for a missing number. */
public enum Missing {
    /** The training numbers' mean. */
    MEAN,
    /** Their median. */
    MEDIAN,
    /** The most frequent one, the smallest of those. */
    MOST_FREQUENT,
    /** A number that is said, or 0. */
    CONSTANT,
    /**
     * Training rows without this number are left out. A row to predict is kept, and has the median
     * for it.
     */
    DROP
}
