package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.View;

/**
 * c = alpha a b + beta c, with a m×k, b k×n, c m×n, for each of {@code batch} triples of matrices.
 * a and b have one floating type; c has it too, or F32 where they are F16 or BF16.
 *
 * @param m rows of a and c
 * @param n columns of b and c
 * @param k columns of a, rows of b
 */
public record MatrixProduct(
        long m,
        long n,
        long k,
        long batch,
        double alpha,
        Matrix a,
        Matrix b,
        double beta,
        Matrix c) {
    /**
     * Element (i, j) of batch z lies at offset + i row + j column + z batch, counted in elements.
     *
     * @param dtype the elements' type
     * @param memory the driver's handle
     * @param row the stride from one row to the next
     * @param column the stride from one column to the next
     * @param batch the stride from one matrix to the next; 0 where one serves all
     */
    public record Matrix(DType dtype, long memory, long offset, long row, long column, long batch) {
        static Matrix of(View x) {
            // A stride that is never used may be anything: 1 says that the elements are adjacent.
            return new Matrix(
                    x.dtype(),
                    GpuBuffer.memory(x),
                    x.offset(),
                    x.dim(-2) > 1 ? x.stride(-2) : x.dim(-1),
                    x.dim(-1) > 1 ? x.stride(-1) : 1,
                    x.rank() == 3 ? x.stride(0) : 0);
        }

        Matrix transposed() {
            return new Matrix(dtype, memory, offset, column, row, batch);
        }
    }

    static MatrixProduct of(double alpha, View a, View b, double beta, View c) {
        return new MatrixProduct(
                c.dim(-2),
                c.dim(-1),
                a.dim(-1),
                c.rank() == 3 ? c.dim(0) : 1,
                alpha,
                Matrix.of(a),
                Matrix.of(b),
                beta,
                Matrix.of(c));
    }
}
