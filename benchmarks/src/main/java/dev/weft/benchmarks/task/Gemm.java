package dev.weft.benchmarks.task;

import dev.weft.DType;

/**
 * C = op(A) op(B), with C m×n and k the depth, row-major.
 *
 * @param group its family, without the type
 * @param dtype of A, B and C; F16 and BF16 are added up in F32
 * @param transA whether A is stored k×m
 * @param transB whether B is stored n×k
 */
public record Gemm(String group, DType dtype, int m, int n, int k, boolean transA, boolean transB)
        implements Task {
    private static final int A_SEED = 42;
    private static final int B_SEED = 43;

    /** All elements are checked of a product of that many multiplications. */
    private static final long SMALL = 1 << 24;

    private static final int SAMPLES = 2000;

    /** A product of n×n matrices, in the family of those transposed alike. */
    public static Gemm square(DType dtype, int n, boolean transA, boolean transB) {
        String group = "gemm " + letters(transA, transB) + ", squares";
        return new Gemm(group, dtype, n, n, n, transA, transB);
    }

    /**
     * A product of this shape.
     *
     * @param shape such as {@code 64x128x784 NT}: m, n, k, and whether each operand is transposed
     */
    public static Gemm of(String group, DType dtype, String shape) {
        String[] parts = shape.split("[x ]", -1);
        return new Gemm(
                group,
                dtype,
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]),
                parts[3].charAt(0) == 'T',
                parts[3].charAt(1) == 'T');
    }

    private static String letters(boolean transA, boolean transB) {
        return (transA ? "T" : "N") + (transB ? "T" : "N");
    }

    @Override
    public String suite() {
        return "gemm";
    }

    @Override
    public String family() {
        return Task.named(group, dtype);
    }

    @Override
    public String what() {
        String shape = m + "x" + n + "x" + k + " " + letters(transA, transB);
        return Task.named("gemm " + shape, dtype);
    }

    /** n of a square. */
    @Override
    public double size() {
        return m == n && n == k ? n : Double.NaN;
    }

    @Override
    public double flops() {
        return 2.0 * m * n * k;
    }

    @Override
    public double bytes() {
        return dtype.bytes() * ((double) m * k + (double) k * n + (double) m * n);
    }

    /** A as it is stored. */
    public double[] a() {
        return Draws.normal(dtype, A_SEED, m * k);
    }

    /** B as it is stored. */
    public double[] b() {
        return Draws.normal(dtype, B_SEED, k * n);
    }

    /** Of A's rows as they are stored. */
    public int lda() {
        return transA ? m : k;
    }

    /** Of B's rows as they are stored. */
    public int ldb() {
        return transB ? k : n;
    }

    /** Compares with sums in double, to {@link Product#bound}. */
    @Override
    public void check(String library, double[] c) {
        Check check = new Check(library, this);
        check.length(c, m * n);
        Product product = new Product(dtype, m, n, k, transA, transB, a(), b());
        int most = (long) m * n * k <= SMALL ? m * n : SAMPLES;
        Draws.indices(m * n, most)
                .forEach(i -> check.element(i, c[i], product.at(i), product.bound(i)));
    }
}
