package dev.weft.cpu;

/** a^b and its derivatives in double, with C's special values. */
final class Powers {
    private Powers() {}

    /**
     * The nearest float. All NaNs become one: interpreted and compiled code make different ones,
     * and a result would change while a program warms up.
     */
    static float rounded(double value) {
        return Double.isNaN(value) ? Float.NaN : (float) value;
    }

    /**
     * a^b; unlike {@link Math#pow}, 1 where a is 1 whatever b is, and where a is -1 and b infinite.
     */
    static double pow(double a, double b) {
        if (a == 1 || (a == -1 && Double.isInfinite(b))) {
            return 1;
        }
        return Math.pow(a, b);
    }

    /**
     * b a^(b - 1), 0 where b is 0. Rounded, b - 1 may be whole where b is not, or even where it is
     * odd: so by the power of |a|, and its sign by b.
     */
    static double powByBase(double a, double b) {
        if (b == 0) {
            return 0;
        }
        double slope = b * pow(Math.abs(a), b - 1);
        if (Math.copySign(1, a) > 0 || Double.isInfinite(b)) {
            return slope;
        }
        if (b % 2 == 0) {
            return -slope;
        }
        return a < 0 && b % 1 != 0 ? Double.NaN : slope;
    }

    /** |a|^b ln a, 0 where a is ±0 and b is not negative. */
    static double powByExponent(double a, double b) {
        return a == 0 && b >= 0 ? 0 : pow(Math.abs(a), b) * Math.log(a);
    }
}
