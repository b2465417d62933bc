package dev.weft.conformance;

import dev.weft.Shape;
import dev.weft.random.Philox;

import java.util.List;

/** Shapes and elements that kernels are tried with. */
final class Draws {
    /**
     * Around the widths of vectors (4, 8, 16 floats) and of unrolled loops; primes; many threads.
     */
    static final int[] SIZES = {
        0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1009, 70_001
    };

    /** Ranks 0 to 4, with extents of 0 and 1. */
    static final List<Shape> SHAPES =
            List.of(
                    Shape.SCALAR,
                    Shape.of(17),
                    Shape.of(1, 5),
                    Shape.of(5, 1),
                    Shape.of(0, 3),
                    Shape.of(3, 0),
                    Shape.of(13, 19),
                    Shape.of(33, 64),
                    Shape.of(3, 5, 7),
                    Shape.of(2, 3, 1, 17));

    /** What functions stumble over. */
    private static final float[] SPECIAL = {
        0f,
        -0f,
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        1f,
        -1f,
        0.5f,
        -0.5f,
        2f,
        3f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        -Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        88.7f,
        88.73f,
        -87.3f,
        -103.9f,
        -104.1f,
        1e-10f,
        -1e-10f,
        0.99999994f,
        1.0000001f,
        16_777_216f,
        1e30f,
        -1e30f,
        9.01f,
        -9.01f,
        0.625f,
        -0.625f,
    };

    private Draws() {}

    /** Of many magnitudes, most of them moderate; the specials among them where there is room. */
    static float[] wild(Philox random, long size) {
        float[] values = new float[(int) size];
        for (int i = 0; i < values.length; i++) {
            int kind = random.nextInt(16);
            values[i] =
                    switch (kind) {
                        case 0, 1, 2 -> SPECIAL[random.nextInt(SPECIAL.length)];
                        case 3, 4 -> (float) (random.nextGaussian() * 40);
                        case 5 -> quiet(Float.intBitsToFloat(random.nextInt()));
                        case 6 -> (float) (random.nextGaussian() * 1e-3);
                        default -> (float) random.nextGaussian();
                    };
        }
        return values;
    }

    /** A signalling NaN changes its bits when the reference converts it to double. */
    private static float quiet(float value) {
        return Float.isNaN(value) ? Float.NaN : value;
    }

    /** Normal, with mean 0. */
    static float[] normal(Philox random, long size, double deviation) {
        float[] values = new float[(int) size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }

    /** Uniform in [low, high). */
    static float[] uniform(Philox random, long size, double low, double high) {
        float[] values = new float[(int) size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (low + (high - low) * random.nextDouble());
        }
        return values;
    }

    /** Integers of all magnitudes, with the extremes among them. */
    static int[] integers(Philox random, long size) {
        int[] values = new int[(int) size];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (random.nextInt(8)) {
                        case 0 -> random.nextInt();
                        case 1 -> Integer.MIN_VALUE;
                        case 2 -> Integer.MAX_VALUE;
                        case 3 -> 0;
                        default -> random.nextInt(2001) - 1000;
                    };
        }
        return values;
    }

    /** Indices below {@code bound}, with repetitions. */
    static int[] indices(Philox random, int size, int bound) {
        int[] values = new int[size];
        for (int i = 0; i < size; i++) {
            values[i] = random.nextInt(bound);
        }
        return values;
    }
}
