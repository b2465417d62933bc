package dev.weft.cpu;

/** a^b and its derivatives in double, with C's special values. */
final class Powers {
    private Powers() {}

    /**
     * a^b; unlike {@link Math#pow}, 1 where a is 1 whatever b is, and where a is -1 and b infinite.
     */
    static double pow(double a, double b) {
        if (a == 1 || (a == -1 && Double.isInfinite(b))) {
            return 1;
        }
        return Math.pow(a, b);
    }

    /** b a^(b - 1), 0 where b is 0. */
    static double powByBase(double a, double b) {
        return b == 0 ? 0 : b * pow(a, b - 1);
    }

    /** a^b ln a, 0 where a is 0 and b is not negative. */
    static double powByExponent(double a, double b) {
        return a == 0 && b >= 0 ? 0 : pow(a, b) * Math.log(a);
    }
}
