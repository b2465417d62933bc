package dev.weft.benchmarks.task;

/**
 * Compares a result with what it should be.
 *
 * @param library whose result it is
 */
record Check(String library, Task task) {
    /** As most kernels are checked: in F32 to 1e-5 of what is expected, or of 1. */
    private static final double ROUNDOFFS = 168;

    /**
     * Refuses a result of another length.
     *
     * @throws IllegalStateException where it has one
     */
    void length(double[] result, int expected) {
        if (result.length != expected) {
            throw new IllegalStateException(
                    "%s: %s gives %d numbers instead of %d"
                            .formatted(library, task.what(), result.length, expected));
        }
    }

    /**
     * Refuses an element that is off, or not a number.
     *
     * @throws IllegalStateException where it is
     */
    void element(int i, double actual, double expected, double bound) {
        if (!(Math.abs(actual - expected) <= bound)) {
            throw new IllegalStateException(
                    "%s: %s is wrong at %d: %s instead of %s"
                            .formatted(library, task.what(), i, actual, expected));
        }
    }

    /** The same, to what a kernel of few operations keeps. */
    void element(int i, double actual, double expected) {
        double bound = ROUNDOFFS * task.dtype().roundoff() * (1 + Math.abs(expected));
        element(i, actual, expected, bound);
    }
}
