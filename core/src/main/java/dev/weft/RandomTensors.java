package dev.weft;

import dev.weft.backend.Encoding;
import dev.weft.random.Philox;

import java.util.Arrays;
import java.util.function.DoubleSupplier;

/**
 * Random tensors from one stream of {@link Philox}: {@link Device#random}. They are drawn on the
 * host, one after the other, so that a seed gives the same numbers on every backend, to the last
 * bit; a captured step does not draw anew, which {@link DropoutState} does.
 */
public final class RandomTensors {
    /** How often a draw that is outside the bounds is drawn again. */
    private static final int MOST_TRIES = 100_000;

    private final Device device;
    private final Philox stream;

    RandomTensors(Device device, long seed) {
        this.device = device;
        stream = new Philox(seed);
    }

    /**
     * Uniform in [low, high).
     *
     * @param dtype floating
     * @throws IllegalArgumentException where low is not below high, or the type has no number there
     */
    public Tensor uniform(DType dtype, double low, double high, long... dims) {
        floating("uniform", dtype);
        bounds("uniform", low, high);
        return drawn(
                dtype,
                () -> within("uniform", dtype, low, high, () -> low + (high - low) * unit()),
                dims);
    }

    /** Normal, with a mean and a standard deviation; of a floating type. */
    public Tensor normal(DType dtype, double mean, double deviation, long... dims) {
        floating("normal", dtype);
        deviation("normal", deviation);
        return drawn(dtype, () -> mean + deviation * stream.nextGaussian(), dims);
    }

    /**
     * Normal, but only what is in [low, high): others are drawn again.
     *
     * @param dtype floating
     * @throws IllegalArgumentException where low is not below high, or there is next to nothing
     *     between
     */
    public Tensor truncatedNormal(
            DType dtype, double mean, double deviation, double low, double high, long... dims) {
        floating("truncatedNormal", dtype);
        deviation("truncatedNormal", deviation);
        bounds("truncatedNormal", low, high);
        return drawn(
                dtype,
                () ->
                        within(
                                "truncatedNormal",
                                dtype,
                                low,
                                high,
                                () -> mean + deviation * stream.nextGaussian()),
                dims);
    }

    /** True with a probability: BOOL. */
    public Tensor bernoulli(double probability, long... dims) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "bernoulli: the probability must be in [0, 1], got " + probability);
        }
        boolean[] values = new boolean[count(dims)];
        for (int i = 0; i < values.length; i++) {
            values[i] = unit() < probability;
        }
        return device.tensor(values, dims);
    }

    /**
     * Integers from low to high - 1, each as likely: I32.
     *
     * @throws IllegalArgumentException where low is not below high, or they are 2³¹ apart
     */
    public Tensor integers(int low, int high, long... dims) {
        long range = (long) high - low;
        if (range < 1 || range > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "integers: from %d to below %d: needs 1 to 2^31 - 1 numbers"
                            .formatted(low, high));
        }
        int[] values = new int[count(dims)];
        Arrays.setAll(values, i -> low + stream.nextInt((int) range));
        return device.tensor(values, dims);
    }

    /** The numbers from 0 to n - 1, each order of them as likely: I32. */
    public Tensor permutation(int n) {
        return device.tensor(stream.permutation(n));
    }

    /**
     * So many class numbers for each row of weights, drawn with replacement, with probabilities in
     * the proportion of the weights: I32, rows×draws. Reads the weights back.
     *
     * @param weights floating, rows×classes
     * @throws IllegalArgumentException where a weight is negative, NaN or infinite, or all of a row
     *     are 0
     */
    public Tensor categorical(Tensor weights, int draws) {
        if (weights.rank() != 2 || !weights.dtype().isFloating() || draws < 0) {
            throw new ShapeException(
                    "categorical: %d draws by weights %s: they must be floating, rows×classes"
                            .formatted(draws, weights));
        }
        double[] all = weights.toDoubleArray();
        int rows = (int) weights.dim(0);
        int classes = (int) weights.dim(1);
        int[] drawn = new int[rows * draws];
        for (int row = 0; row < rows; row++) {
            double[] upTo = new double[classes];
            double total = 0;
            for (int j = 0; j < classes; j++) {
                double weight = all[row * classes + j];
                if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException(
                            "categorical: row %d of %s has the weight %s: needs finite ones of 0 or more"
                                    .formatted(row, weights, weight));
                }
                total += weight;
                upTo[j] = total;
            }
            if (!(total > 0)) {
                throw new IllegalArgumentException(
                        "categorical: row %d of %s has no weight above 0".formatted(row, weights));
            }
            for (int i = 0; i < draws; i++) {
                drawn[row * draws + i] = firstAbove(upTo, unit() * total);
            }
        }
        return device.tensor(drawn, rows, draws);
    }

    /** The first sum that is larger; where rounding leaves none, the first that is the total. */
    private static int firstAbove(double[] sums, double value) {
        double bound = Math.min(value, Math.nextDown(sums[sums.length - 1]));
        int low = 0;
        int high = sums.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sums[middle] > bound) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private double unit() {
        return stream.nextDouble();
    }

    private static double within(
            String name, DType dtype, double low, double high, DoubleSupplier draw) {
        for (int i = 0; i < MOST_TRIES; i++) {
            double value = Encoding.rounded(dtype, draw.getAsDouble());
            if (value >= low && value < high) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "%s: of %d draws of %s none was in [%s, %s)"
                        .formatted(name, MOST_TRIES, dtype, low, high));
    }

    private Tensor drawn(DType dtype, DoubleSupplier draw, long... dims) {
        double[] values = new double[count(dims)];
        Arrays.setAll(values, i -> Encoding.rounded(dtype, draw.getAsDouble()));
        return device.tensor(dtype, values, dims);
    }

    private static int count(long... dims) {
        return Math.toIntExact(Shape.of(dims).size());
    }

    private static void floating(String name, DType dtype) {
        if (!dtype.isFloating()) {
            throw new ShapeException("%s: is not defined for %s".formatted(name, dtype));
        }
    }

    private static void deviation(String name, double deviation) {
        if (!(deviation >= 0 && deviation < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "%s: the deviation must be finite and not negative, got %s"
                            .formatted(name, deviation));
        }
    }

    private static void bounds(String name, double low, double high) {
        if (!(low < high)) {
            throw new IllegalArgumentException(
                    "%s: [%s, %s) is empty: low must be below high".formatted(name, low, high));
        }
    }
}
