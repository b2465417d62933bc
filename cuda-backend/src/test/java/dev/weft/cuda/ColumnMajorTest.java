package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.weft.DType;
import dev.weft.gpu.MatrixProduct;
import dev.weft.gpu.MatrixProduct.Matrix;

import org.junit.jupiter.api.Test;

import java.util.Objects;
import java.util.Random;

/** A row-major product, turned and done by the definition of cuBLAS's gemm, is the product. */
class ColumnMajorTest {
    private static final int PAD = 3;
    private static final int[] EXTENTS = {1, 2, 5};
    private static final int BATCH = 2;

    /** Everything is in one array, whose first element has this address. */
    private static final long BASE = 4096;

    private final Random random = new Random(1);
    private final float[] memory = new float[1000];

    /** cuBLAS's documentation: C = alpha op(A) op(B) + beta C, element (i, j) at i + j ld. */
    private void columnMajorGemm(ColumnMajor p) {
        for (int z = 0; z < p.batch(); z++) {
            for (int j = 0; j < p.n(); j++) {
                for (int i = 0; i < p.m(); i++) {
                    float sum = 0;
                    for (int l = 0; l < p.k(); l++) {
                        sum += at(p.first(), z, i, l) * at(p.second(), z, l, j);
                    }
                    int c = index(p.result(), z, i, j);
                    memory[c] = (float) (p.alpha() * sum + p.beta() * memory[c]);
                }
            }
        }
    }

    private float at(ColumnMajor.Operand x, int z, int row, int column) {
        return memory[x.transposed() ? index(x, z, column, row) : index(x, z, row, column)];
    }

    private static int index(ColumnMajor.Operand x, int z, int row, int column) {
        long first = (x.address() - BASE) / Float.BYTES;
        return (int) (first + z * x.stride() + row + (long) column * x.leading());
    }

    /** A matrix from element {@code at} on, with gaps, as it is or transposed. */
    private static Matrix matrix(int at, int rows, int columns, boolean transposed) {
        int leading = (transposed ? rows : columns) + PAD;
        return new Matrix(
                DType.F32,
                BASE,
                at,
                transposed ? 1 : leading,
                transposed ? leading : 1,
                10L * leading);
    }

    private static int index(Matrix x, int z, int row, int column) {
        return (int) (x.offset() + z * x.batch() + row * x.row() + column * x.column());
    }

    private void check(int m, int n, int k, boolean aTransposed, boolean bTransposed) {
        for (int i = 0; i < memory.length; i++) {
            memory[i] = random.nextInt(-9, 10);
        }
        Matrix a = matrix(7, m, k, aTransposed);
        Matrix b = matrix(300, k, n, bTransposed);
        Matrix c = matrix(600, m, n, false);
        float[] expected = memory.clone();
        for (int z = 0; z < BATCH; z++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    float sum = 0;
                    for (int l = 0; l < k; l++) {
                        sum += memory[index(a, z, i, l)] * memory[index(b, z, l, j)];
                    }
                    expected[index(c, z, i, j)] = 2 * sum - memory[index(c, z, i, j)];
                }
            }
        }
        MatrixProduct product = new MatrixProduct(m, n, k, BATCH, 2, a, b, -1, c);
        columnMajorGemm(Objects.requireNonNull(ColumnMajor.of(product)));
        assertArrayEquals(expected, memory, m + " " + n + " " + k);
    }

    @Test
    void everyExtentAndTransposition() {
        for (int m : EXTENTS) {
            for (int n : EXTENTS) {
                for (int k : EXTENTS) {
                    for (int which = 0; which < 4; which++) {
                        check(m, n, k, which % 2 == 1, which / 2 == 1);
                    }
                }
            }
        }
    }

    @Test
    void theSwapIsTheOneOfTheManual() {
        // 2x3 times 3x4, all without gaps: cuBLAS is asked for 4x2 from b and a, nothing
        // transposed.
        Matrix a = new Matrix(DType.F32, BASE, 0, 3, 1, 0);
        Matrix b = new Matrix(DType.F32, BASE, 100, 4, 1, 0);
        Matrix c = new Matrix(DType.F32, BASE, 200, 4, 1, 0);
        assertEquals(
                new ColumnMajor(
                        DType.F32,
                        4,
                        2,
                        3,
                        1,
                        1,
                        new ColumnMajor.Operand(DType.F32, false, BASE + 400, 4, 0),
                        new ColumnMajor.Operand(DType.F32, false, BASE, 3, 0),
                        0,
                        new ColumnMajor.Operand(DType.F32, false, BASE + 800, 4, 0)),
                ColumnMajor.of(new MatrixProduct(2, 4, 3, 1, 1, a, b, 0, c)));
    }

    @Test
    void whatCublasCannotDoIsLeftToTheKernels() {
        Matrix a = new Matrix(DType.F32, BASE, 0, 3, 1, 0);
        Matrix b = new Matrix(DType.F32, BASE, 100, 4, 1, 0);
        Matrix c = new Matrix(DType.F32, BASE, 200, 4, 1, 0);
        Matrix repeated = new Matrix(DType.F32, BASE, 0, 0, 1, 0);
        Matrix gaps = new Matrix(DType.F32, BASE, 0, 8, 2, 0);
        assertNull(ColumnMajor.of(new MatrixProduct(2, 4, 3, 1, 1, repeated, b, 0, c)));
        assertNull(ColumnMajor.of(new MatrixProduct(2, 4, 3, 1, 1, a, gaps, 0, c)));
        assertNull(ColumnMajor.of(new MatrixProduct(2, 4, 0, 1, 1, a, b, 0, c)));
        assertNull(ColumnMajor.of(new MatrixProduct(2, 4, 3, 1, 0, a, b, 0, c)));
        assertNull(ColumnMajor.of(new MatrixProduct(2, 1L << 31, 3, 1, 1, a, b, 0, c)));
    }
}
