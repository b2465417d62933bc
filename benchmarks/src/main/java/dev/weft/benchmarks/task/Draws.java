package dev.weft.benchmarks.task;

import dev.weft.DType;
import dev.weft.backend.Encoding;
import dev.weft.random.Philox;

import java.util.stream.IntStream;

/** Data for tasks: normal, since zeros would be kind to some machines. */
final class Draws {
    /** Numbers drawn before they repeat: a prime, so that no row of a matrix is another's. */
    private static final int DRAWN = 1_000_003;

    private static final int SAMPLES_SEED = 7;

    private Draws() {}

    /** Normal numbers with mean 0 and variance 1, equal for equal seeds. */
    static float[] normal(int seed, int size) {
        Philox random = new Philox(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = i < DRAWN ? (float) random.nextGaussian() : values[i - DRAWN];
        }
        return values;
    }

    /** The same, rounded to a type once; in F32 they are those above. */
    static double[] normal(DType dtype, int seed, int size) {
        Philox random = new Philox(seed);
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] =
                    i < DRAWN ? Encoding.rounded(dtype, random.nextGaussian()) : values[i - DRAWN];
        }
        return values;
    }

    /** Classes, each as likely as any other. */
    static int[] classes(int seed, int size, int classes) {
        Philox random = new Philox(seed);
        int[] values = new int[size];
        for (int i = 0; i < size; i++) {
            values[i] = random.nextInt(classes);
        }
        return values;
    }

    /**
     * The numbers below {@code size} where that is at most {@code most}, otherwise some of them.
     */
    static IntStream indices(int size, int most) {
        if (size <= most) {
            return IntStream.range(0, size);
        }
        Philox random = new Philox(SAMPLES_SEED);
        return IntStream.generate(() -> random.nextInt(size)).limit(most);
    }
}
