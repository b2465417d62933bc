package dev.weft.reference;

/** Functions that {@link Math} lacks, in double, within 3 ulp. */
final class SpecialFunctions {
    /** 1 / ln 2, and how far that is below it. */
    private static final double LOG2_E = 1.4426950408889634;

    private static final double LOG2_E_REST = 2.0355273740931033e-17;

    private static final double LN_2 = Math.log(2);
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private SpecialFunctions() {}

    /**
     * log₂ x = e + ln m / ln 2, with x = 2^e m and √½ ≤ m ≤ √2: exact for powers of two, and
     * nothing cancels.
     */
    static double log2(double x) {
        if (!(x > 0) || Double.isInfinite(x)) {
            return Math.log(x);
        }
        boolean tiny = x < Double.MIN_NORMAL;
        double normal = tiny ? x * 0x1p54 : x;
        int exponent = Math.getExponent(normal);
        double m = Math.scalb(normal, -exponent);
        if (m > Math.sqrt(2)) {
            m /= 2;
            exponent++;
        }
        double log = Math.log(m);
        double whole = tiny ? exponent - 54 : exponent;
        return whole + Math.fma(log, LOG2_E, log * LOG2_E_REST);
    }

    /** By log1p(a + (√(a² + 1) - 1)), and where a² + 1 is a² by ln 2a. */
    static double asinh(double x) {
        double a = Math.abs(x);
        double y =
                a < 0x1p28
                        ? Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1)))
                        : Math.log(a) + LN_2;
        return Math.copySign(y, x);
    }

    /** By log1p(t + √(2t + t²)) with t = x - 1, and where x² - 1 is x² by ln 2x. */
    static double acosh(double x) {
        double t = x - 1;
        if (t < 0) {
            return Double.NaN;
        }
        return x < 0x1p28 ? Math.log1p(t + Math.sqrt(t * (2 + t))) : Math.log(x) + LN_2;
    }

    /** By log1p(2a / (1 - a)) / 2. */
    static double atanh(double x) {
        double a = Math.abs(x);
        return Math.copySign(Math.log1p(2 * a / (1 - a)) / 2, x);
    }

    static double erf(double x) {
        double a = Math.abs(x);
        return Math.copySign(a < 1 ? erfSeries(a) : 1 - erfcFraction(a), x);
    }

    static double erfc(double x) {
        double a = Math.abs(x);
        double y = a < 0.5 ? 1 - erfSeries(a) : erfcFraction(a);
        return x < 0 ? 2 - y : y;
    }

    /**
     * 2/√π e^-x² Σ 2ⁿ x^(2n+1) / (1 · 3 ⋯ (2n+1)), whose terms have one sign: 30 are enough where x
     * ≤ 1, added up from the last.
     */
    private static double erfSeries(double x) {
        double sum = 1;
        for (int n = 30; n >= 1; n--) {
            sum = 1 + 2 * x * x / (2 * n + 1) * sum;
        }
        return TWO_OVER_SQRT_PI * x * (Math.exp(-x * x) * sum);
    }

    /** Legendre's continued fraction, for x ≥ ½; it converges as e^(-2x √(2n)). */
    private static double erfcFraction(double x) {
        if (x > 28) {
            return 0;
        }
        double fraction = x;
        for (int n = x < 2 ? 1000 : 100; n >= 1; n--) {
            fraction = x + n / 2.0 / fraction;
        }
        double square = x * x;
        double power = Math.exp(-square) * (1 - Math.fma(x, x, -square));
        return power / (fraction * Math.sqrt(Math.PI));
    }
}
