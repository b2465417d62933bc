package dev.weft.cpu;

import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import jdk.incubator.vector.FloatVector;

/**
 * c = init + a b for a tile of C that is one vector wide: the innermost loops of gemm.
 *
 * <p>For the columns that are left over. It loads a value of a for each multiply-add, so that loads
 * limit it: 12 rows reach 60 % of the peak on Zen 5.
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
final class GemmTile1 {
    private GemmTile1() {}

    /** A tile of 12 rows. */
    static void rows12(
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
        FloatVector c0 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        long init1 = init + initRow;
        FloatVector c1 = FloatVector.fromMemorySegment(F32, MEM, init1, ORDER);
        long init2 = init1 + initRow;
        FloatVector c2 = FloatVector.fromMemorySegment(F32, MEM, init2, ORDER);
        long init3 = init2 + initRow;
        FloatVector c3 = FloatVector.fromMemorySegment(F32, MEM, init3, ORDER);
        long init4 = init3 + initRow;
        FloatVector c4 = FloatVector.fromMemorySegment(F32, MEM, init4, ORDER);
        long init5 = init4 + initRow;
        FloatVector c5 = FloatVector.fromMemorySegment(F32, MEM, init5, ORDER);
        long init6 = init5 + initRow;
        FloatVector c6 = FloatVector.fromMemorySegment(F32, MEM, init6, ORDER);
        long init7 = init6 + initRow;
        FloatVector c7 = FloatVector.fromMemorySegment(F32, MEM, init7, ORDER);
        long init8 = init7 + initRow;
        FloatVector c8 = FloatVector.fromMemorySegment(F32, MEM, init8, ORDER);
        long init9 = init8 + initRow;
        FloatVector c9 = FloatVector.fromMemorySegment(F32, MEM, init9, ORDER);
        long init10 = init9 + initRow;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEM, init10, ORDER);
        long init11 = init10 + initRow;
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEM, init11, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c0 = a0.fma(b0, c0);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aRow));
            c1 = a1.fma(b0, c1);
            FloatVector a2 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow));
            c2 = a2.fma(b0, c2);
            FloatVector a3 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow));
            c3 = a3.fma(b0, c3);
            FloatVector a4 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 4 * aRow));
            c4 = a4.fma(b0, c4);
            FloatVector a5 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 5 * aRow));
            c5 = a5.fma(b0, c5);
            FloatVector a6 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 6 * aRow));
            c6 = a6.fma(b0, c6);
            FloatVector a7 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 7 * aRow));
            c7 = a7.fma(b0, c7);
            FloatVector a8 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 8 * aRow));
            c8 = a8.fma(b0, c8);
            FloatVector a9 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 9 * aRow));
            c9 = a9.fma(b0, c9);
            FloatVector a10 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 10 * aRow));
            c10 = a10.fma(b0, c10);
            FloatVector a11 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 11 * aRow));
            c11 = a11.fma(b0, c11);
            a = (a + aCol) & ADDRESS;
            b = (b + bRow) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(c0)).intoMemorySegment(MEM, c, ORDER);
        long c1At = c + cRow;
        ((FloatVector) VECTOR.cast(c1)).intoMemorySegment(MEM, c1At, ORDER);
        long c2At = c1At + cRow;
        ((FloatVector) VECTOR.cast(c2)).intoMemorySegment(MEM, c2At, ORDER);
        long c3At = c2At + cRow;
        ((FloatVector) VECTOR.cast(c3)).intoMemorySegment(MEM, c3At, ORDER);
        long c4At = c3At + cRow;
        ((FloatVector) VECTOR.cast(c4)).intoMemorySegment(MEM, c4At, ORDER);
        long c5At = c4At + cRow;
        ((FloatVector) VECTOR.cast(c5)).intoMemorySegment(MEM, c5At, ORDER);
        long c6At = c5At + cRow;
        ((FloatVector) VECTOR.cast(c6)).intoMemorySegment(MEM, c6At, ORDER);
        long c7At = c6At + cRow;
        ((FloatVector) VECTOR.cast(c7)).intoMemorySegment(MEM, c7At, ORDER);
        long c8At = c7At + cRow;
        ((FloatVector) VECTOR.cast(c8)).intoMemorySegment(MEM, c8At, ORDER);
        long c9At = c8At + cRow;
        ((FloatVector) VECTOR.cast(c9)).intoMemorySegment(MEM, c9At, ORDER);
        long c10At = c9At + cRow;
        ((FloatVector) VECTOR.cast(c10)).intoMemorySegment(MEM, c10At, ORDER);
        long c11At = c10At + cRow;
        ((FloatVector) VECTOR.cast(c11)).intoMemorySegment(MEM, c11At, ORDER);
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
        FloatVector c0 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        long init1 = init + initRow;
        FloatVector c1 = FloatVector.fromMemorySegment(F32, MEM, init1, ORDER);
        long init2 = init1 + initRow;
        FloatVector c2 = FloatVector.fromMemorySegment(F32, MEM, init2, ORDER);
        long init3 = init2 + initRow;
        FloatVector c3 = FloatVector.fromMemorySegment(F32, MEM, init3, ORDER);
        long init4 = init3 + initRow;
        FloatVector c4 = FloatVector.fromMemorySegment(F32, MEM, init4, ORDER);
        long init5 = init4 + initRow;
        FloatVector c5 = FloatVector.fromMemorySegment(F32, MEM, init5, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c0 = a0.fma(b0, c0);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aRow));
            c1 = a1.fma(b0, c1);
            FloatVector a2 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow));
            c2 = a2.fma(b0, c2);
            FloatVector a3 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow));
            c3 = a3.fma(b0, c3);
            FloatVector a4 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 4 * aRow));
            c4 = a4.fma(b0, c4);
            FloatVector a5 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 5 * aRow));
            c5 = a5.fma(b0, c5);
            a = (a + aCol) & ADDRESS;
            b = (b + bRow) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(c0)).intoMemorySegment(MEM, c, ORDER);
        long c1At = c + cRow;
        ((FloatVector) VECTOR.cast(c1)).intoMemorySegment(MEM, c1At, ORDER);
        long c2At = c1At + cRow;
        ((FloatVector) VECTOR.cast(c2)).intoMemorySegment(MEM, c2At, ORDER);
        long c3At = c2At + cRow;
        ((FloatVector) VECTOR.cast(c3)).intoMemorySegment(MEM, c3At, ORDER);
        long c4At = c3At + cRow;
        ((FloatVector) VECTOR.cast(c4)).intoMemorySegment(MEM, c4At, ORDER);
        long c5At = c4At + cRow;
        ((FloatVector) VECTOR.cast(c5)).intoMemorySegment(MEM, c5At, ORDER);
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
        FloatVector c0 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        long init1 = init + initRow;
        FloatVector c1 = FloatVector.fromMemorySegment(F32, MEM, init1, ORDER);
        long init2 = init1 + initRow;
        FloatVector c2 = FloatVector.fromMemorySegment(F32, MEM, init2, ORDER);
        long init3 = init2 + initRow;
        FloatVector c3 = FloatVector.fromMemorySegment(F32, MEM, init3, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c0 = a0.fma(b0, c0);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aRow));
            c1 = a1.fma(b0, c1);
            FloatVector a2 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow));
            c2 = a2.fma(b0, c2);
            FloatVector a3 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow));
            c3 = a3.fma(b0, c3);
            a = (a + aCol) & ADDRESS;
            b = (b + bRow) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(c0)).intoMemorySegment(MEM, c, ORDER);
        long c1At = c + cRow;
        ((FloatVector) VECTOR.cast(c1)).intoMemorySegment(MEM, c1At, ORDER);
        long c2At = c1At + cRow;
        ((FloatVector) VECTOR.cast(c2)).intoMemorySegment(MEM, c2At, ORDER);
        long c3At = c2At + cRow;
        ((FloatVector) VECTOR.cast(c3)).intoMemorySegment(MEM, c3At, ORDER);
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
        FloatVector c0 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        long init1 = init + initRow;
        FloatVector c1 = FloatVector.fromMemorySegment(F32, MEM, init1, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c0 = a0.fma(b0, c0);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aRow));
            c1 = a1.fma(b0, c1);
            a = (a + aCol) & ADDRESS;
            b = (b + bRow) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(c0)).intoMemorySegment(MEM, c, ORDER);
        long c1At = c + cRow;
        ((FloatVector) VECTOR.cast(c1)).intoMemorySegment(MEM, c1At, ORDER);
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
        FloatVector c0 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c0 = a0.fma(b0, c0);
            a += aCol;
            b += bRow;
        }
        ((FloatVector) VECTOR.cast(c0)).intoMemorySegment(MEM, c, ORDER);
    }
}
