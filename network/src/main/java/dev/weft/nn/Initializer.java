package dev.weft.nn;

import dev.weft.Shape;
import dev.weft.random.Philox;

import java.util.Arrays;

/**
 * Fills a parameter before training. Values are drawn on the host, so that every backend starts
 * from the same ones.
 */
@FunctionalInterface
public interface Initializer {
    /**
     * Fills {@code values} for a parameter of the given shape.
     *
     * @param shape of the parameter; its first extent is the number of outputs
     * @param inputs the layer's fan-in
     * @param random where to draw from
     */
    void fill(float[] values, Shape shape, long inputs, Philox random);

    /** 0. */
    static Initializer zeros() {
        return constant(0);
    }

    /** A constant. */
    static Initializer constant(double value) {
        return (values, shape, inputs, random) -> Arrays.fill(values, (float) value);
    }

    /** Uniform in [-bound, bound). */
    static Initializer uniform(double bound) {
        return (values, shape, inputs, random) -> fillUniform(values, bound, random);
    }

    /** Normal with mean 0. */
    static Initializer normal(double deviation) {
        return (values, shape, inputs, random) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (deviation * random.nextGaussian());
            }
        };
    }

    /**
     * Uniform in ±1/√inputs: PyTorch's default for the weight (He et al. 2015 with a = √5) and the
     * bias of {@code nn.Linear}.
     */
    static Initializer pytorch() {
        return (values, shape, inputs, random) ->
                fillUniform(values, 1 / Math.sqrt((double) inputs), random);
    }

    /**
     * Uniform in ±√(6 / (inputs + outputs)): Keras' default for weights (Glorot and Bengio 2010).
     */
    static Initializer glorotUniform() {
        return (values, shape, inputs, random) ->
                fillUniform(
                        values, Math.sqrt(6.0 / ((double) inputs + (double) shape.dim(0))), random);
    }

    /** Uniform in ±√(6 / inputs), for layers that end in ReLU (He et al. 2015). */
    static Initializer heUniform() {
        return (values, shape, inputs, random) ->
                fillUniform(values, Math.sqrt(6.0 / (double) inputs), random);
    }

    private static void fillUniform(float[] values, double bound, Philox random) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
    }
}
