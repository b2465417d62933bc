package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;

import jdk.incubator.vector.FloatVector;

/**
 * The loops of {@link GemmDots}: products of a few rows of x and of y, both adjacent along p, each
 * with an accumulator of its own whose lanes are added afterwards. They start from zero: where they
 * started from memory, C2's loop ran at half the speed. They take whole vectors only: with masked
 * loads C1 could not compile them ("out of virtual registers"), which can keep a method from ever
 * reaching C2.
 */
final class GemmDotTile {
    private GemmDotTile() {}

    /**
     * sums[4 i + j] = Σ x[i, p] y[j, p], lane by lane, for four rows of x and four of y; strides in
     * bytes.
     */
    static void fourByFour(int k, long x, long xRow, long y, long yRow, long sums) {
        x &= ADDRESS;
        xRow &= ADDRESS;
        y &= ADDRESS;
        yRow &= ADDRESS;
        sums &= ADDRESS;
        FloatVector s00 = FloatVector.zero(F32);
        FloatVector s01 = FloatVector.zero(F32);
        FloatVector s02 = FloatVector.zero(F32);
        FloatVector s03 = FloatVector.zero(F32);
        FloatVector s10 = FloatVector.zero(F32);
        FloatVector s11 = FloatVector.zero(F32);
        FloatVector s12 = FloatVector.zero(F32);
        FloatVector s13 = FloatVector.zero(F32);
        FloatVector s20 = FloatVector.zero(F32);
        FloatVector s21 = FloatVector.zero(F32);
        FloatVector s22 = FloatVector.zero(F32);
        FloatVector s23 = FloatVector.zero(F32);
        FloatVector s30 = FloatVector.zero(F32);
        FloatVector s31 = FloatVector.zero(F32);
        FloatVector s32 = FloatVector.zero(F32);
        FloatVector s33 = FloatVector.zero(F32);
        for (int p = 0; p < k; p += COUNT) {
            FloatVector y0 = FloatVector.fromMemorySegment(F32, MEM, y, ORDER);
            FloatVector y1 = FloatVector.fromMemorySegment(F32, MEM, y + yRow, ORDER);
            FloatVector y2 = FloatVector.fromMemorySegment(F32, MEM, y + 2 * yRow, ORDER);
            FloatVector y3 = FloatVector.fromMemorySegment(F32, MEM, y + 3 * yRow, ORDER);
            FloatVector x0 = FloatVector.fromMemorySegment(F32, MEM, x, ORDER);
            s00 = x0.fma(y0, s00);
            s01 = x0.fma(y1, s01);
            s02 = x0.fma(y2, s02);
            s03 = x0.fma(y3, s03);
            FloatVector x1 = FloatVector.fromMemorySegment(F32, MEM, x + xRow, ORDER);
            s10 = x1.fma(y0, s10);
            s11 = x1.fma(y1, s11);
            s12 = x1.fma(y2, s12);
            s13 = x1.fma(y3, s13);
            FloatVector x2 = FloatVector.fromMemorySegment(F32, MEM, x + 2 * xRow, ORDER);
            s20 = x2.fma(y0, s20);
            s21 = x2.fma(y1, s21);
            s22 = x2.fma(y2, s22);
            s23 = x2.fma(y3, s23);
            FloatVector x3 = FloatVector.fromMemorySegment(F32, MEM, x + 3 * xRow, ORDER);
            s30 = x3.fma(y0, s30);
            s31 = x3.fma(y1, s31);
            s32 = x3.fma(y2, s32);
            s33 = x3.fma(y3, s33);
            x = (x + Lanes.BYTES) & ADDRESS;
            y = (y + Lanes.BYTES) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(s00)).intoMemorySegment(MEM, sums, ORDER);
        ((FloatVector) VECTOR.cast(s01)).intoMemorySegment(MEM, sums + Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s02)).intoMemorySegment(MEM, sums + 2 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s03)).intoMemorySegment(MEM, sums + 3 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s10)).intoMemorySegment(MEM, sums + 4 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s11)).intoMemorySegment(MEM, sums + 5 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s12)).intoMemorySegment(MEM, sums + 6 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s13)).intoMemorySegment(MEM, sums + 7 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s20)).intoMemorySegment(MEM, sums + 8 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s21)).intoMemorySegment(MEM, sums + 9 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s22)).intoMemorySegment(MEM, sums + 10 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s23)).intoMemorySegment(MEM, sums + 11 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s30)).intoMemorySegment(MEM, sums + 12 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s31)).intoMemorySegment(MEM, sums + 13 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s32)).intoMemorySegment(MEM, sums + 14 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s33)).intoMemorySegment(MEM, sums + 15 * Lanes.BYTES, ORDER);
    }

    /** sums[j] = Σ x[p] y[j, p], lane by lane, for one row of x and eight of y. */
    static void oneByEight(int k, long x, long y, long yRow, long sums) {
        x &= ADDRESS;
        y &= ADDRESS;
        yRow &= ADDRESS;
        sums &= ADDRESS;
        FloatVector s0 = FloatVector.zero(F32);
        FloatVector s1 = FloatVector.zero(F32);
        FloatVector s2 = FloatVector.zero(F32);
        FloatVector s3 = FloatVector.zero(F32);
        FloatVector s4 = FloatVector.zero(F32);
        FloatVector s5 = FloatVector.zero(F32);
        FloatVector s6 = FloatVector.zero(F32);
        FloatVector s7 = FloatVector.zero(F32);
        for (int p = 0; p < k; p += COUNT) {
            FloatVector v = FloatVector.fromMemorySegment(F32, MEM, x, ORDER);
            s0 = FloatVector.fromMemorySegment(F32, MEM, y, ORDER).fma(v, s0);
            s1 = FloatVector.fromMemorySegment(F32, MEM, y + yRow, ORDER).fma(v, s1);
            s2 = FloatVector.fromMemorySegment(F32, MEM, y + 2 * yRow, ORDER).fma(v, s2);
            s3 = FloatVector.fromMemorySegment(F32, MEM, y + 3 * yRow, ORDER).fma(v, s3);
            s4 = FloatVector.fromMemorySegment(F32, MEM, y + 4 * yRow, ORDER).fma(v, s4);
            s5 = FloatVector.fromMemorySegment(F32, MEM, y + 5 * yRow, ORDER).fma(v, s5);
            s6 = FloatVector.fromMemorySegment(F32, MEM, y + 6 * yRow, ORDER).fma(v, s6);
            s7 = FloatVector.fromMemorySegment(F32, MEM, y + 7 * yRow, ORDER).fma(v, s7);
            x = (x + Lanes.BYTES) & ADDRESS;
            y = (y + Lanes.BYTES) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(s0)).intoMemorySegment(MEM, sums, ORDER);
        ((FloatVector) VECTOR.cast(s1)).intoMemorySegment(MEM, sums + Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s2)).intoMemorySegment(MEM, sums + 2 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s3)).intoMemorySegment(MEM, sums + 3 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s4)).intoMemorySegment(MEM, sums + 4 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s5)).intoMemorySegment(MEM, sums + 5 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s6)).intoMemorySegment(MEM, sums + 6 * Lanes.BYTES, ORDER);
        ((FloatVector) VECTOR.cast(s7)).intoMemorySegment(MEM, sums + 7 * Lanes.BYTES, ORDER);
    }

    /** The same for four rows of y; their sums are {@code step} bytes apart. */
    static void oneByFour(int k, long x, long y, long yRow, long sums, long step) {
        x &= ADDRESS;
        y &= ADDRESS;
        yRow &= ADDRESS;
        sums &= ADDRESS;
        step &= ADDRESS;
        FloatVector s0 = FloatVector.zero(F32);
        FloatVector s1 = FloatVector.zero(F32);
        FloatVector s2 = FloatVector.zero(F32);
        FloatVector s3 = FloatVector.zero(F32);
        for (int p = 0; p < k; p += COUNT) {
            FloatVector v = FloatVector.fromMemorySegment(F32, MEM, x, ORDER);
            s0 = FloatVector.fromMemorySegment(F32, MEM, y, ORDER).fma(v, s0);
            s1 = FloatVector.fromMemorySegment(F32, MEM, y + yRow, ORDER).fma(v, s1);
            s2 = FloatVector.fromMemorySegment(F32, MEM, y + 2 * yRow, ORDER).fma(v, s2);
            s3 = FloatVector.fromMemorySegment(F32, MEM, y + 3 * yRow, ORDER).fma(v, s3);
            x = (x + Lanes.BYTES) & ADDRESS;
            y = (y + Lanes.BYTES) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(s0)).intoMemorySegment(MEM, sums, ORDER);
        ((FloatVector) VECTOR.cast(s1)).intoMemorySegment(MEM, sums + step, ORDER);
        ((FloatVector) VECTOR.cast(s2)).intoMemorySegment(MEM, sums + 2 * step, ORDER);
        ((FloatVector) VECTOR.cast(s3)).intoMemorySegment(MEM, sums + 3 * step, ORDER);
    }
}
