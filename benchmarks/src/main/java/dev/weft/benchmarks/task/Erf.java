package dev.weft.benchmarks.task;

/** The error function, by Taylor's series and the continued fraction of Legendre. */
final class Erf {
    private static final double SERIES_ENDS = 2;
    private static final double ONE_FROM = 6;
    private static final int TERMS = 60;

    private Erf() {}

    static double of(double x) {
        return x < 0 ? -ofPositive(-x) : ofPositive(x);
    }

    private static double ofPositive(double x) {
        if (x > ONE_FROM) {
            return 1;
        }
        if (x > SERIES_ENDS) {
            double fraction = x;
            for (int n = TERMS; n >= 1; n--) {
                fraction = x + n / 2.0 / fraction;
            }
            return 1 - Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 0x1p-60 * sum; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }
}
