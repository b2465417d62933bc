// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Lanes.store;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * c = init + alpha a b where K is 1: a column times a row, as the gradient of a layer's weights is
 * for a batch of one. It is bound by the memory that it writes, so it goes along the rows of C.
 */
final class GemmOuter {
    private GemmOuter() {}

    /** Computes {@code rows} rows; strides in bytes, {@code init} 0 means zeros. */
    static void multiply(
            int rows,
            int cols,
            float alpha,
            long a,
            long aRow,
            long b,
            long init,
            long initRow,
            long c,
            long cRow) {
        for (int i = 0; i < rows; i++) {
            float factor = alpha * Memory.getFloat(a + i * aRow);
            if (init == 0) {
                scale(cols, factor, b, c + i * cRow);
            } else {
                add(cols, factor, b, init + i * initRow, c + i * cRow);
            }
        }
    }

    private static void scale(int cols, float factor, long b, long c) {
        int whole = F32.loopBound(cols);
        for (int j = 0; j < whole; j += COUNT) {
            store(load(b, j).mul(factor), c, j);
        }
        if (whole < cols) {
            VectorMask<Float> rest = F32.indexInRange(whole, cols);
            load(b, whole).mul(factor).intoMemorySegment(MEM, c + (long) whole * WORD, ORDER, rest);
        }
    }

    private static void add(int cols, float factor, long b, long init, long c) {
        FloatVector scale = FloatVector.broadcast(F32, factor);
        int whole = F32.loopBound(cols);
        for (int j = 0; j < whole; j += COUNT) {
            store(load(b, j).fma(scale, load(init, j)), c, j);
        }
        if (whole < cols) {
            VectorMask<Float> rest = F32.indexInRange(whole, cols);
            load(b, whole)
                    .fma(scale, load(init, whole))
                    .intoMemorySegment(MEM, c + (long) whole * WORD, ORDER, rest);
        }
    }
}
