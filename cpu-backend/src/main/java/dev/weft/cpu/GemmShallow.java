// twin: F64
package dev.weft.cpu;

/**
 * c = init + a b for a panel of C that is four vectors wide, where K is a few rows of b: as for the
 * gradient of a hidden layer before one of ten outputs.
 *
 * <p>A tile ({@link GemmTile}) then spends a third of its time on its start and end. Here up to
 * five rows of b stay in 20 registers while the rows of C go by, with nothing to start or to end
 * but once for all: 64×128×10 takes 0.85 to 0.94 of the tiles' time on Zen 5. From K = 11 on they
 * have made up for it, as C is read and written again for each five rows of b.
 *
 * <p>Each element is one chain of multiply-adds in the order of k, as in the tiles.
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
                case 5 -> GemmTile.depth5(rows, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
                case 4 -> GemmTile.depth4(rows, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
                default -> GemmTile.depth3(rows, a, aRow, aCol, b, bRow, init, initRow, c, cRow);
            }
            init = c;
            initRow = cRow;
            a += depth * aCol;
            b += depth * bRow;
            left -= depth;
        }
    }
}
