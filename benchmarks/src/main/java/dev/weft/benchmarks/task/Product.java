package dev.weft.benchmarks.task;

import dev.weft.DType;

/** A matrix product in double, one element at a time. */
final class Product {
    private final DType dtype;
    private final int n;
    private final int k;
    private final int aRow;
    private final int aDepth;
    private final int bColumn;
    private final int bDepth;
    private final double[] a;
    private final double[] b;
    private final int aStart;
    private final int bStart;

    Product(
            DType dtype,
            int m,
            int n,
            int k,
            boolean transA,
            boolean transB,
            double[] a,
            double[] b) {
        this(dtype, m, n, k, transA, transB, a, b, 0);
    }

    /** Number {@code index} of products that are stored one after the other. */
    Product(
            DType dtype,
            int m,
            int n,
            int k,
            boolean transA,
            boolean transB,
            double[] a,
            double[] b,
            int index) {
        this.dtype = dtype;
        this.n = n;
        this.k = k;
        this.a = a;
        this.b = b;
        aRow = transA ? 1 : k;
        aDepth = transA ? m : 1;
        bColumn = transB ? k : 1;
        bDepth = transB ? 1 : n;
        aStart = index * m * k;
        bStart = index * k * n;
    }

    /** Element i of C, row-major. */
    double at(int i) {
        return sum(i, false);
    }

    /**
     * How far a sum of any order may be off: 2u (k + 2) Σ|a||b|, with u of the type that it is
     * added up in; half of that is for the sum in double. A narrower type rounds the result once
     * more.
     */
    double bound(int i) {
        DType wide = dtype.computesIn();
        double sums = 2 * wide.roundoff() * (k + 2) * sum(i, true);
        return wide == dtype ? sums : sums + dtype.roundoff() * (Math.abs(at(i)) + sums);
    }

    private double sum(int i, boolean magnitude) {
        int from = aStart + i / n * aRow;
        int with = bStart + i % n * bColumn;
        double sum = 0;
        for (int p = 0; p < k; p++) {
            double product = a[from + p * aDepth] * b[with + p * bDepth];
            sum += magnitude ? Math.abs(product) : product;
        }
        return sum;
    }
}
