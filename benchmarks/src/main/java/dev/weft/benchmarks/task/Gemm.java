package dev.weft.benchmarks.task;

/**
 * C = op(A) op(B), with C m×n and k the depth, row-major.
 *
 * @param transA whether A is stored k×m
 * @param transB whether B is stored n×k
 */
public record Gemm(String family, int m, int n, int k, boolean transA, boolean transB)
        implements Task {
    private static final int A_SEED = 42;
    private static final int B_SEED = 43;

    /** All elements are checked of a product of that many multiplications. */
    private static final long SMALL = 1 << 24;

    private static final int SAMPLES = 2000;

    /** A product of n×n matrices, in the family of those transposed alike. */
    public static Gemm square(int n, boolean transA, boolean transB) {
        return new Gemm("gemm " + letters(transA, transB) + ", squares", n, n, n, transA, transB);
    }

    /**
     * A product of this shape.
     *
     * @param shape such as {@code 64x128x784 NT}: m, n, k, and whether each operand is transposed
     */
    public static Gemm of(String family, String shape) {
        String[] parts = shape.split("[x ]", -1);
        return new Gemm(
                family,
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
    public String what() {
        return "gemm " + m + "x" + n + "x" + k + " " + letters(transA, transB);
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
        return 4.0 * ((double) m * k + (double) k * n + (double) m * n);
    }

    /** A as it is stored. */
    public float[] a() {
        return Draws.normal(A_SEED, m * k);
    }

    /** B as it is stored. */
    public float[] b() {
        return Draws.normal(B_SEED, k * n);
    }

    /** Of A's rows as they are stored. */
    public int lda() {
        return transA ? m : k;
    }

    /** Of B's rows as they are stored. */
    public int ldb() {
        return transB ? k : n;
    }

    /** Compares with sums in double: |Δ| ≤ 2u (k + 2) Σ|a||b|, u = 2⁻²⁴. */
    @Override
    public void check(String library, float[] c) {
        Check check = new Check(library, this);
        check.length(c, m * n);
        Product product = new Product(m, n, k, transA, transB, a(), b());
        int most = (long) m * n * k <= SMALL ? m * n : SAMPLES;
        Draws.indices(m * n, most)
                .forEach(i -> check.element(i, c[i], product.at(i), product.bound(i)));
    }
}
