package dev.weft.backend;

/** Where a constant of an update may lie. */
final class Range {
    private Range() {}

    /**
     * Throws an {@link IllegalArgumentException} that names the constant, its value and its range.
     */
    static void require(boolean holds, String name, double value, String range) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s must be %s, got %s".formatted(name, range, value));
        }
    }
}
