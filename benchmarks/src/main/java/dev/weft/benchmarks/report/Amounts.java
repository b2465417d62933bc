package dev.weft.benchmarks.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Figures as people read them: three digits that count, and the unit that fits. */
final class Amounts {
    /** Rounds that differ by more than this were disturbed. */
    static final double NOISY = 0.15;

    private Amounts() {}

    /** A time, such as {@code 12.3 µs}. */
    static String time(double micros) {
        if (micros < 1000) {
            return digits(micros) + " µs";
        }
        return micros < 1e6 ? digits(micros * 1e-3) + " ms" : digits(micros * 1e-6) + " s";
    }

    /** Three digits that count, but none of a whole part is left out. */
    static String digits(double value) {
        double size = Math.abs(value);
        int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * fraction);
    }

    /** Along an axis: whole where it is, and without zeros that say nothing. */
    static String plain(double value) {
        if (value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toPlainString();
    }
}
