package dev.weft.nn;

import dev.weft.Shape;
import dev.weft.random.Philox;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * Fills a parameter before training. Values are drawn on the host, so that every backend starts
 * from the same ones.
 */
@FunctionalInterface
public interface Initializer {
    /**
     * Fills {@code values} for a parameter of the given shape, in row-major order.
     *
     * @param shape of the parameter
     * @param fans of its layer
     * @param random where to draw from
     */
    void fill(double[] values, Shape shape, Fans fans, Philox random);

    /** 0. */
    static Initializer zeros() {
        return constant(0);
    }

    /** 1. */
    static Initializer ones() {
        return constant(1);
    }

    /** A constant. */
    static Initializer constant(double value) {
        return (values, shape, fans, random) -> Arrays.fill(values, value);
    }

    /** Uniform in [-bound, bound). */
    static Initializer uniform(double bound) {
        return scaledUniform(fans -> bound);
    }

    /** Normal with mean 0. */
    static Initializer normal(double deviation) {
        return scaledNormal(fans -> deviation);
    }

    /** Normal with mean 0, drawn again beyond two deviations. */
    static Initializer truncatedNormal(double deviation) {
        return (values, shape, fans, random) ->
                Arrays.setAll(values, i -> deviation * truncated(random));
    }

    private static double truncated(Philox random) {
        double drawn = random.nextGaussian();
        while (Math.abs(drawn) > 2) {
            drawn = random.nextGaussian();
        }
        return drawn;
    }

    /**
     * Uniform in ±1/√fan-in: PyTorch's default for the weight (He et al. 2015 with a = √5) and the
     * bias of {@code nn.Linear} and of convolutions.
     */
    static Initializer pytorch() {
        return scaledUniform(fans -> 1 / Math.sqrt((double) fans.in()));
    }

    /**
     * Uniform in ±√(6 / (fan-in + fan-out)): Keras' default for weights (Glorot and Bengio 2010).
     */
    static Initializer glorotUniform() {
        return scaledUniform(fans -> Math.sqrt(6.0 / ((double) fans.in() + (double) fans.out())));
    }

    /** Normal with deviation √(2 / (fan-in + fan-out)) (Glorot and Bengio 2010). */
    static Initializer glorotNormal() {
        return scaledNormal(fans -> Math.sqrt(2.0 / ((double) fans.in() + (double) fans.out())));
    }

    /** Uniform in ±√(6 / fan-in), for layers that end in ReLU (He et al. 2015). */
    static Initializer heUniform() {
        return scaledUniform(fans -> Math.sqrt(6.0 / (double) fans.in()));
    }

    /** Normal with deviation √(2 / fan-in), for layers that end in ReLU (He et al. 2015). */
    static Initializer heNormal() {
        return scaledNormal(fans -> Math.sqrt(2.0 / (double) fans.in()));
    }

    /** Normal with deviation √(1 / fan-in), for layers that end in SELU (LeCun et al. 1998). */
    static Initializer lecunNormal() {
        return scaledNormal(fans -> Math.sqrt(1.0 / (double) fans.in()));
    }

    /**
     * A matrix with orthonormal rows or columns, whichever are fewer, times a gain; of a shape of
     * higher rank all axes but the first are one (Saxe et al. 2014).
     */
    static Initializer orthogonal(double gain) {
        return (values, shape, fans, random) -> {
            int rows = Math.toIntExact(shape.rank() == 0 ? 1 : shape.dim(0));
            int columns = values.length / Math.max(1, rows);
            boolean wide = columns >= rows;
            int vectors = wide ? rows : columns;
            int length = wide ? columns : rows;
            double[][] basis = orthonormal(vectors, length, random);
            for (int i = 0; i < vectors; i++) {
                for (int j = 0; j < length; j++) {
                    values[wide ? i * columns + j : j * columns + i] = gain * basis[i][j];
                }
            }
        };
    }

    /**
     * Normal vectors, each without its part along those before it: twice, since once leaves some.
     */
    private static double[][] orthonormal(int vectors, int length, Philox random) {
        double[][] basis = new double[vectors][length];
        for (int i = 0; i < vectors; i++) {
            double[] vector = basis[i];
            Arrays.setAll(vector, j -> random.nextGaussian());
            for (int pass = 0; pass < 2; pass++) {
                for (int before = 0; before < i; before++) {
                    subtractPart(vector, basis[before]);
                }
            }
            double norm = Math.sqrt(Arrays.stream(vector).map(v -> v * v).sum());
            Arrays.setAll(vector, j -> vector[j] / norm);
        }
        return basis;
    }

    private static void subtractPart(double[] vector, double[] unit) {
        double dot = 0;
        for (int j = 0; j < vector.length; j++) {
            dot += vector[j] * unit[j];
        }
        for (int j = 0; j < vector.length; j++) {
            vector[j] -= dot * unit[j];
        }
    }

    private static Initializer scaledUniform(ToDoubleFunction<Fans> bound) {
        return (values, shape, fans, random) -> {
            double most = bound.applyAsDouble(fans);
            Arrays.setAll(values, i -> most * (2 * random.nextDouble() - 1));
        };
    }

    private static Initializer scaledNormal(ToDoubleFunction<Fans> deviation) {
        return (values, shape, fans, random) -> {
            double scale = deviation.applyAsDouble(fans);
            Arrays.setAll(values, i -> scale * random.nextGaussian());
        };
    }
}
