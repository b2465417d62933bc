package dev.weft.conformance;

/**
 * Where random inputs come from: the system property {@code weft.seed}, a number or {@code random};
 * without it always the same, so that a build fails for a change and not for bad luck.
 */
final class Seed {
    private static final long VALUE = read();

    private Seed() {}

    static long value() {
        return VALUE;
    }

    private static long read() {
        String property = System.getProperty("weft.seed", "");
        if (property.isEmpty()) {
            return 2026;
        }
        if (!property.equals("random")) {
            return Long.parseLong(property);
        }
        long drawn = System.nanoTime();
        System.out.println("inputs are drawn with -Dweft.seed=" + drawn);
        return drawn;
    }

    /** A failure with the one line that reproduces it. */
    static AssertionError failure(String selector, String test, Throwable cause) {
        return new AssertionError(
                "%s%n  reproduce with -Dweft.seed=%d, backend %s, test '%s'"
                        .formatted(cause.getMessage(), VALUE, selector, test),
                cause);
    }
}
