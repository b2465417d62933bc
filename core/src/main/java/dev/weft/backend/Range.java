package dev.weft.backend;

/** How large and how small the numbers of an update may be, so that F32 can hold what it makes. */
final class Range {
    /** The largest number to be squared: sums of such squares stay below 2¹²⁷. */
    private static final double LARGEST_TO_SQUARE = 0x1p63;

    /** Added to any finite F32 this gives a finite one, also when it was rounded before. */
    private static final double LARGEST_CHANGE = 0x1p102;

    /** The largest sum of gradients that is stored. */
    private static final double LARGEST_SUM = 0x1p126;

    private static final double SMALLEST_EPS = 0x1p-60;

    private Range() {}

    /** The largest sum that a parameter may be changed by, lr times. */
    static double largestSum(double lr) {
        return Math.min(LARGEST_SUM, LARGEST_CHANGE / lr);
    }

    /**
     * The largest gradient that may be squared, and divided by eps where its square is forgotten.
     */
    static double largestToSquare(double lr, double eps) {
        return Math.min(LARGEST_TO_SQUARE, LARGEST_CHANGE * Math.min(eps, 1) / lr);
    }

    /** Requires a momentum or beta in [0, 1). */
    static void requireFactor(String name, double value) {
        require(value >= 0 && (float) value < 1, name, value, "in [0, 1), in F32 too");
    }

    static void requireBetas(double beta1, double beta2) {
        requireFactor("beta1", beta1);
        requireFactor("beta2", beta2);
    }

    /** Requires a number in [0, 1]. */
    static void requireShare(String name, double value) {
        requireAtMost(name, value, 1);
    }

    /** Requires a number in [0, most]. */
    static void requireAtMost(String name, double value, double most) {
        require(value >= 0 && value <= most, name, value, "in [0, %s]".formatted(most));
    }

    static void requireEps(double eps) {
        boolean valid = eps >= SMALLEST_EPS && Float.isFinite((float) eps);
        require(valid, "eps", eps, "at least " + SMALLEST_EPS + " and finite in F32");
    }

    /** Requires a penalty's weight in [0, ∞). */
    static void requireWeight(String name, double value) {
        boolean valid = value >= 0 && Float.isFinite((float) value);
        require(valid, name, value, "at least 0 and finite in F32");
    }

    private static void require(boolean valid, String name, double value, String range) {
        if (!valid) {
            throw new IllegalArgumentException(
                    "%s must be %s, got %s".formatted(name, range, value));
        }
    }
}
