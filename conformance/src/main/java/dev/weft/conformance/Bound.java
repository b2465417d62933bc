package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.backend.KernelCall;

/**
 * How far a result may be from the reference's, in units of the type that it is computed in: F16
 * and BF16 are computed in F32 and rounded once.
 */
interface Bound {
    /** The largest difference that is right for element {@code i}, computed in this format. */
    double at(FloatFormat format, int i, double expected);

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
    Bound EXACT = (_, _, _) -> 0;

    /** Where a factor underflows, so does the product: the smallest normal number. */
    Bound TINY = (format, _, _) -> format.smallestNormal();

    /** {@code n} units in the last place of the result. */
    static Bound ulp(double n) {
        return (format, _, expected) -> n * format.ulp(expected);
    }

    /** {@code n} u: of results whose size is about 1. */
    static Bound roundoffs(double n) {
        return (format, _, _) -> n * format.roundoff();
    }

    /** {@code n} u of the result. */
    static Bound relative(double n) {
        return (format, _, expected) -> n * format.roundoff() * Math.abs(expected);
    }

    /** {@code n} u of a value for each element: where cancellation is inherent in the formula. */
    static Bound times(double n, double... magnitudes) {
        return (format, i, _) -> n * format.roundoff() * Math.abs(magnitudes[i]);
    }

    /** Either of the two, added. */
    default Bound plus(Bound other) {
        return (format, i, expected) -> at(format, i, expected) + other.at(format, i, expected);
    }

    /** The same, where what rounds to 0 must have its sign. */
    default Bound withSign() {
        Bound unsigned = this;
        return new Bound() {
            @Override
            public double at(FloatFormat format, int i, double expected) {
                return unsigned.at(format, i, expected);
            }

            @Override
            public boolean holds(DType dtype, int i, double expected, double actual) {
                boolean zeros = actual == 0 && FloatFormat.of(dtype).round(expected) == 0;
                return unsigned.holds(dtype, i, expected, actual)
                        && (!zeros || Math.copySign(1, expected) == Math.copySign(1, actual));
            }
        };
    }

    /** The largest difference from the reference that is right for a result of this type. */
    default double difference(DType dtype, int i, double expected) {
        double difference = at(FloatFormat.of(dtype.computesIn()), i, expected);
        // The reference computes in double: its own result may be as far from the truth.
        return dtype == DType.F64 ? 2 * difference : difference;
    }

    /** Whether {@code actual}, of this type, is right. */
    default boolean holds(DType dtype, int i, double expected, double actual) {
        return within(dtype, difference(dtype, i, expected), expected, actual);
    }

    /**
     * Whether {@code actual}, of this type, is no further from what was expected than so: NaN for
     * NaN, the same infinity, and otherwise the correctly rounded value, or one within the
     * difference. A value within the difference of overflow may be infinite; one that was computed
     * in a wider type is within the difference there, and rounded once.
     */
    static boolean within(DType dtype, double difference, double expected, double actual) {
        FloatFormat format = FloatFormat.of(dtype);
        if (Double.isNaN(expected)) {
            return Double.isNaN(actual);
        }
        if (actual == expected || actual == format.round(expected)) {
            return true;
        }
        if (Double.isInfinite(expected) || difference == 0) {
            return false;
        }
        FloatFormat wide = FloatFormat.of(dtype.computesIn());
        if (!wide.equals(format)) {
            return actual >= format.round(wide.round(expected - difference))
                    && actual <= format.round(wide.round(expected + difference));
        }
        if (Double.isInfinite(actual)) {
            return Math.copySign(1, actual) == Math.signum(expected)
                    && Math.abs(expected) + difference > format.largest();
        }
        return Math.abs(actual - expected) <= difference;
    }
}
