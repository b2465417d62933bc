package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.random.Philox;

import java.util.Arrays;

/**
 * One operand of an {@link OpCase}: its shape, and a rule that draws its elements. These are
 * rounded to its type, so that every backend gets exactly the same.
 *
 * @param differentiable whether the case takes the gradient by it
 */
record Input(DType dtype, Shape shape, boolean differentiable, Draw draw) {
    /** Draws element {@code i}. */
    interface Draw {
        double value(Philox random, int i);
    }

    /** Normal with mean 0 and variance 1. */
    static Input normal(long... dims) {
        return of((random, _) -> random.nextGaussian(), dims);
    }

    /** Uniform in [low, high). */
    static Input uniform(double low, double high, long... dims) {
        return of((random, _) -> low + (high - low) * random.nextDouble(), dims);
    }

    /** Of either sign, and at least 0.2 away from 0: for functions with a kink there. */
    static Input awayFromZero(long... dims) {
        return of(
                (random, _) -> {
                    double value = random.nextGaussian();
                    return value + Math.copySign(0.2, value);
                },
                dims);
    }

    /**
     * Multiples of 0.25 in random order, all different: for maxima, whose gradient jumps at ties.
     */
    static Input distinct(long... dims) {
        int size = (int) Shape.of(dims).size();
        int[][] order = new int[1][];
        return of(
                (random, i) -> {
                    if (i == 0) {
                        order[0] = random.permutation(size);
                    }
                    return (order[0][i] - size / 2) * 0.25;
                },
                dims);
    }

    /** The given elements. */
    static Input given(double[] values, long... dims) {
        return of((_, i) -> values[i], dims);
    }

    /** I32 of rank 1: indices, to which there is no gradient. */
    static Input indices(int... values) {
        return new Input(DType.I32, Shape.of(values.length), false, (_, i) -> values[i]);
    }

    /** Integers of a type from low to high. */
    static Input integers(DType dtype, long low, long high, long... dims) {
        Draw draw = (random, _) -> low + Math.floor(random.nextDouble() * (high - low + 1));
        return new Input(dtype, Shape.of(dims), false, draw);
    }

    /** This operand without a gradient: a target. */
    Input constant() {
        return new Input(dtype, shape, false, draw);
    }

    private static Input of(Draw draw, long... dims) {
        return new Input(DType.F32, Shape.of(dims), true, draw);
    }

    /** This operand in another floating type; one of integers as it is. */
    Input as(DType type) {
        return dtype.isFloating() ? new Input(type, shape, differentiable, draw) : this;
    }

    /** The elements, in row-major order. */
    double[] draw(Philox random) {
        double[] values = new double[(int) shape.size()];
        Arrays.setAll(values, i -> draw.value(random, i));
        return Values.of(dtype, values).reals();
    }

    /** A tensor of these elements; the reference keeps what its type would round. */
    Tensor upload(Device device, double[] values) {
        return dtype.isFloating()
                ? device.tensor(dtype, values).reshape(shape.toArray())
                : Values.of(dtype, values).on(device, shape);
    }
}
