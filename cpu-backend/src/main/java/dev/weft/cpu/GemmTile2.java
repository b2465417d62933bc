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
 * c = init + a b for a tile of C that is two vectors wide: the innermost loops of gemm.
 *
 * <p>Six rows take 12 accumulators, 2 registers for b and 1 for a: all that fits into 16 registers.
 * It is the main tile where there are no more than those, and serves the columns that are left over
 * where there are.
 *
 * <p>Element (i, p) of a lies at {@code a + i aRow + p aCol}; row p of b at {@code b + p bRow}; row
 * i of the start value at {@code init + i initRow} (C itself to accumulate, or a bias or zeros with
 * initRow 0) and of the result at {@code c + i cRow}; all in bytes. So the same code reads packed
 * and unpacked operands, transposed or not.
 *
 * <p>The vector API is called directly, with no method of ours between: C2 stops inlining ordinary
 * methods when 8000 bytecodes have been inlined into one, which 24 loads and stores exceed, but not
 * the API's own, which are forced.
 */
final class GemmTile2 {
    private GemmTile2() {}

    /** A tile of 8 rows. */
    static void rows8(
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        a &= ADDRESS;
        aRow &= ADDRESS;
        b &= ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEM, init + BYTES, ORDER);
        long init1 = init + initRow;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEM, init1, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEM, init1 + BYTES, ORDER);
        long init2 = init1 + initRow;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEM, init2, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEM, init2 + BYTES, ORDER);
        long init3 = init2 + initRow;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEM, init3, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEM, init3 + BYTES, ORDER);
        long init4 = init3 + initRow;
        FloatVector c40 = FloatVector.fromMemorySegment(F32, MEM, init4, ORDER);
        FloatVector c41 = FloatVector.fromMemorySegment(F32, MEM, init4 + BYTES, ORDER);
        long init5 = init4 + initRow;
        FloatVector c50 = FloatVector.fromMemorySegment(F32, MEM, init5, ORDER);
        FloatVector c51 = FloatVector.fromMemorySegment(F32, MEM, init5 + BYTES, ORDER);
        long init6 = init5 + initRow;
        FloatVector c60 = FloatVector.fromMemorySegment(F32, MEM, init6, ORDER);
        FloatVector c61 = FloatVector.fromMemorySegment(F32, MEM, init6 + BYTES, ORDER);
        long init7 = init6 + initRow;
        FloatVector c70 = FloatVector.fromMemorySegment(F32, MEM, init7, ORDER);
        FloatVector c71 = FloatVector.fromMemorySegment(F32, MEM, init7 + BYTES, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aRow));
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow));
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow));
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 4 * aRow));
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 5 * aRow));
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 6 * aRow));
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 7 * aRow));
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
            a = (a + aCol) & ADDRESS;
            b = (b + bRow) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(c00)).intoMemorySegment(MEM, c, ORDER);
        ((FloatVector) VECTOR.cast(c01)).intoMemorySegment(MEM, c + BYTES, ORDER);
        long c1At = c + cRow;
        ((FloatVector) VECTOR.cast(c10)).intoMemorySegment(MEM, c1At, ORDER);
        ((FloatVector) VECTOR.cast(c11)).intoMemorySegment(MEM, c1At + BYTES, ORDER);
        long c2At = c1At + cRow;
        ((FloatVector) VECTOR.cast(c20)).intoMemorySegment(MEM, c2At, ORDER);
        ((FloatVector) VECTOR.cast(c21)).intoMemorySegment(MEM, c2At + BYTES, ORDER);
        long c3At = c2At + cRow;
        ((FloatVector) VECTOR.cast(c30)).intoMemorySegment(MEM, c3At, ORDER);
        ((FloatVector) VECTOR.cast(c31)).intoMemorySegment(MEM, c3At + BYTES, ORDER);
        long c4At = c3At + cRow;
        ((FloatVector) VECTOR.cast(c40)).intoMemorySegment(MEM, c4At, ORDER);
        ((FloatVector) VECTOR.cast(c41)).intoMemorySegment(MEM, c4At + BYTES, ORDER);
        long c5At = c4At + cRow;
        ((FloatVector) VECTOR.cast(c50)).intoMemorySegment(MEM, c5At, ORDER);
        ((FloatVector) VECTOR.cast(c51)).intoMemorySegment(MEM, c5At + BYTES, ORDER);
        long c6At = c5At + cRow;
        ((FloatVector) VECTOR.cast(c60)).intoMemorySegment(MEM, c6At, ORDER);
        ((FloatVector) VECTOR.cast(c61)).intoMemorySegment(MEM, c6At + BYTES, ORDER);
        long c7At = c6At + cRow;
        ((FloatVector) VECTOR.cast(c70)).intoMemorySegment(MEM, c7At, ORDER);
        ((FloatVector) VECTOR.cast(c71)).intoMemorySegment(MEM, c7At + BYTES, ORDER);
    }

    /** A tile of 6 rows. */
    static void rows6(
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        a &= ADDRESS;
        aRow &= ADDRESS;
        b &= ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEM, init + BYTES, ORDER);
        long init1 = init + initRow;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEM, init1, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEM, init1 + BYTES, ORDER);
        long init2 = init1 + initRow;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEM, init2, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEM, init2 + BYTES, ORDER);
        long init3 = init2 + initRow;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEM, init3, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEM, init3 + BYTES, ORDER);
        long init4 = init3 + initRow;
        FloatVector c40 = FloatVector.fromMemorySegment(F32, MEM, init4, ORDER);
        FloatVector c41 = FloatVector.fromMemorySegment(F32, MEM, init4 + BYTES, ORDER);
        long init5 = init4 + initRow;
        FloatVector c50 = FloatVector.fromMemorySegment(F32, MEM, init5, ORDER);
        FloatVector c51 = FloatVector.fromMemorySegment(F32, MEM, init5 + BYTES, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aRow));
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow));
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow));
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 4 * aRow));
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 5 * aRow));
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            a = (a + aCol) & ADDRESS;
            b = (b + bRow) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(c00)).intoMemorySegment(MEM, c, ORDER);
        ((FloatVector) VECTOR.cast(c01)).intoMemorySegment(MEM, c + BYTES, ORDER);
        long c1At = c + cRow;
        ((FloatVector) VECTOR.cast(c10)).intoMemorySegment(MEM, c1At, ORDER);
        ((FloatVector) VECTOR.cast(c11)).intoMemorySegment(MEM, c1At + BYTES, ORDER);
        long c2At = c1At + cRow;
        ((FloatVector) VECTOR.cast(c20)).intoMemorySegment(MEM, c2At, ORDER);
        ((FloatVector) VECTOR.cast(c21)).intoMemorySegment(MEM, c2At + BYTES, ORDER);
        long c3At = c2At + cRow;
        ((FloatVector) VECTOR.cast(c30)).intoMemorySegment(MEM, c3At, ORDER);
        ((FloatVector) VECTOR.cast(c31)).intoMemorySegment(MEM, c3At + BYTES, ORDER);
        long c4At = c3At + cRow;
        ((FloatVector) VECTOR.cast(c40)).intoMemorySegment(MEM, c4At, ORDER);
        ((FloatVector) VECTOR.cast(c41)).intoMemorySegment(MEM, c4At + BYTES, ORDER);
        long c5At = c4At + cRow;
        ((FloatVector) VECTOR.cast(c50)).intoMemorySegment(MEM, c5At, ORDER);
        ((FloatVector) VECTOR.cast(c51)).intoMemorySegment(MEM, c5At + BYTES, ORDER);
    }

    /** A tile of 4 rows. */
    static void rows4(
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        a &= ADDRESS;
        aRow &= ADDRESS;
        b &= ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEM, init + BYTES, ORDER);
        long init1 = init + initRow;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEM, init1, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEM, init1 + BYTES, ORDER);
        long init2 = init1 + initRow;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEM, init2, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEM, init2 + BYTES, ORDER);
        long init3 = init2 + initRow;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEM, init3, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEM, init3 + BYTES, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aRow));
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow));
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow));
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            a = (a + aCol) & ADDRESS;
            b = (b + bRow) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(c00)).intoMemorySegment(MEM, c, ORDER);
        ((FloatVector) VECTOR.cast(c01)).intoMemorySegment(MEM, c + BYTES, ORDER);
        long c1At = c + cRow;
        ((FloatVector) VECTOR.cast(c10)).intoMemorySegment(MEM, c1At, ORDER);
        ((FloatVector) VECTOR.cast(c11)).intoMemorySegment(MEM, c1At + BYTES, ORDER);
        long c2At = c1At + cRow;
        ((FloatVector) VECTOR.cast(c20)).intoMemorySegment(MEM, c2At, ORDER);
        ((FloatVector) VECTOR.cast(c21)).intoMemorySegment(MEM, c2At + BYTES, ORDER);
        long c3At = c2At + cRow;
        ((FloatVector) VECTOR.cast(c30)).intoMemorySegment(MEM, c3At, ORDER);
        ((FloatVector) VECTOR.cast(c31)).intoMemorySegment(MEM, c3At + BYTES, ORDER);
    }

    /** A tile of 2 rows. */
    static void rows2(
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        a &= ADDRESS;
        aRow &= ADDRESS;
        b &= ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEM, init + BYTES, ORDER);
        long init1 = init + initRow;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEM, init1, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEM, init1 + BYTES, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aRow));
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            a = (a + aCol) & ADDRESS;
            b = (b + bRow) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(c00)).intoMemorySegment(MEM, c, ORDER);
        ((FloatVector) VECTOR.cast(c01)).intoMemorySegment(MEM, c + BYTES, ORDER);
        long c1At = c + cRow;
        ((FloatVector) VECTOR.cast(c10)).intoMemorySegment(MEM, c1At, ORDER);
        ((FloatVector) VECTOR.cast(c11)).intoMemorySegment(MEM, c1At + BYTES, ORDER);
    }

    /** A tile of 1 row. */
    static void rows1(
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long init,
            long initRow,
            long c,
            long cRow) {
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEM, init + BYTES, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            a += aCol;
            b += bRow;
        }
        ((FloatVector) VECTOR.cast(c00)).intoMemorySegment(MEM, c, ORDER);
        ((FloatVector) VECTOR.cast(c01)).intoMemorySegment(MEM, c + BYTES, ORDER);
    }
}
