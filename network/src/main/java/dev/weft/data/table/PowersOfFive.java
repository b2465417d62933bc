package dev.weft.data.table;

import java.math.BigInteger;

/**
 * Rounds w · 10ⁿ to the nearest double by one or two products of 64 bits. Lemire, "Number parsing
 * at a gigabyte per second", 2021, algorithm 1; Mushtak and Lemire, "Fast number parsing without
 * fallback", 2023, for why the 128 bits of each power are enough.
 */
final class PowersOfFive {
    private static final int LEAST = -342;
    private static final int GREATEST = 308;

    /** Below this, a power's reciprocal is no longer exact within 64 bits, and is cut. */
    private static final int EXACT_RECIPROCAL = -27;

    private static final int FRACTION_BITS = 52;
    private static final int BIAS = 1023;
    private static final int INFINITE = 0x7FF;

    /** The 128 bits of 5ⁿ that begin with its first 1, higher and lower half. */
    private static final long[] HIGH = new long[GREATEST - LEAST + 1];

    private static final long[] LOW = new long[GREATEST - LEAST + 1];

    static {
        for (int n = LEAST; n <= GREATEST; n++) {
            BigInteger power = BigInteger.valueOf(5).pow(Math.abs(n));
            BigInteger bits = power;
            if (n < 0) {
                int length = power.bitLength();
                int shift = n < EXACT_RECIPROCAL ? 2 * length + 128 : length + 127;
                bits = BigInteger.ONE.shiftLeft(shift).divide(power).add(BigInteger.ONE);
            }
            bits = bits.shiftRight(bits.bitLength() - 128);
            HIGH[n - LEAST] = bits.shiftRight(64).longValue();
            LOW[n - LEAST] = bits.longValue();
        }
    }

    private PowersOfFive() {}

    /**
     * The double nearest to digits · 10ⁿ, or NaN where this does not tell: it is none of the normal
     * ones, or too near to the middle of two.
     *
     * @param digits above 0
     */
    static double scale(long digits, int n) {
        if (n < LEAST || n > GREATEST) {
            return Double.NaN;
        }
        int zeros = Long.numberOfLeadingZeros(digits);
        long w = digits << zeros;
        long high = Math.unsignedMultiplyHigh(w, HIGH[n - LEAST]);
        long low = w * HIGH[n - LEAST];
        if ((high & 0x1FF) == 0x1FF) {
            long more = Math.unsignedMultiplyHigh(w, LOW[n - LEAST]);
            low += more;
            high += Long.compareUnsigned(low, more) < 0 ? 1 : 0;
        }
        if (low == -1 && (n < EXACT_RECIPROCAL || n > 55)) {
            return Double.NaN;
        }
        int upper = (int) (high >>> 63);
        int shift = upper + 64 - FRACTION_BITS - 3;
        long mantissa = high >>> shift;
        // log2(10) in 16 bits behind the point.
        int exponent = ((217_706 * n) >> 16) + 63 + upper - zeros + BIAS;
        if (exponent <= 0) {
            return Double.NaN;
        }
        // Exactly in the middle of two: to the even one.
        if (Long.compareUnsigned(low, 1) <= 0
                && n >= -4
                && n <= 23
                && (mantissa & 3) == 1
                && mantissa << shift == high) {
            mantissa &= ~1L;
        }
        mantissa = (mantissa + (mantissa & 1)) >>> 1;
        if (mantissa == 1L << (FRACTION_BITS + 1)) {
            mantissa >>>= 1;
            exponent++;
        }
        if (exponent >= INFINITE) {
            return Double.NaN;
        }
        return Double.longBitsToDouble(
                (mantissa & (1L << FRACTION_BITS) - 1) | ((long) exponent << FRACTION_BITS));
    }
}
