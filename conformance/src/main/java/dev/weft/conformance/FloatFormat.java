package dev.weft.conformance;

import dev.weft.DType;

/**
 * A binary floating-point format (IEEE 754-2019, section 3.3) and what rounds to it. The
 * specification of rounding for tests: it shares no code with what it judges.
 *
 * @param precision binary digits of a normal number
 * @param maxExponent the exponent of the largest number; that of the smallest normal one is 1 less
 *     it
 */
record FloatFormat(int precision, int maxExponent) {
    static FloatFormat of(DType dtype) {
        return switch (dtype) {
            case F64 -> new FloatFormat(53, 1023);
            case F32 -> new FloatFormat(24, 127);
            case F16 -> new FloatFormat(11, 15);
            case BF16 -> new FloatFormat(8, 127);
            case I64, I32, U8, I8, BOOL -> throw new IllegalArgumentException(dtype + " has none");
        };
    }

    /** u, half the distance from 1 to the next number. */
    double roundoff() {
        return Math.scalb(1.0, -precision);
    }

    double largest() {
        return Math.scalb(2 - 2 * roundoff(), maxExponent);
    }

    double smallestNormal() {
        return Math.scalb(1.0, 1 - maxExponent);
    }

    /** The smallest subnormal number. */
    double smallest() {
        return Math.scalb(1.0, 2 - maxExponent - precision);
    }

    /** The unit in the last place of what x rounds to; of the largest number where x is beyond. */
    double ulp(double x) {
        return quantum(Math.min(Math.abs(round(x)), largest()));
    }

    private double quantum(double x) {
        return Math.scalb(1.0, Math.max(Math.getExponent(x), 1 - maxExponent) + 1 - precision);
    }

    /** The nearest number of the format, of two the even one; infinite beyond the largest. */
    double round(double x) {
        if (!Double.isFinite(x)) {
            return x;
        }
        double quantum = quantum(x);
        double rounded = Math.rint(x / quantum) * quantum;
        return Math.abs(rounded) > largest() ? Math.copySign(Double.POSITIVE_INFINITY, x) : rounded;
    }
}
