package dev.weft.train;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Tensor;

import java.lang.foreign.MemorySegment;

/** Reads a batch's results to the host, into an array that is used again, and finds the classes. */
final class Predictions {
    private float[] values = new float[0];
    private int size;
    private int classes;

    /** Reads rows×classes, or one number for each row. Blocks. */
    void read(Tensor output) {
        size = Math.toIntExact(output.size());
        classes = output.rank() < 2 ? 1 : Math.toIntExact(size / Math.max(1, output.dim(0)));
        if (output.dtype() != DType.F32) {
            values = output.toFloatArray();
            return;
        }
        if (values.length < size) {
            values = new float[size];
        }
        output.download(MemorySegment.ofArray(values).asSlice(0, (long) size * Float.BYTES));
    }

    /**
     * Whether a row's prediction is its target: the class, or the largest of a row of weights, or,
     * where there is one number, whether it is above 0.
     */
    boolean isRight(int row, HostArray target) {
        if (classes == 1) {
            return values[row] > 0 == target.get(row) > 0.5;
        }
        return predicted(row) == label(target, row);
    }

    /** The class of a row: itself, or the place of the largest of a row of weights. */
    static int label(HostArray target, int row) {
        long width = target.shape().size() / Math.max(1, target.rows());
        return (int) (width == 1 ? target.get(row) : largest(target, row, width));
    }

    private static long largest(HostArray target, int row, long width) {
        long best = row * width;
        for (long i = best + 1; i < (row + 1) * width; i++) {
            if (target.get(i) > target.get(best)) {
                best = i;
            }
        }
        return best - row * width;
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
