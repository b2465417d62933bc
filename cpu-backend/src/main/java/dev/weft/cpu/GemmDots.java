package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * c[j] = init[j] + alpha Σ_p x[p] y[j, p]: products of a vector with a matrix whose rows are adjacent elements, the case of
 * gemm in which an operand would have to be transposed to use it once. Limited by memory: eight rows at a time, so that
 * the additions of one do not wait for each other.
 */
final class GemmDots {
    private static final int ROWS = 8;

    private GemmDots() {}

    /** Rows [from, to) of y; strides in bytes. {@code init} 0 means zeros. */
    static void multiply(
            int from, int to, int k, float alpha, long x, long y, long yRow, long init, long initCol, long c, long cCol) {
        int j = from;
        for (; j + ROWS <= to; j += ROWS) {
            eight(k, x, y + j * yRow, yRow, c + j * cCol, cCol, alpha, init == 0 ? 0 : init + j * initCol, initCol);
        }
        for (; j < to; j++) {
            float sum = one(k, x, y + j * yRow);
            store(c + j * cCol, alpha, sum, init == 0 ? 0 : init + j * initCol);
        }
    }

    private static void store(long c, float alpha, float sum, long init) {
        Memory.setFloat(c, init == 0 ? alpha * sum : Math.fma(alpha, sum, Memory.getFloat(init)));
    }

    private static void eight(
            int k, long x, long y, long yRow, long c, long cCol, float alpha, long init, long initCol) {
        FloatVector s0 = FloatVector.zero(F32);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        int whole = F32.loopBound(k);
        long at = y;
        for (int p = 0; p < whole; p += COUNT) {
            FloatVector v = FloatVector.fromMemorySegment(F32, MEM, x + (long) p * WORD, ORDER);
            s0 = FloatVector.fromMemorySegment(F32, MEM, at, ORDER).fma(v, s0);
            s1 = FloatVector.fromMemorySegment(F32, MEM, at + yRow, ORDER).fma(v, s1);
            s2 = FloatVector.fromMemorySegment(F32, MEM, at + 2 * yRow, ORDER).fma(v, s2);
            s3 = FloatVector.fromMemorySegment(F32, MEM, at + 3 * yRow, ORDER).fma(v, s3);
            s4 = FloatVector.fromMemorySegment(F32, MEM, at + 4 * yRow, ORDER).fma(v, s4);
            s5 = FloatVector.fromMemorySegment(F32, MEM, at + 5 * yRow, ORDER).fma(v, s5);
            s6 = FloatVector.fromMemorySegment(F32, MEM, at + 6 * yRow, ORDER).fma(v, s6);
            s7 = FloatVector.fromMemorySegment(F32, MEM, at + 7 * yRow, ORDER).fma(v, s7);
            at += Lanes.BYTES;
        }
        if (whole < k) {
            VectorMask<Float> rest = F32.indexInRange(whole, k);
            FloatVector v = FloatVector.fromMemorySegment(F32, MEM, x + (long) whole * WORD, ORDER, rest);
            s0 = FloatVector.fromMemorySegment(F32, MEM, at, ORDER, rest).fma(v, s0);
            s1 = FloatVector.fromMemorySegment(F32, MEM, at + yRow, ORDER, rest).fma(v, s1);
            s2 = FloatVector.fromMemorySegment(F32, MEM, at + 2 * yRow, ORDER, rest).fma(v, s2);
            s3 = FloatVector.fromMemorySegment(F32, MEM, at + 3 * yRow, ORDER, rest).fma(v, s3);
            s4 = FloatVector.fromMemorySegment(F32, MEM, at + 4 * yRow, ORDER, rest).fma(v, s4);
            s5 = FloatVector.fromMemorySegment(F32, MEM, at + 5 * yRow, ORDER, rest).fma(v, s5);
            s6 = FloatVector.fromMemorySegment(F32, MEM, at + 6 * yRow, ORDER, rest).fma(v, s6);
            s7 = FloatVector.fromMemorySegment(F32, MEM, at + 7 * yRow, ORDER, rest).fma(v, s7);
        }
        long step = init == 0 ? 0 : initCol;
        store(c, alpha, s0.reduceLanes(VectorOperators.ADD), init);
        store(c + cCol, alpha, s1.reduceLanes(VectorOperators.ADD), init + step);
        store(c + 2 * cCol, alpha, s2.reduceLanes(VectorOperators.ADD), init + 2 * step);
        store(c + 3 * cCol, alpha, s3.reduceLanes(VectorOperators.ADD), init + 3 * step);
        store(c + 4 * cCol, alpha, s4.reduceLanes(VectorOperators.ADD), init + 4 * step);
        store(c + 5 * cCol, alpha, s5.reduceLanes(VectorOperators.ADD), init + 5 * step);
        store(c + 6 * cCol, alpha, s6.reduceLanes(VectorOperators.ADD), init + 6 * step);
        store(c + 7 * cCol, alpha, s7.reduceLanes(VectorOperators.ADD), init + 7 * step);
    }

    private static float one(int k, long x, long y) {
        FloatVector sum = FloatVector.zero(F32);
        int whole = F32.loopBound(k);
        for (int p = 0; p < whole; p += COUNT) {
            FloatVector v = FloatVector.fromMemorySegment(F32, MEM, x + (long) p * WORD, ORDER);
            sum = FloatVector.fromMemorySegment(F32, MEM, y + (long) p * WORD, ORDER).fma(v, sum);
        }
        if (whole < k) {
            VectorMask<Float> rest = F32.indexInRange(whole, k);
            FloatVector v = FloatVector.fromMemorySegment(F32, MEM, x + (long) whole * WORD, ORDER, rest);
            sum = FloatVector.fromMemorySegment(F32, MEM, y + (long) whole * WORD, ORDER, rest).fma(v, sum);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }
}
