package dev.weft;

/**
 * How the elements of an axis become another number of them: matrices of weights, row by row, one
 * row for each result.
 */
final class Interpolation {
    /** Of cubic convolution, as PyTorch has it (Keys 1981 has -0.5). */
    private static final double CUBIC = -0.75;

    private Interpolation() {}

    /** Means of windows that may overlap: see {@link Pooling#adaptiveAverage}. */
    static double[] means(int extent, int size) {
        double[] weights = new double[extent * size];
        for (int i = 0; i < size; i++) {
            int from = (int) ((long) i * extent / size);
            int until = (int) Math.ceilDiv((i + 1L) * extent, (long) size);
            for (int j = from; j < until; j++) {
                weights[i * extent + j] = 1.0 / (until - from);
            }
        }
        return weights;
    }

    /** The place among the elements that result {@code i} has. */
    private static double place(int i, int extent, int size, boolean alignCorners) {
        if (!alignCorners) {
            return (i + 0.5) * extent / size - 0.5;
        }
        return size == 1 ? 0 : (double) i * (extent - 1) / (size - 1);
    }

    /** On the line between the two neighbours. */
    static double[] linear(int extent, int size, boolean alignCorners) {
        double[] weights = new double[extent * size];
        for (int i = 0; i < size; i++) {
            double place = Math.clamp(place(i, extent, size, alignCorners), 0, extent - 1);
            int low = (int) place;
            weights[i * extent + low] += 1 - (place - low);
            weights[i * extent + Math.min(low + 1, extent - 1)] += place - low;
        }
        return weights;
    }

    /** By cubic convolution of the four neighbours; beyond the ends, these repeat. */
    static double[] cubic(int extent, int size, boolean alignCorners) {
        double[] weights = new double[extent * size];
        for (int i = 0; i < size; i++) {
            double place = place(i, extent, size, alignCorners);
            int low = (int) Math.floor(place);
            for (int tap = low - 1; tap <= low + 2; tap++) {
                int at = Math.clamp(tap, 0, extent - 1);
                weights[i * extent + at] += cubic(Math.abs(place - tap));
            }
        }
        return weights;
    }

    private static double cubic(double distance) {
        double d = distance;
        return d <= 1
                ? ((CUBIC + 2) * d - (CUBIC + 3)) * d * d + 1
                : ((CUBIC * d - 5 * CUBIC) * d + 8 * CUBIC) * d - 4 * CUBIC;
    }
}
