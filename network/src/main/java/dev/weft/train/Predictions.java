package dev.weft.train;

import dev.weft.Tensor;

import java.lang.foreign.MemorySegment;

/** Reads a batch's results to the host, into an array that is used again, and finds the classes. */
final class Predictions {
    private float[] values = new float[0];
    private int size;
    private int classes;

    /** Reads rows×classes. Blocks. */
    void read(Tensor output) {
        size = Math.toIntExact(output.size());
        classes = Math.toIntExact(output.dim(1));
        if (values.length < size) {
            values = new float[size];
        }
        output.download(MemorySegment.ofArray(values).asSlice(0, (long) size * Float.BYTES));
    }

    /** How many numbers each row has. */
    int classes() {
        return classes;
    }

    /** The position, in row-major order, of the first NaN among what was read; -1 without one. */
    int firstNan() {
        for (int i = 0; i < size; i++) {
            if (Float.isNaN(values[i])) {
                return i;
            }
        }
        return -1;
    }

    /**
     * The class with the largest value in a row: the first of equals, and the first NaN where there
     * is one, as {@link Tensor#argmax} has it.
     */
    int predicted(int row) {
        int start = row * classes;
        int best = start;
        for (int i = start + 1; i < start + classes && !Float.isNaN(values[best]); i++) {
            if (!(values[i] <= values[best])) {
                best = i;
            }
        }
        return best - start;
    }
}
