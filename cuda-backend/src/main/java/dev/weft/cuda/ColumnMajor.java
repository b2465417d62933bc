package dev.weft.cuda;

import dev.weft.DType;
import dev.weft.gpu.MatrixProduct;
import dev.weft.gpu.MatrixProduct.Matrix;

import org.jspecify.annotations.Nullable;

/**
 * A product as cuBLAS takes it, whose matrices are column-major. What is c in row-major order is cᵀ
 * in column-major order, and cᵀ = bᵀ aᵀ: so b comes first, m and n change places, and nothing is
 * copied.
 *
 * @param dtype the operands' type
 * @param m rows of the first operand and of the result, in column-major order
 * @param n columns of the second operand and of the result
 * @param k what is summed over
 * @param batch how many products
 */
record ColumnMajor(
        DType dtype,
        int m,
        int n,
        int k,
        int batch,
        double alpha,
        Operand first,
        Operand second,
        double beta,
        Operand result) {
    /**
     * A matrix.
     *
     * @param dtype its elements' type
     * @param transposed whether the product takes the transpose of what lies at the address
     * @param address of the first element
     * @param leading elements from one column to the next
     * @param stride elements from one matrix of a batch to the next
     */
    record Operand(DType dtype, boolean transposed, long address, int leading, long stride) {}

    /**
     * The product in column-major order, or null where cuBLAS cannot do it: where an extent is 0 or
     * beyond 2³¹, where alpha is 0 (cuBLAS then overlooks a's and b's NaNs), and where rows overlap
     * or neither axis is without gaps.
     */
    static @Nullable ColumnMajor of(MatrixProduct product) {
        long m = product.n();
        long n = product.m();
        long k = product.k();
        if (k == 0
                || product.alpha() == 0
                || Math.max(Math.max(m, n), Math.max(k, product.batch())) > Integer.MAX_VALUE) {
            return null;
        }
        Operand first = operand(product.b(), k, m);
        Operand second = operand(product.a(), n, k);
        Operand result = operand(product.c(), n, m);
        if (first == null || second == null || result == null || result.transposed) {
            return null;
        }
        return new ColumnMajor(
                product.a().dtype(),
                (int) m,
                (int) n,
                (int) k,
                (int) product.batch(),
                product.alpha(),
                first,
                second,
                product.beta(),
                result);
    }

    /** A row-major rows×columns matrix. Of an axis of one element the stride does not matter. */
    private static @Nullable Operand operand(Matrix x, long rows, long columns) {
        long leading;
        boolean transposed;
        if (x.column() == 1 && (rows == 1 || x.row() >= columns)) {
            leading = rows == 1 ? columns : x.row();
            transposed = false;
        } else if ((x.row() == 1 || rows == 1) && (columns == 1 || x.column() >= rows)) {
            leading = columns == 1 ? rows : x.column();
            transposed = true;
        } else {
            return null;
        }
        return leading > Integer.MAX_VALUE
                ? null
                : new Operand(
                        x.dtype(),
                        transposed,
                        x.memory() + x.offset() * x.dtype().bytes(),
                        (int) leading,
                        x.batch());
    }
}
