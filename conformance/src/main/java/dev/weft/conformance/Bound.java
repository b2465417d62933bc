package dev.weft.conformance;

import dev.weft.backend.KernelCall;

/** How far a float may be from the reference's double. */
interface Bound {
    /** The largest difference that is right for element {@code i}. */
    double at(int i, double expected);

    /** u = 2⁻²⁴, the unit roundoff of F32. */
    double U = 0x1p-24;

    /**
     * How many roundings a sum of n may suffer: of blocks in which at most 128 additions follow
     * each other, combined in pairs. It does not grow with n, but for the logarithm.
     */
    static double roundings(long n) {
        return Math.min((double) n, 128 + 2 * log2(n));
    }

    /**
     * The same of a sum of k products, of which a kernel may add so many in a row for the sake of
     * its speed. A longer one is cut into parts of 512, which are added as sums are.
     */
    static double productRoundings(long k) {
        return (k <= KernelCall.MOST_DEPTH ? (double) k : 512 + roundings(k)) + 2;
    }

    private static double log2(long n) {
        return Math.log((double) Math.max(1, n)) / Math.log(2);
    }

    /** The reference's value, correctly rounded. */
    Bound EXACT = (_, _) -> 0;

    /** {@code n} units in the last place of the result. */
    static Bound ulp(double n) {
        return (_, expected) -> n * Math.ulp((float) expected);
    }

    /** Either of the two, added. */
    default Bound plus(Bound other) {
        return (i, expected) -> at(i, expected) + other.at(i, expected);
    }

    /** A difference for each element. */
    static Bound each(double[] differences) {
        return (i, _) -> differences[i];
    }

    /** {@code n} times a value for each element: where cancellation is inherent in the formula. */
    static Bound times(double n, double[] magnitudes) {
        return (i, _) -> n * Math.abs(magnitudes[i]);
    }

    /** The same difference for every element. */
    static Bound absolute(double difference) {
        return (_, _) -> difference;
    }

    /** The same, where what rounds to 0 must have its sign. */
    default Bound withSign() {
        Bound unsigned = this;
        return new Bound() {
            @Override
            public double at(int i, double expected) {
                return unsigned.at(i, expected);
            }

            @Override
            public boolean holds(int i, double expected, double actual) {
                boolean zeros = actual == 0 && (float) expected == 0;
                return unsigned.holds(i, expected, actual)
                        && (!zeros || Math.copySign(1, expected) == Math.copySign(1, actual));
            }
        };
    }

    /**
     * Whether {@code actual} is right: NaN for NaN, the same infinity, and otherwise the correctly
     * rounded value or one within the bound, where a value within the bound of overflow may be
     * infinite.
     */
    default boolean holds(int i, double expected, double actual) {
        if (Double.isNaN(expected)) {
            return Double.isNaN(actual);
        }
        if (actual == expected || actual == (float) expected) {
            return true;
        }
        if (Double.isInfinite(expected)) {
            return false;
        }
        double bound = at(i, expected);
        if (Double.isInfinite(actual)) {
            return Math.copySign(1, actual) == Math.signum(expected)
                    && Math.abs(expected) + bound > Float.MAX_VALUE;
        }
        return Math.abs(actual - expected) <= bound;
    }
}
