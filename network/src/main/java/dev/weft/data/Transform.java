package dev.weft.data;

/**
 * Changes the examples of a pass after they were read, as augmentation does. Threads call it at the
 * same time, for parts of a pass: what becomes of an example is a function of the seed, the epoch
 * and its number alone.
 */
public interface Transform {
    /**
     * The examples changed, in arrays of their own: others may read those that are given.
     *
     * @param examples behind {@link #takesOneBefore}, if it says so, the one that comes before them
     * @param numbers what tells each from all others
     * @param epoch from 1 on
     */
    Examples apply(Examples examples, long[] numbers, long seed, int epoch);

    /**
     * Whether it is given one example more, in front, which comes before the others in the pass, to
     * mix with them; it is not in the result. Before the first of a pass that is the first itself.
     */
    default boolean takesOneBefore() {
        return false;
    }
}
