package dev.weft.benchmarks.task;

import dev.weft.Shape;

/** Numbers that a library takes into a tensor of its own, in row-major order. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Operand(float[] values, Shape shape) {
    /** Normal numbers, times a factor. */
    static Operand normal(int seed, double factor, Shape shape) {
        float[] values = Draws.normal(seed, Math.toIntExact(shape.size()));
        if (factor != 1) {
            for (int i = 0; i < values.length; i++) {
                values[i] *= (float) factor;
            }
        }
        return new Operand(values, shape);
    }
}
