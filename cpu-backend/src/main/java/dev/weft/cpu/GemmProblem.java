package dev.weft.cpu;

import dev.weft.backend.Activation;

/**
 * c = activation(alpha a b + beta c + bias), with a M×K, b K×N and c M×N, given by the addresses of
 * their first elements and their strides in bytes. Whether an operand is transposed shows in its
 * strides only. The columns of c are adjacent.
 *
 * @param bias the address of N adjacent elements, or 0 for none
 */
record GemmProblem(
        int m,
        int n,
        int k,
        float alpha,
        long a,
        long aRow,
        long aCol,
        long b,
        long bRow,
        long bCol,
        float beta,
        long c,
        long cRow,
        long bias,
        Activation activation) {

    /**
     * Whether the start value of the accumulators is c: it is scaled and the bias added to it
     * beforehand.
     */
    boolean accumulates() {
        return beta != 0;
    }

    /** Multiplications and additions. */
    double flops() {
        return 2.0 * m * n * k;
    }

    /** What it reads and writes. */
    long bytes() {
        return ((long) m * n + (long) m * k + (long) k * n) * Memory.WORD;
    }

    /** The same product with its operands elsewhere, by so many bytes. */
    GemmProblem moved(long aBy, long bBy, long cBy) {
        return new GemmProblem(
                m,
                n,
                k,
                alpha,
                a + aBy,
                aRow,
                aCol,
                b + bBy,
                bRow,
                bCol,
                beta,
                c + cBy,
                cRow,
                bias,
                activation);
    }
}
