package dev.weft.cpu;

import static dev.weft.cpu.Lanes.BY_1;
import static dev.weft.cpu.Lanes.BY_2;
import static dev.weft.cpu.Lanes.BY_4;
import static dev.weft.cpu.Lanes.BY_8;
import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.UPPER_1;
import static dev.weft.cpu.Lanes.UPPER_2;
import static dev.weft.cpu.Lanes.UPPER_4;
import static dev.weft.cpu.Lanes.UPPER_8;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;

import jdk.incubator.vector.FloatVector;

/**
 * to[p, j] = from[j, p] for a square of {@link Lanes#COUNT} rows and columns, in registers. Each
 * step exchanges, between the rows of a pair that lie a distance apart, the lanes that lie as far
 * apart; the distance is halved each time.
 */
final class TransposeBlock {
    private TransposeBlock() {}

    /**
     * Transposes the square; both sides have adjacent elements in rows that lie so many bytes
     * apart.
     */
    static void transpose(long from, long fromRow, long to, long toRow) {
        switch (COUNT) {
            case 16 -> block16(from, fromRow, to, toRow);
            case 8 -> block8(from, fromRow, to, toRow);
            default -> block4(from, fromRow, to, toRow);
        }
    }

    private static void block16(long from, long fromRow, long to, long toRow) {
        from &= ADDRESS;
        fromRow &= ADDRESS;
        to &= ADDRESS;
        toRow &= ADDRESS;
        FloatVector a0 = FloatVector.fromMemorySegment(F32, MEM, from, ORDER);
        FloatVector a1 = FloatVector.fromMemorySegment(F32, MEM, from + fromRow, ORDER);
        FloatVector a2 = FloatVector.fromMemorySegment(F32, MEM, from + 2 * fromRow, ORDER);
        FloatVector a3 = FloatVector.fromMemorySegment(F32, MEM, from + 3 * fromRow, ORDER);
        FloatVector a4 = FloatVector.fromMemorySegment(F32, MEM, from + 4 * fromRow, ORDER);
        FloatVector a5 = FloatVector.fromMemorySegment(F32, MEM, from + 5 * fromRow, ORDER);
        FloatVector a6 = FloatVector.fromMemorySegment(F32, MEM, from + 6 * fromRow, ORDER);
        FloatVector a7 = FloatVector.fromMemorySegment(F32, MEM, from + 7 * fromRow, ORDER);
        FloatVector a8 = FloatVector.fromMemorySegment(F32, MEM, from + 8 * fromRow, ORDER);
        FloatVector a9 = FloatVector.fromMemorySegment(F32, MEM, from + 9 * fromRow, ORDER);
        FloatVector a10 = FloatVector.fromMemorySegment(F32, MEM, from + 10 * fromRow, ORDER);
        FloatVector a11 = FloatVector.fromMemorySegment(F32, MEM, from + 11 * fromRow, ORDER);
        FloatVector a12 = FloatVector.fromMemorySegment(F32, MEM, from + 12 * fromRow, ORDER);
        FloatVector a13 = FloatVector.fromMemorySegment(F32, MEM, from + 13 * fromRow, ORDER);
        FloatVector a14 = FloatVector.fromMemorySegment(F32, MEM, from + 14 * fromRow, ORDER);
        FloatVector a15 = FloatVector.fromMemorySegment(F32, MEM, from + 15 * fromRow, ORDER);
        FloatVector b0 = a0.blend(a8.rearrange(BY_8), UPPER_8);
        FloatVector b8 = a0.rearrange(BY_8).blend(a8, UPPER_8);
        FloatVector b1 = a1.blend(a9.rearrange(BY_8), UPPER_8);
        FloatVector b9 = a1.rearrange(BY_8).blend(a9, UPPER_8);
        FloatVector b2 = a2.blend(a10.rearrange(BY_8), UPPER_8);
        FloatVector b10 = a2.rearrange(BY_8).blend(a10, UPPER_8);
        FloatVector b3 = a3.blend(a11.rearrange(BY_8), UPPER_8);
        FloatVector b11 = a3.rearrange(BY_8).blend(a11, UPPER_8);
        FloatVector b4 = a4.blend(a12.rearrange(BY_8), UPPER_8);
        FloatVector b12 = a4.rearrange(BY_8).blend(a12, UPPER_8);
        FloatVector b5 = a5.blend(a13.rearrange(BY_8), UPPER_8);
        FloatVector b13 = a5.rearrange(BY_8).blend(a13, UPPER_8);
        FloatVector b6 = a6.blend(a14.rearrange(BY_8), UPPER_8);
        FloatVector b14 = a6.rearrange(BY_8).blend(a14, UPPER_8);
        FloatVector b7 = a7.blend(a15.rearrange(BY_8), UPPER_8);
        FloatVector b15 = a7.rearrange(BY_8).blend(a15, UPPER_8);
        FloatVector c0 = b0.blend(b4.rearrange(BY_4), UPPER_4);
        FloatVector c4 = b0.rearrange(BY_4).blend(b4, UPPER_4);
        FloatVector c1 = b1.blend(b5.rearrange(BY_4), UPPER_4);
        FloatVector c5 = b1.rearrange(BY_4).blend(b5, UPPER_4);
        FloatVector c2 = b2.blend(b6.rearrange(BY_4), UPPER_4);
        FloatVector c6 = b2.rearrange(BY_4).blend(b6, UPPER_4);
        FloatVector c3 = b3.blend(b7.rearrange(BY_4), UPPER_4);
        FloatVector c7 = b3.rearrange(BY_4).blend(b7, UPPER_4);
        FloatVector c8 = b8.blend(b12.rearrange(BY_4), UPPER_4);
        FloatVector c12 = b8.rearrange(BY_4).blend(b12, UPPER_4);
        FloatVector c9 = b9.blend(b13.rearrange(BY_4), UPPER_4);
        FloatVector c13 = b9.rearrange(BY_4).blend(b13, UPPER_4);
        FloatVector c10 = b10.blend(b14.rearrange(BY_4), UPPER_4);
        FloatVector c14 = b10.rearrange(BY_4).blend(b14, UPPER_4);
        FloatVector c11 = b11.blend(b15.rearrange(BY_4), UPPER_4);
        FloatVector c15 = b11.rearrange(BY_4).blend(b15, UPPER_4);
        FloatVector d0 = c0.blend(c2.rearrange(BY_2), UPPER_2);
        FloatVector d2 = c0.rearrange(BY_2).blend(c2, UPPER_2);
        FloatVector d1 = c1.blend(c3.rearrange(BY_2), UPPER_2);
        FloatVector d3 = c1.rearrange(BY_2).blend(c3, UPPER_2);
        FloatVector d4 = c4.blend(c6.rearrange(BY_2), UPPER_2);
        FloatVector d6 = c4.rearrange(BY_2).blend(c6, UPPER_2);
        FloatVector d5 = c5.blend(c7.rearrange(BY_2), UPPER_2);
        FloatVector d7 = c5.rearrange(BY_2).blend(c7, UPPER_2);
        FloatVector d8 = c8.blend(c10.rearrange(BY_2), UPPER_2);
        FloatVector d10 = c8.rearrange(BY_2).blend(c10, UPPER_2);
        FloatVector d9 = c9.blend(c11.rearrange(BY_2), UPPER_2);
        FloatVector d11 = c9.rearrange(BY_2).blend(c11, UPPER_2);
        FloatVector d12 = c12.blend(c14.rearrange(BY_2), UPPER_2);
        FloatVector d14 = c12.rearrange(BY_2).blend(c14, UPPER_2);
        FloatVector d13 = c13.blend(c15.rearrange(BY_2), UPPER_2);
        FloatVector d15 = c13.rearrange(BY_2).blend(c15, UPPER_2);
        FloatVector e0 = d0.blend(d1.rearrange(BY_1), UPPER_1);
        FloatVector e1 = d0.rearrange(BY_1).blend(d1, UPPER_1);
        FloatVector e2 = d2.blend(d3.rearrange(BY_1), UPPER_1);
        FloatVector e3 = d2.rearrange(BY_1).blend(d3, UPPER_1);
        FloatVector e4 = d4.blend(d5.rearrange(BY_1), UPPER_1);
        FloatVector e5 = d4.rearrange(BY_1).blend(d5, UPPER_1);
        FloatVector e6 = d6.blend(d7.rearrange(BY_1), UPPER_1);
        FloatVector e7 = d6.rearrange(BY_1).blend(d7, UPPER_1);
        FloatVector e8 = d8.blend(d9.rearrange(BY_1), UPPER_1);
        FloatVector e9 = d8.rearrange(BY_1).blend(d9, UPPER_1);
        FloatVector e10 = d10.blend(d11.rearrange(BY_1), UPPER_1);
        FloatVector e11 = d10.rearrange(BY_1).blend(d11, UPPER_1);
        FloatVector e12 = d12.blend(d13.rearrange(BY_1), UPPER_1);
        FloatVector e13 = d12.rearrange(BY_1).blend(d13, UPPER_1);
        FloatVector e14 = d14.blend(d15.rearrange(BY_1), UPPER_1);
        FloatVector e15 = d14.rearrange(BY_1).blend(d15, UPPER_1);
        e0.intoMemorySegment(MEM, to, ORDER);
        e1.intoMemorySegment(MEM, to + toRow, ORDER);
        e2.intoMemorySegment(MEM, to + 2 * toRow, ORDER);
        e3.intoMemorySegment(MEM, to + 3 * toRow, ORDER);
        e4.intoMemorySegment(MEM, to + 4 * toRow, ORDER);
        e5.intoMemorySegment(MEM, to + 5 * toRow, ORDER);
        e6.intoMemorySegment(MEM, to + 6 * toRow, ORDER);
        e7.intoMemorySegment(MEM, to + 7 * toRow, ORDER);
        e8.intoMemorySegment(MEM, to + 8 * toRow, ORDER);
        e9.intoMemorySegment(MEM, to + 9 * toRow, ORDER);
        e10.intoMemorySegment(MEM, to + 10 * toRow, ORDER);
        e11.intoMemorySegment(MEM, to + 11 * toRow, ORDER);
        e12.intoMemorySegment(MEM, to + 12 * toRow, ORDER);
        e13.intoMemorySegment(MEM, to + 13 * toRow, ORDER);
        e14.intoMemorySegment(MEM, to + 14 * toRow, ORDER);
        e15.intoMemorySegment(MEM, to + 15 * toRow, ORDER);
    }

    private static void block8(long from, long fromRow, long to, long toRow) {
        from &= ADDRESS;
        fromRow &= ADDRESS;
        to &= ADDRESS;
        toRow &= ADDRESS;
        FloatVector a0 = FloatVector.fromMemorySegment(F32, MEM, from, ORDER);
        FloatVector a1 = FloatVector.fromMemorySegment(F32, MEM, from + fromRow, ORDER);
        FloatVector a2 = FloatVector.fromMemorySegment(F32, MEM, from + 2 * fromRow, ORDER);
        FloatVector a3 = FloatVector.fromMemorySegment(F32, MEM, from + 3 * fromRow, ORDER);
        FloatVector a4 = FloatVector.fromMemorySegment(F32, MEM, from + 4 * fromRow, ORDER);
        FloatVector a5 = FloatVector.fromMemorySegment(F32, MEM, from + 5 * fromRow, ORDER);
        FloatVector a6 = FloatVector.fromMemorySegment(F32, MEM, from + 6 * fromRow, ORDER);
        FloatVector a7 = FloatVector.fromMemorySegment(F32, MEM, from + 7 * fromRow, ORDER);
        FloatVector b0 = a0.blend(a4.rearrange(BY_4), UPPER_4);
        FloatVector b4 = a0.rearrange(BY_4).blend(a4, UPPER_4);
        FloatVector b1 = a1.blend(a5.rearrange(BY_4), UPPER_4);
        FloatVector b5 = a1.rearrange(BY_4).blend(a5, UPPER_4);
        FloatVector b2 = a2.blend(a6.rearrange(BY_4), UPPER_4);
        FloatVector b6 = a2.rearrange(BY_4).blend(a6, UPPER_4);
        FloatVector b3 = a3.blend(a7.rearrange(BY_4), UPPER_4);
        FloatVector b7 = a3.rearrange(BY_4).blend(a7, UPPER_4);
        FloatVector c0 = b0.blend(b2.rearrange(BY_2), UPPER_2);
        FloatVector c2 = b0.rearrange(BY_2).blend(b2, UPPER_2);
        FloatVector c1 = b1.blend(b3.rearrange(BY_2), UPPER_2);
        FloatVector c3 = b1.rearrange(BY_2).blend(b3, UPPER_2);
        FloatVector c4 = b4.blend(b6.rearrange(BY_2), UPPER_2);
        FloatVector c6 = b4.rearrange(BY_2).blend(b6, UPPER_2);
        FloatVector c5 = b5.blend(b7.rearrange(BY_2), UPPER_2);
        FloatVector c7 = b5.rearrange(BY_2).blend(b7, UPPER_2);
        FloatVector d0 = c0.blend(c1.rearrange(BY_1), UPPER_1);
        FloatVector d1 = c0.rearrange(BY_1).blend(c1, UPPER_1);
        FloatVector d2 = c2.blend(c3.rearrange(BY_1), UPPER_1);
        FloatVector d3 = c2.rearrange(BY_1).blend(c3, UPPER_1);
        FloatVector d4 = c4.blend(c5.rearrange(BY_1), UPPER_1);
        FloatVector d5 = c4.rearrange(BY_1).blend(c5, UPPER_1);
        FloatVector d6 = c6.blend(c7.rearrange(BY_1), UPPER_1);
        FloatVector d7 = c6.rearrange(BY_1).blend(c7, UPPER_1);
        d0.intoMemorySegment(MEM, to, ORDER);
        d1.intoMemorySegment(MEM, to + toRow, ORDER);
        d2.intoMemorySegment(MEM, to + 2 * toRow, ORDER);
        d3.intoMemorySegment(MEM, to + 3 * toRow, ORDER);
        d4.intoMemorySegment(MEM, to + 4 * toRow, ORDER);
        d5.intoMemorySegment(MEM, to + 5 * toRow, ORDER);
        d6.intoMemorySegment(MEM, to + 6 * toRow, ORDER);
        d7.intoMemorySegment(MEM, to + 7 * toRow, ORDER);
    }

    private static void block4(long from, long fromRow, long to, long toRow) {
        from &= ADDRESS;
        fromRow &= ADDRESS;
        to &= ADDRESS;
        toRow &= ADDRESS;
        FloatVector a0 = FloatVector.fromMemorySegment(F32, MEM, from, ORDER);
        FloatVector a1 = FloatVector.fromMemorySegment(F32, MEM, from + fromRow, ORDER);
        FloatVector a2 = FloatVector.fromMemorySegment(F32, MEM, from + 2 * fromRow, ORDER);
        FloatVector a3 = FloatVector.fromMemorySegment(F32, MEM, from + 3 * fromRow, ORDER);
        FloatVector b0 = a0.blend(a2.rearrange(BY_2), UPPER_2);
        FloatVector b2 = a0.rearrange(BY_2).blend(a2, UPPER_2);
        FloatVector b1 = a1.blend(a3.rearrange(BY_2), UPPER_2);
        FloatVector b3 = a1.rearrange(BY_2).blend(a3, UPPER_2);
        FloatVector c0 = b0.blend(b1.rearrange(BY_1), UPPER_1);
        FloatVector c1 = b0.rearrange(BY_1).blend(b1, UPPER_1);
        FloatVector c2 = b2.blend(b3.rearrange(BY_1), UPPER_1);
        FloatVector c3 = b2.rearrange(BY_1).blend(b3, UPPER_1);
        c0.intoMemorySegment(MEM, to, ORDER);
        c1.intoMemorySegment(MEM, to + toRow, ORDER);
        c2.intoMemorySegment(MEM, to + 2 * toRow, ORDER);
        c3.intoMemorySegment(MEM, to + 3 * toRow, ORDER);
    }
}
