package dev.weft.benchmarks.task;

/** A matrix product in double, one element at a time. */
final class Product {
    /** 2u of F32. */
    private static final double ROUNDING = 0x1p-23;

    private final int n;
    private final int k;
    private final int aRow;
    private final int aDepth;
    private final int bColumn;
    private final int bDepth;
    private final float[] a;
    private final float[] b;
    private final int aStart;
    private final int bStart;

    Product(int m, int n, int k, boolean transA, boolean transB, float[] a, float[] b) {
        this(m, n, k, transA, transB, a, b, 0);
    }

    /** Number {@code index} of products that are stored one after the other. */
    Product(int m, int n, int k, boolean transA, boolean transB, float[] a, float[] b, int index) {
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

    /** How far an F32 sum of any order may be off: 2u (k + 2) Σ|a||b|. */
    double bound(int i) {
        return ROUNDING * (k + 2) * sum(i, true);
    }

    private double sum(int i, boolean magnitude) {
        int from = aStart + i / n * aRow;
        int with = bStart + i % n * bColumn;
        double sum = 0;
        for (int p = 0; p < k; p++) {
            double product = (double) a[from + p * aDepth] * b[with + p * bDepth];
            sum += magnitude ? Math.abs(product) : product;
        }
        return sum;
    }
}
