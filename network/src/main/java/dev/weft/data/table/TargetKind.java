package dev.weft.data.table;

/** What is to be learnt of the target. */
public enum TargetKind {
    /**
     * {@link #CLASSES} of texts, and of whole numbers of which there are two, or up to 20 with ten
     * rows for each; {@link #REGRESSION} of other numbers.
     */
    AUTO,
    /** Which one of some classes. */
    CLASSES,
    /** A number. */
    REGRESSION,
    /** Which of some labels, any number of them. */
    MULTI_LABEL
}
