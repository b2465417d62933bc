package dev.weft.data.table;

import dev.weft.random.Philox;

import java.util.Arrays;

/**
 * Numbers from a stream, each with the same chance: all of them while they fit, and what is found
 * from them is exact. Li, "Reservoir-sampling algorithms of time complexity O(n(1 + log(N/n)))",
 * algorithm L, 1994: it draws how many numbers to pass over, and not whether to take each.
 */
final class Reservoir {
    /** So many are kept. */
    static final int SIZE = 1 << 16;

    private final Philox random;
    private double[] values = new double[64];
    private int kept;

    /** How many numbers are passed over before the next is taken. */
    private long skipped;

    private double w = 1;

    Reservoir(long seed) {
        random = new Philox(seed);
    }

    void add(double value) {
        if (kept < SIZE) {
            if (kept == values.length) {
                values = Arrays.copyOf(values, 2 * kept);
            }
            values[kept++] = value;
            if (kept == SIZE) {
                skip();
            }
        } else if (skipped > 0) {
            skipped--;
        } else {
            values[random.nextInt(SIZE)] = value;
            skip();
        }
    }

    private void skip() {
        w *= Math.exp(Math.log(1 - random.nextDouble()) / SIZE);
        skipped = (long) (Math.log(1 - random.nextDouble()) / Math.log1p(-w));
    }

    /** Those kept, in ascending order. */
    double[] sorted() {
        double[] copy = Arrays.copyOf(values, kept);
        Arrays.sort(copy);
        return copy;
    }

    /**
     * The value below which a fraction of sorted values lies, by linear interpolation between order
     * statistics, as NumPy has it by default.
     */
    static double quantile(double[] sorted, double fraction) {
        double place = fraction * (sorted.length - 1);
        int below = (int) place;
        double low = sorted[below];
        double part = place - below;
        return part == 0 ? low : low * (1 - part) + sorted[below + 1] * part;
    }

    /** The most frequent of sorted values, and the smallest of those. */
    static double mode(double[] sorted) {
        double best = sorted[0];
        int most = 0;
        for (int from = 0; from < sorted.length; ) {
            int to = from + 1;
            while (to < sorted.length && sorted[to] == sorted[from]) {
                to++;
            }
            if (to - from > most) {
                most = to - from;
                best = sorted[from];
            }
            from = to;
        }
        return best;
    }

    /** The mean cube of (x - mean) / deviation; 0 where all values are one. */
    static double skewness(double[] values) {
        Moments moments = Moments.of(values);
        double cubes = 0;
        for (double value : values) {
            cubes += Math.pow(value - moments.mean(), 3);
        }
        double deviation = moments.deviation();
        return deviation == 0 ? 0 : cubes / values.length / Math.pow(deviation, 3);
    }

    /** How many of sorted values differ. */
    static int distinct(double[] sorted) {
        int count = 0;
        for (int i = 0; i < sorted.length; i++) {
            count += i == 0 || sorted[i] != sorted[i - 1] ? 1 : 0;
        }
        return count;
    }
}
