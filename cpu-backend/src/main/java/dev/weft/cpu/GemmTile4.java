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
 * c = init + a b for a tile of C that is four vectors wide: the innermost loops of gemm.
 *
 * <p>Five rows of four vectors take 20 accumulators, 4 registers for b and 1 for a, of 32, and load
 * nine times for 20 multiply-adds: 254 of 258 GFLOP/s on Zen 5 with K = 256; four rows reach 234.
 * Six rows are no faster, and C1 cannot compile them with profiling ("out of virtual registers"): a
 * method that it has compiled without by then stays there for good, with every vector on the heap.
 *
 * <p>Element (i, p) of a lies at {@code a + i aRow + p aCol}; row p of b at {@code b + p bRow}; row
 * i of the start value at {@code init + i initRow} (C itself to accumulate, or a bias or zeros with
 * initRow 0) and of the result at {@code c + i cRow}; all in bytes. So the same code reads packed
 * and unpacked operands, transposed or not.
 *
 * <p>The vector API is called directly, with no method of ours between: C2 stops inlining ordinary
 * methods when 8000 bytecodes have been inlined into one, which 24 loads and stores exceed, but not
 * the API's own, which are forced.
 *
 * <p>Addresses are masked ({@link Memory#ADDRESS}), but not for one and two rows: these were a
 * third and a fifth slower so, with b in the second-level cache.
 */
final class GemmTile4 {
    private GemmTile4() {}

    /** A tile of 5 rows. */
    static void rows5(
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
        FloatVector c02 = FloatVector.fromMemorySegment(F32, MEM, init + 2 * BYTES, ORDER);
        FloatVector c03 = FloatVector.fromMemorySegment(F32, MEM, init + 3 * BYTES, ORDER);
        long init1 = init + initRow;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEM, init1, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEM, init1 + BYTES, ORDER);
        FloatVector c12 = FloatVector.fromMemorySegment(F32, MEM, init1 + 2 * BYTES, ORDER);
        FloatVector c13 = FloatVector.fromMemorySegment(F32, MEM, init1 + 3 * BYTES, ORDER);
        long init2 = init1 + initRow;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEM, init2, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEM, init2 + BYTES, ORDER);
        FloatVector c22 = FloatVector.fromMemorySegment(F32, MEM, init2 + 2 * BYTES, ORDER);
        FloatVector c23 = FloatVector.fromMemorySegment(F32, MEM, init2 + 3 * BYTES, ORDER);
        long init3 = init2 + initRow;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEM, init3, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEM, init3 + BYTES, ORDER);
        FloatVector c32 = FloatVector.fromMemorySegment(F32, MEM, init3 + 2 * BYTES, ORDER);
        FloatVector c33 = FloatVector.fromMemorySegment(F32, MEM, init3 + 3 * BYTES, ORDER);
        long init4 = init3 + initRow;
        FloatVector c40 = FloatVector.fromMemorySegment(F32, MEM, init4, ORDER);
        FloatVector c41 = FloatVector.fromMemorySegment(F32, MEM, init4 + BYTES, ORDER);
        FloatVector c42 = FloatVector.fromMemorySegment(F32, MEM, init4 + 2 * BYTES, ORDER);
        FloatVector c43 = FloatVector.fromMemorySegment(F32, MEM, init4 + 3 * BYTES, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aRow));
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            FloatVector a2 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow));
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            c23 = a2.fma(b3, c23);
            FloatVector a3 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow));
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            c33 = a3.fma(b3, c33);
            FloatVector a4 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 4 * aRow));
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            c42 = a4.fma(b2, c42);
            c43 = a4.fma(b3, c43);
            a = (a + aCol) & ADDRESS;
            b = (b + bRow) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(c00)).intoMemorySegment(MEM, c, ORDER);
        ((FloatVector) VECTOR.cast(c01)).intoMemorySegment(MEM, c + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c02)).intoMemorySegment(MEM, c + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c03)).intoMemorySegment(MEM, c + 3 * BYTES, ORDER);
        long c1At = c + cRow;
        ((FloatVector) VECTOR.cast(c10)).intoMemorySegment(MEM, c1At, ORDER);
        ((FloatVector) VECTOR.cast(c11)).intoMemorySegment(MEM, c1At + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c12)).intoMemorySegment(MEM, c1At + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c13)).intoMemorySegment(MEM, c1At + 3 * BYTES, ORDER);
        long c2At = c1At + cRow;
        ((FloatVector) VECTOR.cast(c20)).intoMemorySegment(MEM, c2At, ORDER);
        ((FloatVector) VECTOR.cast(c21)).intoMemorySegment(MEM, c2At + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c22)).intoMemorySegment(MEM, c2At + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c23)).intoMemorySegment(MEM, c2At + 3 * BYTES, ORDER);
        long c3At = c2At + cRow;
        ((FloatVector) VECTOR.cast(c30)).intoMemorySegment(MEM, c3At, ORDER);
        ((FloatVector) VECTOR.cast(c31)).intoMemorySegment(MEM, c3At + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c32)).intoMemorySegment(MEM, c3At + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c33)).intoMemorySegment(MEM, c3At + 3 * BYTES, ORDER);
        long c4At = c3At + cRow;
        ((FloatVector) VECTOR.cast(c40)).intoMemorySegment(MEM, c4At, ORDER);
        ((FloatVector) VECTOR.cast(c41)).intoMemorySegment(MEM, c4At + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c42)).intoMemorySegment(MEM, c4At + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c43)).intoMemorySegment(MEM, c4At + 3 * BYTES, ORDER);
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
        FloatVector c02 = FloatVector.fromMemorySegment(F32, MEM, init + 2 * BYTES, ORDER);
        FloatVector c03 = FloatVector.fromMemorySegment(F32, MEM, init + 3 * BYTES, ORDER);
        long init1 = init + initRow;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEM, init1, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEM, init1 + BYTES, ORDER);
        FloatVector c12 = FloatVector.fromMemorySegment(F32, MEM, init1 + 2 * BYTES, ORDER);
        FloatVector c13 = FloatVector.fromMemorySegment(F32, MEM, init1 + 3 * BYTES, ORDER);
        long init2 = init1 + initRow;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEM, init2, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEM, init2 + BYTES, ORDER);
        FloatVector c22 = FloatVector.fromMemorySegment(F32, MEM, init2 + 2 * BYTES, ORDER);
        FloatVector c23 = FloatVector.fromMemorySegment(F32, MEM, init2 + 3 * BYTES, ORDER);
        long init3 = init2 + initRow;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEM, init3, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEM, init3 + BYTES, ORDER);
        FloatVector c32 = FloatVector.fromMemorySegment(F32, MEM, init3 + 2 * BYTES, ORDER);
        FloatVector c33 = FloatVector.fromMemorySegment(F32, MEM, init3 + 3 * BYTES, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aRow));
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            FloatVector a2 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow));
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            c23 = a2.fma(b3, c23);
            FloatVector a3 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow));
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            c33 = a3.fma(b3, c33);
            a = (a + aCol) & ADDRESS;
            b = (b + bRow) & ADDRESS;
        }
        ((FloatVector) VECTOR.cast(c00)).intoMemorySegment(MEM, c, ORDER);
        ((FloatVector) VECTOR.cast(c01)).intoMemorySegment(MEM, c + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c02)).intoMemorySegment(MEM, c + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c03)).intoMemorySegment(MEM, c + 3 * BYTES, ORDER);
        long c1At = c + cRow;
        ((FloatVector) VECTOR.cast(c10)).intoMemorySegment(MEM, c1At, ORDER);
        ((FloatVector) VECTOR.cast(c11)).intoMemorySegment(MEM, c1At + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c12)).intoMemorySegment(MEM, c1At + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c13)).intoMemorySegment(MEM, c1At + 3 * BYTES, ORDER);
        long c2At = c1At + cRow;
        ((FloatVector) VECTOR.cast(c20)).intoMemorySegment(MEM, c2At, ORDER);
        ((FloatVector) VECTOR.cast(c21)).intoMemorySegment(MEM, c2At + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c22)).intoMemorySegment(MEM, c2At + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c23)).intoMemorySegment(MEM, c2At + 3 * BYTES, ORDER);
        long c3At = c2At + cRow;
        ((FloatVector) VECTOR.cast(c30)).intoMemorySegment(MEM, c3At, ORDER);
        ((FloatVector) VECTOR.cast(c31)).intoMemorySegment(MEM, c3At + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c32)).intoMemorySegment(MEM, c3At + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c33)).intoMemorySegment(MEM, c3At + 3 * BYTES, ORDER);
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
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEM, init + BYTES, ORDER);
        FloatVector c02 = FloatVector.fromMemorySegment(F32, MEM, init + 2 * BYTES, ORDER);
        FloatVector c03 = FloatVector.fromMemorySegment(F32, MEM, init + 3 * BYTES, ORDER);
        long init1 = init + initRow;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEM, init1, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEM, init1 + BYTES, ORDER);
        FloatVector c12 = FloatVector.fromMemorySegment(F32, MEM, init1 + 2 * BYTES, ORDER);
        FloatVector c13 = FloatVector.fromMemorySegment(F32, MEM, init1 + 3 * BYTES, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aRow));
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            a += aCol;
            b += bRow;
        }
        ((FloatVector) VECTOR.cast(c00)).intoMemorySegment(MEM, c, ORDER);
        ((FloatVector) VECTOR.cast(c01)).intoMemorySegment(MEM, c + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c02)).intoMemorySegment(MEM, c + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c03)).intoMemorySegment(MEM, c + 3 * BYTES, ORDER);
        long c1At = c + cRow;
        ((FloatVector) VECTOR.cast(c10)).intoMemorySegment(MEM, c1At, ORDER);
        ((FloatVector) VECTOR.cast(c11)).intoMemorySegment(MEM, c1At + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c12)).intoMemorySegment(MEM, c1At + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c13)).intoMemorySegment(MEM, c1At + 3 * BYTES, ORDER);
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
        FloatVector c02 = FloatVector.fromMemorySegment(F32, MEM, init + 2 * BYTES, ORDER);
        FloatVector c03 = FloatVector.fromMemorySegment(F32, MEM, init + 3 * BYTES, ORDER);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            a += aCol;
            b += bRow;
        }
        ((FloatVector) VECTOR.cast(c00)).intoMemorySegment(MEM, c, ORDER);
        ((FloatVector) VECTOR.cast(c01)).intoMemorySegment(MEM, c + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c02)).intoMemorySegment(MEM, c + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c03)).intoMemorySegment(MEM, c + 3 * BYTES, ORDER);
    }
}
