package dev.weft;

import java.util.Arrays;

/**
 * How often numbers occur. Counts are I32. How many results there are, or what they are, is found
 * on the host: so these block, and cannot be captured. Only weights have gradients.
 *
 * <p>All throw a {@link ShapeException} where an operand has the wrong type or shape, and an {@link
 * IllegalStateException} where it was closed.
 */
public final class Counting {
    private Counting() {}

    /**
     * The different elements of a tensor.
     *
     * @param values in ascending order, of x's type and of rank 1; each NaN is one of its own
     * @param inverse which of them each element of x is: I32, of x's shape
     * @param counts how often each occurs
     */
    public record Unique(Tensor values, Tensor inverse, Tensor counts) {}

    /** The different elements of x, of any type but BOOL, with at most 2³¹ - 1 elements. */
    public static Unique unique(Tensor x) {
        if (x.dtype() == DType.BOOL) {
            throw new ShapeException("unique: is not defined for BOOL, got " + x);
        }
        Device device = x.device();
        try (Scope scope = device.scope()) {
            Tensor flat = x.detach().contiguous().reshape(x.size());
            Sorted sorted = flat.sort(0, false);
            int n = (int) x.size();
            boolean[] begins = new boolean[n];
            if (n > 0) {
                Tensor after = sorted.values().slice(0, 1, n);
                Tensor before = sorted.values().slice(0, 0, n - 1);
                begins[0] = true;
                System.arraycopy(after.notEqual(before).toBooleanArray(), 0, begins, 1, n - 1);
            }
            int[] starts = new int[n];
            int[] groups = new int[n];
            int found = 0;
            for (int i = 0; i < n; i++) {
                if (begins[i]) {
                    starts[found++] = i;
                }
                groups[i] = found - 1;
            }
            int[] counts = new int[found];
            Arrays.setAll(counts, i -> -starts[i]);
            for (int i = 0; i < found; i++) {
                counts[i] += i + 1 < found ? starts[i + 1] : n;
            }
            Tensor first = device.tensor(Arrays.copyOf(starts, found));
            Tensor inverse =
                    device.full(DType.I32, 0, flat.shape())
                            .scatter(0, sorted.indices(), device.tensor(groups))
                            .reshape(x.shape().toArray());
            Tensor values = sorted.values().gather(first);
            Tensor often = device.tensor(counts);
            // Only now: what was kept stays where something fails.
            return new Unique(scope.keep(values), scope.keep(inverse), scope.keep(often));
        }
    }

    /**
     * How often each number from 0 on occurs: as many counts as there are numbers up to the
     * largest, or {@code least} if that is more.
     *
     * @param x integers that are not negative
     * @throws IllegalArgumentException where one is, or {@code least} is
     */
    public static Tensor bincount(Tensor x, int least) {
        long[] numbers = numbers(x);
        int[] counts = new int[bins(x, numbers, least)];
        for (long number : numbers) {
            counts[(int) number]++;
        }
        return x.device().tensor(counts);
    }

    /**
     * y_k = Σ w_i over the i with x_i = k: as {@link #bincount(Tensor, int)}, with what each
     * element counts. Of the weights' type. Gradients flow to the weights.
     *
     * @param weights of any type but BOOL, and x's shape
     */
    public static Tensor bincount(Tensor x, Tensor weights, int least) {
        Elementwise.sameDevice("bincount", x, weights);
        if (weights.dtype() == DType.BOOL || !weights.shape().equals(x.shape())) {
            throw new ShapeException(
                    "bincount: x is %s, weights are %s: weights must have x's shape and be of any type but BOOL"
                            .formatted(x, weights));
        }
        int bins = bins(x, numbers(x), least);
        return x.device()
                .compute(
                        () -> {
                            Tensor places = x.contiguous().reshape(x.size());
                            Tensor added = weights.contiguous().reshape(x.size());
                            return x.device()
                                    .full(weights.dtype(), 0, Shape.of(bins))
                                    .scatterAdd(0, places, added);
                        });
    }

    private static long[] numbers(Tensor x) {
        if (!x.dtype().isInteger()) {
            throw new ShapeException(
                    "bincount: is not defined for %s, got %s".formatted(x.dtype(), x));
        }
        return x.toLongArray();
    }

    private static int bins(Tensor x, long[] numbers, int least) {
        if (least < 0) {
            throw new IllegalArgumentException(
                    "bincount: least must not be negative, got " + least);
        }
        long bins = least;
        for (long number : numbers) {
            if (number < 0 || number >= Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "bincount: %s has the element %d: needs elements from 0 to 2^31 - 2"
                                .formatted(x, number));
            }
            bins = Math.max(bins, number + 1);
        }
        return (int) bins;
    }

    /**
     * How many elements are in each of so many bins of one width from {@code low} to {@code high}:
     * bin i has low + i (high - low) / bins ≤ x {@literal <} low + (i + 1) (high - low) / bins, in
     * double, and the last one {@code high} too. What is outside, or NaN, is in none.
     *
     * @param x of any type but BOOL
     * @throws IllegalArgumentException where there is no bin, or low is not below high
     */
    public static Tensor histogram(Tensor x, int bins, double low, double high) {
        if (x.dtype() == DType.BOOL) {
            throw new ShapeException("histogram: is not defined for BOOL, got " + x);
        }
        double width = high - low;
        if (bins < 1 || !(width > 0 && width < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "histogram: %d bins from %s to %s: needs at least one, and finite bounds of which the first is the lower"
                            .formatted(bins, low, high));
        }
        int[] counts = new int[bins];
        for (double value : x.toDoubleArray()) {
            if (value >= low && value <= high) {
                int bin = (int) Math.min(bins - 1, (value - low) / width * bins);
                // The division has rounded: the edges decide.
                if (value < low + bin * width / bins) {
                    bin--;
                } else if (bin < bins - 1 && value >= low + (bin + 1) * width / bins) {
                    bin++;
                }
                counts[bin]++;
            }
        }
        return x.device().tensor(counts);
    }
}
