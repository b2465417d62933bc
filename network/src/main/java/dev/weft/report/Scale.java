package dev.weft.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** Where the values of an axis lie between its ends, and what is written along it. */
final class Scale {
    private static final int TICKS = 6;
    private static final double MARGIN = 0.04;

    private final boolean logarithmic;
    private final double low;
    private final double high;

    /** Of an axis, around the values where it does not say its ends. */
    Scale(Axis axis, DoubleStream values) {
        logarithmic = axis.logarithmic();
        double[] shown = values.filter(this::isShown).map(this::scaled).sorted().toArray();
        double least = shown.length == 0 ? 0 : shown[0];
        double most = shown.length == 0 ? 1 : shown[shown.length - 1];
        // Values that are the same, but for rounding, lie in the middle.
        double size = Math.max(Math.abs(least), Math.abs(most));
        boolean same = most - least <= 1e-9 * size;
        double margin = !same ? MARGIN * (most - least) : logarithmic || size == 0 ? 0.5 : size / 2;
        low = Double.isNaN(axis.low()) ? least - margin : scaled(axis.low());
        high = Double.isNaN(axis.high()) ? most + margin : scaled(axis.high());
    }

    private double scaled(double value) {
        return logarithmic ? Math.log10(value) : value;
    }

    /** Whether a value has a place. */
    boolean isShown(double value) {
        return Double.isFinite(value) && (!logarithmic || value > 0);
    }

    /** From 0 where the axis begins to 1 where it ends. */
    double position(double value) {
        return (scaled(value) - low) / (high - low);
    }

    /** The values to write along the axis. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic && high - low >= 1) {
            int step = (int) Math.ceil((high - low) / TICKS);
            for (int power = (int) Math.ceil(low); power <= high; power += step) {
                ticks.add(Math.pow(10, power));
            }
            return ticks;
        }
        double from = logarithmic ? Math.pow(10, low) : low;
        double to = logarithmic ? Math.pow(10, high) : high;
        double step = step((to - from) / TICKS);
        for (long i = (long) Math.ceil(from / step - 1e-9); i * step <= to + 1e-9 * step; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** The next of 1, 2 and 5 times a power of ten. */
    private static double step(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= least * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** A number as it is written along an axis and in a legend: four digits that count. */
    static String label(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return value == 0 ? "0" : Double.toString(value);
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros();
        double size = Math.abs(value);
        if (size >= 1e6 || size < 1e-4) {
            String[] parts = String.format(Locale.ROOT, "%.3e", value).split("e", 2);
            String mantissa = new BigDecimal(parts[0]).stripTrailingZeros().toPlainString();
            return mantissa + "e" + Integer.parseInt(parts[1]);
        }
        return rounded.toPlainString();
    }
}
