package dev.weft.benchmarks.task;

import dev.weft.DType;

/** C[i] = A[i] B[i] for n×n matrices that are stored one after the other. */
public record BatchedGemm(int batch, int n) implements Task {
    private static final int A_SEED = 44;
    private static final int B_SEED = 45;

    /** All elements are checked of products of that many multiplications. */
    private static final long SMALL = 1 << 24;

    private static final int SAMPLES = 20_000;

    @Override
    public String suite() {
        return "gemm";
    }

    @Override
    public String family() {
        return "gemm, batched";
    }

    @Override
    public String what() {
        return "%d gemms %dx%dx%d NN".formatted(batch, n, n, n);
    }

    @Override
    public double size() {
        return n;
    }

    @Override
    public double flops() {
        return 2.0 * batch * n * n * n;
    }

    @Override
    public double bytes() {
        return 12.0 * batch * n * n;
    }

    /** All A. */
    public float[] a() {
        return Draws.normal(A_SEED, batch * n * n);
    }

    /** All B. */
    public float[] b() {
        return Draws.normal(B_SEED, batch * n * n);
    }

    /** As {@link Gemm#check}. */
    @Override
    public void check(String library, double[] c) {
        Check check = new Check(library, this);
        int each = n * n;
        check.length(c, batch * each);
        double[] a = Draws.normal(DType.F32, A_SEED, c.length);
        double[] b = Draws.normal(DType.F32, B_SEED, c.length);
        int most = (long) c.length * n <= SMALL ? c.length : SAMPLES;
        Draws.indices(c.length, most)
                .forEach(
                        i -> {
                            Product product =
                                    new Product(DType.F32, n, n, n, false, false, a, b, i / each);
                            check.element(i, c[i], product.at(i % each), product.bound(i % each));
                        });
    }
}
