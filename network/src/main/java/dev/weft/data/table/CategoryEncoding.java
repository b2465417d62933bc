package dev.weft.data.table;

/** How categories become features. What was not among the training rows is said for each. */
public enum CategoryEncoding {
    /**
     * {@link #ONE_HOT} up to a number of categories, else {@link #TARGET}, else {@link #HASHING}.
     */
    AUTO,
    /** A feature for each category, 1 for the cell's; all 0 for an unseen one. */
    ONE_HOT,
    /** -1 to 1 in the categories' order; 0 for an unseen one. */
    ORDINAL,
    /** As one-hot, of a fixed number of buckets that a hash of the category chooses among. */
    HASHING,
    /**
     * The mean target of the category's rows, drawn to the mean of all by so many more rows of that
     * mean; 0, which stands for the mean, for an unseen one. Training rows have the means of the
     * other folds' rows, so that none sees its own target.
     */
    TARGET
}
