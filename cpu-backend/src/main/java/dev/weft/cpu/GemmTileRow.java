package dev.weft.cpu;

import static dev.weft.cpu.Lanes.BYTES;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import jdk.incubator.vector.FloatVector;

/**
 * c = init + a b for eight vectors of one row of C. Each element of b is used once, so that this
 * takes as long as reading b; where that has 128 columns, it is read from end to end.
 */
final class GemmTileRow {
    /** Of the row of C. */
    static final int VECTORS = 8;

    private GemmTileRow() {}

    /** Elements of a are {@code aCol} bytes apart, rows of b {@code bRow}. */
    static void multiply(int k, long a, long aCol, long b, long bRow, long init, long c) {
        a &= ADDRESS;
        aCol &= ADDRESS;
        b &= ADDRESS;
        bRow &= ADDRESS;
        FloatVector c0 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        FloatVector c1 = FloatVector.fromMemorySegment(F32, MEM, init + BYTES, ORDER);
        FloatVector c2 = FloatVector.fromMemorySegment(F32, MEM, init + 2 * BYTES, ORDER);
        FloatVector c3 = FloatVector.fromMemorySegment(F32, MEM, init + 3 * BYTES, ORDER);
        FloatVector c4 = FloatVector.fromMemorySegment(F32, MEM, init + 4 * BYTES, ORDER);
        FloatVector c5 = FloatVector.fromMemorySegment(F32, MEM, init + 5 * BYTES, ORDER);
        FloatVector c6 = FloatVector.fromMemorySegment(F32, MEM, init + 6 * BYTES, ORDER);
        FloatVector c7 = FloatVector.fromMemorySegment(F32, MEM, init + 7 * BYTES, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c0 = x.fma(FloatVector.fromMemorySegment(F32, MEM, b, ORDER), c0);
            c1 = x.fma(FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER), c1);
            c2 = x.fma(FloatVector.fromMemorySegment(F32, MEM, b + 2 * BYTES, ORDER), c2);
            c3 = x.fma(FloatVector.fromMemorySegment(F32, MEM, b + 3 * BYTES, ORDER), c3);
            c4 = x.fma(FloatVector.fromMemorySegment(F32, MEM, b + 4 * BYTES, ORDER), c4);
            c5 = x.fma(FloatVector.fromMemorySegment(F32, MEM, b + 5 * BYTES, ORDER), c5);
            c6 = x.fma(FloatVector.fromMemorySegment(F32, MEM, b + 6 * BYTES, ORDER), c6);
            c7 = x.fma(FloatVector.fromMemorySegment(F32, MEM, b + 7 * BYTES, ORDER), c7);
            a = (a + aCol) & ADDRESS;
            b = (b + bRow) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(c0)).intoMemorySegment(MEM, c, ORDER);
        ((FloatVector) VECTOR.cast(c1)).intoMemorySegment(MEM, c + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c2)).intoMemorySegment(MEM, c + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c3)).intoMemorySegment(MEM, c + 3 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c4)).intoMemorySegment(MEM, c + 4 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c5)).intoMemorySegment(MEM, c + 5 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c6)).intoMemorySegment(MEM, c + 6 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c7)).intoMemorySegment(MEM, c + 7 * BYTES, ORDER);
    }
}
