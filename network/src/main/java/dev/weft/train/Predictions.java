package dev.weft.train;

import dev.weft.Tensor;

import java.lang.foreign.MemorySegment;

/** Reads a batch's results to the host, into an array that is used again, and finds the classes. */
final class Predictions {
    private float[] values = new float[0];
    private int classes;

    /** Reads rows×classes. Blocks. */
    void read(Tensor output) {
        int size = Math.toIntExact(output.size());
        classes = Math.toIntExact(output.dim(1));
        if (values.length < size) {
            values = new float[size];
        }
        output.download(MemorySegment.ofArray(values).asSlice(0, (long) size * Float.BYTES));
    }

    /** The class with the largest value in a row, the first of equals. */
    int predicted(int row) {
        int best = 0;
        for (int j = 1; j < classes; j++) {
            if (values[row * classes + j] > values[row * classes + best]) {
                best = j;
            }
        }
        return best;
    }
}
