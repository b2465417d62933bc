package dev.weft.cpu;

/**
 * A run of {@code size} elements cut into pieces of {@code each}, of which the last may be shorter:
 * the parts of a call. Sizes are a tensor's, so that nothing here may be rounded up as an int.
 */
record Pieces(long size, long each) {
    /**
     * How many there are.
     *
     * @throws IllegalArgumentException where they are more than a call has parts
     */
    int count() {
        long count = size / each + (size % each == 0 ? 0 : 1);
        if (count > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "%d elements are %d pieces of work, more than one call has (%d): slice the operands"
                            .formatted(size, count, Integer.MAX_VALUE));
        }
        return (int) count;
    }

    /** Where a piece begins. */
    long start(int index) {
        return index * each;
    }

    /** Where it ends. */
    long end(int index) {
        return Math.min(size - start(index), each) + start(index);
    }
}
