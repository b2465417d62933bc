package dev.weft.conformance;

import static dev.weft.conformance.Bound.U;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Activation;
import dev.weft.backend.Epilogue;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;
import dev.weft.random.Philox;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cases of {@code gemm}. Bound: |Δ| ≤ 2u(k+2)(|α||A||B| + |β||C|) for each element, with k at most
 * {@link dev.weft.backend.KernelCall#MOST_DEPTH} ({@link LongSums} has what is cut into such)
 * (Higham, Accuracy and Stability of Numerical Algorithms, section 3.5, with a factor of 2 to
 * spare), to which an epilogue adds its bias and its activation's error.
 */
final class GemmKernels {
    /**
     * M, N, K: nothing, one, around tiles of 4 to 64, ragged, primes, longer than a cache block.
     */
    private static final int[][] SIZES = {
        {0, 5, 3},
        {5, 0, 3},
        {4, 5, 0},
        {0, 0, 0},
        {128, 512, 0},
        {1, 1, 1},
        {1, 1, 17},
        {1, 17, 1},
        {17, 1, 1},
        {1, 33, 9},
        {33, 1, 9},
        {2, 2, 2},
        {3, 5, 7},
        {5, 31, 8},
        {6, 32, 16},
        {7, 33, 17},
        {6, 64, 64},
        {5, 63, 63},
        {7, 65, 65},
        {8, 8, 8},
        {11, 13, 19},
        {12, 32, 5},
        {13, 31, 4},
        {14, 16, 3},
        {15, 47, 2},
        {16, 48, 1},
        {64, 10, 128},
        {64, 128, 10},
        {10, 128, 64},
        {37, 41, 43},
        {61, 67, 71},
        {127, 129, 131},
        {128, 64, 256},
        {33, 35, 1031},
        {257, 263, 13},
        {3, 1021, 5},
        {1021, 3, 5},
        {193, 197, 199},
    };

    private static final Placement[] MATRICES = {
        Placement.DENSE, Placement.TRANSPOSED, Placement.PADDED
    };

    private GemmKernels() {}

    /**
     * One product.
     *
     * @param batch 0 for rank 2, otherwise the number of batches
     */
    private record Product(
            int batch,
            int m,
            int n,
            int k,
            Placement a,
            Placement b,
            Placement c,
            double alpha,
            double beta,
            boolean bias,
            Activation activation) {

        Shape shape(int rows, int columns) {
            return batch == 0 ? Shape.of(rows, columns) : Shape.of(batch, rows, columns);
        }
    }

    static List<KernelCase> all() {
        List<KernelCase> cases = new ArrayList<>();
        int turn = 0;
        double[] alphas = {1, 1, 0.5, -2, 0};
        double[] betas = {0, 0, 1, -0.5};
        Activation[] activations = Activation.values();
        for (int[] size : SIZES) {
            for (Placement a : MATRICES) {
                for (Placement b : MATRICES) {
                    cases.add(
                            gemm(
                                    new Product(
                                            0,
                                            size[0],
                                            size[1],
                                            size[2],
                                            a,
                                            b,
                                            turn % 2 == 0 ? Placement.DENSE : Placement.PADDED,
                                            alphas[turn % alphas.length],
                                            betas[turn % betas.length],
                                            turn % 3 == 0,
                                            activations[turn / 3 % activations.length])));
                    turn++;
                }
            }
        }
        for (double alpha : alphas) {
            for (double beta : betas) {
                for (Activation activation : activations) {
                    for (boolean bias : new boolean[] {false, true}) {
                        Placement c = Placement.PADDED;
                        cases.add(
                                gemm(
                                        new Product(
                                                0,
                                                9,
                                                21,
                                                5,
                                                Placement.DENSE,
                                                Placement.DENSE,
                                                c,
                                                alpha,
                                                beta,
                                                bias,
                                                activation)));
                    }
                }
            }
        }
        batched(cases);
        for (int[] size : new int[][] {{3, 5, 7}, {17, 40, 24}, {70, 75, 80}}) {
            cases.add(nonFinite(size[0], size[1], size[2]));
        }
        return cases;
    }

    private static void batched(List<KernelCase> cases) {
        Placement[] placements = {Placement.DENSE, Placement.PADDED, Placement.BROADCAST};
        for (int[] size : new int[][] {{1, 1, 1}, {3, 5, 7}, {8, 33, 9}, {31, 64, 65}, {2, 0, 3}}) {
            for (int batch : new int[] {0, 1, 3, 7}) {
                for (Placement a : placements) {
                    for (Placement b : placements) {
                        boolean repeats = a == Placement.BROADCAST || b == Placement.BROADCAST;
                        if (batch > 1 || !repeats) {
                            cases.add(
                                    gemm(
                                            new Product(
                                                    batch,
                                                    size[0],
                                                    size[1],
                                                    size[2],
                                                    a,
                                                    b,
                                                    Placement.DENSE,
                                                    1,
                                                    batch == 7 ? 1 : 0,
                                                    batch == 3,
                                                    Activation.IDENTITY)));
                        }
                    }
                }
            }
        }
        Shape none = Shape.of(0, 3, 4);
        cases.add(
                new KernelCase(
                        "gemm batched",
                        "no batches",
                        side -> {
                            View a = side.input(new float[0], none, Placement.DENSE);
                            View b = side.input(new float[0], Shape.of(0, 4, 2), Placement.DENSE);
                            View c = side.output(Shape.of(0, 3, 2), Bound.EXACT);
                            side.kernels().run(new KernelCall.Gemm(1, a, b, 0, c, Epilogue.NONE));
                        }));
    }

    private static KernelCase gemm(Product p) {
        String group = p.batch() == 0 ? "gemm" : "gemm batched";
        return new KernelCase(
                p.m() * p.n() * p.k() == 0 ? group + " of nothing" : group,
                p.toString(),
                side -> {
                    Philox random = side.random();
                    Shape shapeA = p.shape(p.m(), p.k());
                    Shape shapeB = p.shape(p.k(), p.n());
                    Shape shapeC = p.shape(p.m(), p.n());
                    float[] a = Draws.normal(random, shapeA.size(), 1);
                    float[] b = Draws.normal(random, shapeB.size(), 1);
                    float[] c = Draws.normal(random, shapeC.size(), 1);
                    float[] bias = p.bias() ? Draws.normal(random, p.n(), 1) : new float[p.n()];
                    ElementwiseKernels.repeated(a, shapeA, p.a());
                    ElementwiseKernels.repeated(b, shapeB, p.b());
                    double[] bounds = bounds(p, a, b, c, bias);
                    if (p.beta() == 0) {
                        // beta = 0 never reads C.
                        Arrays.fill(c, Float.NaN);
                    }
                    View left = side.input(a, shapeA, p.a());
                    View right = side.input(b, shapeB, p.b());
                    View result = side.updated(c, shapeC, p.c(), Bound.each(bounds));
                    Shape biasShape = Shape.of(p.n());
                    Placement biasPlacement = p.n() % 2 == 0 ? Placement.DENSE : Placement.STRIDED;
                    View added = p.bias() ? side.input(bias, biasShape, biasPlacement) : null;
                    Epilogue epilogue = new Epilogue(added, p.activation());
                    side.kernels()
                            .run(
                                    new KernelCall.Gemm(
                                            p.alpha(), left, right, p.beta(), result, epilogue));
                });
    }

    private static double[] bounds(Product p, float[] a, float[] b, float[] c, float[] bias) {
        double[] bounds = new double[c.length];
        double slope = p.activation() == Activation.SIGMOID ? 0.25 : 1;
        double function =
                switch (p.activation()) {
                    case IDENTITY, RELU -> 0;
                    case TANH -> 5 * U;
                    case SIGMOID -> 6 * U;
                };
        for (int batch = 0; batch < Math.max(1, p.batch()); batch++) {
            for (int i = 0; i < p.m(); i++) {
                int row = (batch * p.m() + i) * p.n();
                for (int l = 0; l < p.k(); l++) {
                    double left = Math.abs(p.alpha() * a[(batch * p.m() + i) * p.k() + l]);
                    int from = (batch * p.k() + l) * p.n();
                    for (int j = 0; j < p.n(); j++) {
                        bounds[row + j] += left * Math.abs(b[from + j]);
                    }
                }
                for (int j = 0; j < p.n(); j++) {
                    double sum =
                            bounds[row + j] + Math.abs(p.beta() * c[row + j]) + Math.abs(bias[j]);
                    bounds[row + j] = 2 * U * (p.k() + 2) * sum * slope + function;
                }
            }
        }
        return bounds;
    }

    /**
     * NaN and ±Inf in A and in B reach exactly the elements that they belong to; 0 · Inf is NaN.
     */
    private static KernelCase nonFinite(int m, int n, int k) {
        return new KernelCase(
                "gemm of NaN and Inf",
                m + "x" + n + "x" + k,
                side -> {
                    float[] a = Draws.normal(side.random(), (long) m * k, 1);
                    float[] b = Draws.normal(side.random(), (long) k * n, 1);
                    a[0] = Float.NaN;
                    a[k + k - 1] = Float.POSITIVE_INFINITY;
                    b[n - 1] = Float.NEGATIVE_INFINITY;
                    Arrays.fill(a, 2 * k, 3 * k, 0f);
                    Product p =
                            new Product(
                                    0,
                                    m,
                                    n,
                                    k,
                                    Placement.DENSE,
                                    Placement.DENSE,
                                    Placement.DENSE,
                                    1,
                                    0,
                                    false,
                                    Activation.IDENTITY);
                    double[] bounds = bounds(p, a, b, new float[m * n], new float[n]);
                    View left = side.input(a, Shape.of(m, k), Placement.DENSE);
                    View right = side.input(b, Shape.of(k, n), Placement.DENSE);
                    View c =
                            side.output(
                                    DType.F32, Shape.of(m, n), Placement.DENSE, Bound.each(bounds));
                    side.kernels().run(new KernelCall.Gemm(1, left, right, 0, c, Epilogue.NONE));
                });
    }
}
