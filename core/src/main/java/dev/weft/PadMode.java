package dev.weft;

/** What stands beside the elements where a tensor is padded with its own: see {@link Padding}. */
public enum PadMode {
    /**
     * The elements mirrored at the first and the last, which are not repeated: 3 2 | 1 2 3 | 2 1.
     */
    REFLECT,
    /** The first and the last element: 1 1 | 1 2 3 | 3 3. */
    REPLICATE,
    /** The elements as if they went round: 2 3 | 1 2 3 | 1 2. */
    CIRCULAR
}
