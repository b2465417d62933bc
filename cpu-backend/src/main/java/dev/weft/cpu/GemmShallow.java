package dev.weft.cpu;

import static dev.weft.cpu.Lanes.BYTES;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import jdk.incubator.vector.FloatVector;

/**
 * c = init + a b for a panel of C that is four vectors wide, where K is a few rows of b: as for the
 * gradient of a hidden layer before one of ten outputs.
 *
 * <p>A tile ({@link GemmTile4}) then spends a third of its time on its start and end. Here up to
 * five rows of b stay in 20 registers while the rows of C go by, with nothing to start or to end
 * but once for all: 64×128×10 takes 0.85 to 0.94 of the tiles' time on Zen 5. From K = 11 on they
 * have made up for it, as C is read and written again for each five rows of b.
 *
 * <p>Each element is one chain of multiply-adds in the order of k, as in the tiles. Addresses are
 * as there, and so is the direct use of the vector API.
 */
final class GemmShallow {
    /** The range of K for which this pays. */
    private static final int LEAST_DEPTH = 3;

    private static final int MOST_DEPTH = 10;

    /** The fewest rows for which it pays to load b first. */
    private static final int LEAST_ROWS = 8;

    /** The most rows of b that the registers have room for. */
    private static final int PASS = 5;

    /**
     * Rows of C that go by before the next rows of b: they have to stay in the first-level cache.
     */
    private static final int GROUP = 64;

    /**
     * The most bytes from one row of C to the next. Rows 4 KB apart share their cache sets, and
     * what is written row by row then takes three times as long as by tiles.
     */
    private static final int MOST_ROW_BYTES = 2048;

    private GemmShallow() {}

    /** Whether this is faster than tiles. */
    static boolean pays(int rows, int k, long cRow) {
        return k >= LEAST_DEPTH && k <= MOST_DEPTH && rows >= LEAST_ROWS && cRow <= MOST_ROW_BYTES;
    }

    /** Computes the panel; strides are in bytes. */
    static void multiply(
            int rows,
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
        for (int i = 0; i < rows; i += GROUP) {
            multiplyGroup(
                    Math.min(GROUP, rows - i),
                    k,
                    a + i * aRow,
                    aRow,
                    aCol,
                    b,
                    bRow,
                    init + i * initRow,
                    initRow,
                    c + i * cRow,
                    cRow);
        }
    }

    /** In the fewest passes, each over as many rows of b as the next, or one more. */
    private static void multiplyGroup(
            int rows,
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
        int left = k;
        while (left > 0) {
            int passes = (left + PASS - 1) / PASS;
            int depth = (left + passes - 1) / passes;
            switch (depth) {
                case 5 -> add5(rows, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
                case 4 -> add4(rows, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
                default -> add3(rows, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            }
            init = c;
            initRow = cRow;
            a += depth * aCol;
            b += depth * bRow;
            left -= depth;
        }
    }

    /** Adds 5 rows of b. */
    private static void add5(
            int rows,
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
        aCol &= ADDRESS;
        b &= ADDRESS;
        bRow &= ADDRESS;
        init &= ADDRESS;
        initRow &= ADDRESS;
        c &= ADDRESS;
        cRow &= ADDRESS;
        FloatVector b00 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
        FloatVector b01 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
        FloatVector b02 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * BYTES, ORDER);
        FloatVector b03 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * BYTES, ORDER);
        FloatVector b10 = FloatVector.fromMemorySegment(F32, MEM, b + bRow, ORDER);
        FloatVector b11 = FloatVector.fromMemorySegment(F32, MEM, b + bRow + BYTES, ORDER);
        FloatVector b12 = FloatVector.fromMemorySegment(F32, MEM, b + bRow + 2 * BYTES, ORDER);
        FloatVector b13 = FloatVector.fromMemorySegment(F32, MEM, b + bRow + 3 * BYTES, ORDER);
        FloatVector b20 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow, ORDER);
        FloatVector b21 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow + BYTES, ORDER);
        FloatVector b22 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow + 2 * BYTES, ORDER);
        FloatVector b23 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow + 3 * BYTES, ORDER);
        FloatVector b30 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * bRow, ORDER);
        FloatVector b31 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * bRow + BYTES, ORDER);
        FloatVector b32 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * bRow + 2 * BYTES, ORDER);
        FloatVector b33 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * bRow + 3 * BYTES, ORDER);
        FloatVector b40 = FloatVector.fromMemorySegment(F32, MEM, b + 4 * bRow, ORDER);
        FloatVector b41 = FloatVector.fromMemorySegment(F32, MEM, b + 4 * bRow + BYTES, ORDER);
        FloatVector b42 = FloatVector.fromMemorySegment(F32, MEM, b + 4 * bRow + 2 * BYTES, ORDER);
        FloatVector b43 = FloatVector.fromMemorySegment(F32, MEM, b + 4 * bRow + 3 * BYTES, ORDER);
        for (int i = 0; i < rows; i++) {
            FloatVector c0 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
            FloatVector c1 = FloatVector.fromMemorySegment(F32, MEM, init + BYTES, ORDER);
            FloatVector c2 = FloatVector.fromMemorySegment(F32, MEM, init + 2 * BYTES, ORDER);
            FloatVector c3 = FloatVector.fromMemorySegment(F32, MEM, init + 3 * BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c0 = a0.fma(b00, c0);
            c1 = a0.fma(b01, c1);
            c2 = a0.fma(b02, c2);
            c3 = a0.fma(b03, c3);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aCol));
            c0 = a1.fma(b10, c0);
            c1 = a1.fma(b11, c1);
            c2 = a1.fma(b12, c2);
            c3 = a1.fma(b13, c3);
            FloatVector a2 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 2 * aCol));
            c0 = a2.fma(b20, c0);
            c1 = a2.fma(b21, c1);
            c2 = a2.fma(b22, c2);
            c3 = a2.fma(b23, c3);
            FloatVector a3 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 3 * aCol));
            c0 = a3.fma(b30, c0);
            c1 = a3.fma(b31, c1);
            c2 = a3.fma(b32, c2);
            c3 = a3.fma(b33, c3);
            FloatVector a4 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 4 * aCol));
            c0 = a4.fma(b40, c0);
            c1 = a4.fma(b41, c1);
            c2 = a4.fma(b42, c2);
            c3 = a4.fma(b43, c3);
            c0.intoMemorySegment(MEM, c, ORDER);
            c1.intoMemorySegment(MEM, c + BYTES, ORDER);
            c2.intoMemorySegment(MEM, c + 2 * BYTES, ORDER);
            c3.intoMemorySegment(MEM, c + 3 * BYTES, ORDER);
            a = (a + aRow) & ADDRESS;
            init = (init + initRow) & ADDRESS;
            c = (c + cRow) & ADDRESS;
        }
    }

    /** Adds 4 rows of b. */
    private static void add4(
            int rows,
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
        aCol &= ADDRESS;
        b &= ADDRESS;
        bRow &= ADDRESS;
        init &= ADDRESS;
        initRow &= ADDRESS;
        c &= ADDRESS;
        cRow &= ADDRESS;
        FloatVector b00 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
        FloatVector b01 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
        FloatVector b02 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * BYTES, ORDER);
        FloatVector b03 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * BYTES, ORDER);
        FloatVector b10 = FloatVector.fromMemorySegment(F32, MEM, b + bRow, ORDER);
        FloatVector b11 = FloatVector.fromMemorySegment(F32, MEM, b + bRow + BYTES, ORDER);
        FloatVector b12 = FloatVector.fromMemorySegment(F32, MEM, b + bRow + 2 * BYTES, ORDER);
        FloatVector b13 = FloatVector.fromMemorySegment(F32, MEM, b + bRow + 3 * BYTES, ORDER);
        FloatVector b20 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow, ORDER);
        FloatVector b21 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow + BYTES, ORDER);
        FloatVector b22 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow + 2 * BYTES, ORDER);
        FloatVector b23 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow + 3 * BYTES, ORDER);
        FloatVector b30 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * bRow, ORDER);
        FloatVector b31 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * bRow + BYTES, ORDER);
        FloatVector b32 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * bRow + 2 * BYTES, ORDER);
        FloatVector b33 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * bRow + 3 * BYTES, ORDER);
        for (int i = 0; i < rows; i++) {
            FloatVector c0 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
            FloatVector c1 = FloatVector.fromMemorySegment(F32, MEM, init + BYTES, ORDER);
            FloatVector c2 = FloatVector.fromMemorySegment(F32, MEM, init + 2 * BYTES, ORDER);
            FloatVector c3 = FloatVector.fromMemorySegment(F32, MEM, init + 3 * BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c0 = a0.fma(b00, c0);
            c1 = a0.fma(b01, c1);
            c2 = a0.fma(b02, c2);
            c3 = a0.fma(b03, c3);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aCol));
            c0 = a1.fma(b10, c0);
            c1 = a1.fma(b11, c1);
            c2 = a1.fma(b12, c2);
            c3 = a1.fma(b13, c3);
            FloatVector a2 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 2 * aCol));
            c0 = a2.fma(b20, c0);
            c1 = a2.fma(b21, c1);
            c2 = a2.fma(b22, c2);
            c3 = a2.fma(b23, c3);
            FloatVector a3 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 3 * aCol));
            c0 = a3.fma(b30, c0);
            c1 = a3.fma(b31, c1);
            c2 = a3.fma(b32, c2);
            c3 = a3.fma(b33, c3);
            c0.intoMemorySegment(MEM, c, ORDER);
            c1.intoMemorySegment(MEM, c + BYTES, ORDER);
            c2.intoMemorySegment(MEM, c + 2 * BYTES, ORDER);
            c3.intoMemorySegment(MEM, c + 3 * BYTES, ORDER);
            a = (a + aRow) & ADDRESS;
            init = (init + initRow) & ADDRESS;
            c = (c + cRow) & ADDRESS;
        }
    }

    /** Adds 3 rows of b. */
    private static void add3(
            int rows,
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
        aCol &= ADDRESS;
        b &= ADDRESS;
        bRow &= ADDRESS;
        init &= ADDRESS;
        initRow &= ADDRESS;
        c &= ADDRESS;
        cRow &= ADDRESS;
        FloatVector b00 = FloatVector.fromMemorySegment(F32, MEM, b, ORDER);
        FloatVector b01 = FloatVector.fromMemorySegment(F32, MEM, b + BYTES, ORDER);
        FloatVector b02 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * BYTES, ORDER);
        FloatVector b03 = FloatVector.fromMemorySegment(F32, MEM, b + 3 * BYTES, ORDER);
        FloatVector b10 = FloatVector.fromMemorySegment(F32, MEM, b + bRow, ORDER);
        FloatVector b11 = FloatVector.fromMemorySegment(F32, MEM, b + bRow + BYTES, ORDER);
        FloatVector b12 = FloatVector.fromMemorySegment(F32, MEM, b + bRow + 2 * BYTES, ORDER);
        FloatVector b13 = FloatVector.fromMemorySegment(F32, MEM, b + bRow + 3 * BYTES, ORDER);
        FloatVector b20 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow, ORDER);
        FloatVector b21 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow + BYTES, ORDER);
        FloatVector b22 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow + 2 * BYTES, ORDER);
        FloatVector b23 = FloatVector.fromMemorySegment(F32, MEM, b + 2 * bRow + 3 * BYTES, ORDER);
        for (int i = 0; i < rows; i++) {
            FloatVector c0 = FloatVector.fromMemorySegment(F32, MEM, init, ORDER);
            FloatVector c1 = FloatVector.fromMemorySegment(F32, MEM, init + BYTES, ORDER);
            FloatVector c2 = FloatVector.fromMemorySegment(F32, MEM, init + 2 * BYTES, ORDER);
            FloatVector c3 = FloatVector.fromMemorySegment(F32, MEM, init + 3 * BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a));
            c0 = a0.fma(b00, c0);
            c1 = a0.fma(b01, c1);
            c2 = a0.fma(b02, c2);
            c3 = a0.fma(b03, c3);
            FloatVector a1 = FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + aCol));
            c0 = a1.fma(b10, c0);
            c1 = a1.fma(b11, c1);
            c2 = a1.fma(b12, c2);
            c3 = a1.fma(b13, c3);
            FloatVector a2 =
                    FloatVector.broadcast(F32, MEM.get(JAVA_FLOAT_UNALIGNED, a + 2 * aCol));
            c0 = a2.fma(b20, c0);
            c1 = a2.fma(b21, c1);
            c2 = a2.fma(b22, c2);
            c3 = a2.fma(b23, c3);
            c0.intoMemorySegment(MEM, c, ORDER);
            c1.intoMemorySegment(MEM, c + BYTES, ORDER);
            c2.intoMemorySegment(MEM, c + 2 * BYTES, ORDER);
            c3.intoMemorySegment(MEM, c + 3 * BYTES, ORDER);
            a = (a + aRow) & ADDRESS;
            init = (init + initRow) & ADDRESS;
            c = (c + cRow) & ADDRESS;
        }
    }
}
