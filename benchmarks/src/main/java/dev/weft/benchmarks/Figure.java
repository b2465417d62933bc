package dev.weft.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * One measured figure.
 *
 * @param what the work
 * @param library which did it
 * @param micros for one call, the median over the rounds
 * @param rate how fast that is, or null where the work is not counted
 * @param weftIsFaster this library's time over that of the first device of Weft's in the same
 *     rounds, the median: above 1 where Weft is faster; 1 for that device itself
 */
record Figure(
        String what, String library, double micros, @Nullable Rate rate, double weftIsFaster) {
    /** What a rate counts. */
    enum Unit {
        GFLOPS("GFLOP/s", "the FMA peak"),
        GBS("GB/s", "the copy bandwidth");

        private final String symbol;
        private final String limit;

        Unit(String symbol, String limit) {
            this.symbol = symbol;
            this.limit = limit;
        }

        String symbol() {
            return symbol;
        }

        /** The measured limit that such a rate stands beside. */
        String limit() {
            return limit;
        }
    }

    /**
     * Work for each second.
     *
     * @param value in {@code unit}: 10⁹ operations, or 10⁹ bytes read and written
     * @param ofLimit the fraction of the processor's measured limit; NaN on a GPU, which has others
     */
    record Rate(double value, Unit unit, double ofLimit) {}
}
