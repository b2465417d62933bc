package dev.weft.conformance;

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
 * Cases of {@code gemm}. Bound: |Δ| ≤ 2u(k+2)(|α||A||B| + |β||C|) for each element, in the u of
 * what is computed in, with k at most {@link dev.weft.backend.KernelCall#MOST_DEPTH} ({@link
 * LongSums} has what is cut into such) (Higham, Accuracy and Stability of Numerical Algorithms,
 * section 3.5, with a factor of 2 to spare), to which an epilogue adds its bias and its
 * activation's error.
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
     * @param dtype a's and b's type
     * @param result c's and the bias's
     * @param batch 0 for rank 2, otherwise the number of batches
     */
    private record Product(
            DType dtype,
            DType result,
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

    /** Products of this type, into it, and where it is narrow also into what it is computed in. */
    static List<KernelCase> of(DType dtype) {
        List<KernelCase> cases = new ArrayList<>();
        if (dtype.isFloating()) {
            addAll(cases, dtype, dtype);
            if (dtype != dtype.computesIn()) {
                addAll(cases, dtype, dtype.computesIn());
            }
        }
        return cases;
    }

    private static void addAll(List<KernelCase> cases, DType dtype, DType result) {
        int turn = 0;
        double[] alphas = {1, 1, 0.5, -2, 0};
        double[] betas = {0, 0, 1, -0.5};
        Activation[] activations = Activation.values();
        for (int[] size : SIZES) {
            for (Placement a : MATRICES) {
                for (Placement b : MATRICES) {
                    Placement c = turn % 2 == 0 ? Placement.DENSE : Placement.PADDED;
                    double alpha = alphas[turn % alphas.length];
                    double beta = betas[turn % betas.length];
                    Activation activation = activations[turn / 3 % activations.length];
                    cases.add(
                            gemm(
                                    new Product(
                                            dtype,
                                            result,
                                            0,
                                            size[0],
                                            size[1],
                                            size[2],
                                            a,
                                            b,
                                            c,
                                            alpha,
                                            beta,
                                            turn % 3 == 0,
                                            activation)));
                    turn++;
                }
            }
        }
        for (double alpha : alphas) {
            for (double beta : betas) {
                for (Activation activation : activations) {
                    for (boolean bias : new boolean[] {false, true}) {
                        Placement dense = Placement.DENSE;
                        Placement c = Placement.PADDED;
                        cases.add(
                                gemm(
                                        new Product(
                                                dtype,
                                                result,
                                                0,
                                                9,
                                                21,
                                                5,
                                                dense,
                                                dense,
                                                c,
                                                alpha,
                                                beta,
                                                bias,
                                                activation)));
                    }
                }
            }
        }
        batched(cases, dtype, result);
        for (int[] size : new int[][] {{3, 5, 7}, {17, 40, 24}, {70, 75, 80}}) {
            cases.add(nonFinite(plain(dtype, result, size[0], size[1], size[2])));
        }
    }

    private static Product plain(DType dtype, DType result, int m, int n, int k) {
        Placement dense = Placement.DENSE;
        Activation none = Activation.IDENTITY;
        return new Product(dtype, result, 0, m, n, k, dense, dense, dense, 1, 0, false, none);
    }

    private static void batched(List<KernelCase> cases, DType dtype, DType result) {
        Placement[] placements = {Placement.DENSE, Placement.PADDED, Placement.BROADCAST};
        Activation none = Activation.IDENTITY;
        for (int[] size : new int[][] {{1, 1, 1}, {3, 5, 7}, {8, 33, 9}, {31, 64, 65}, {2, 0, 3}}) {
            for (int batch : new int[] {0, 1, 3, 7}) {
                for (Placement a : placements) {
                    for (Placement b : placements) {
                        boolean repeats = a == Placement.BROADCAST || b == Placement.BROADCAST;
                        if (batch > 1 || !repeats) {
                            Placement c = Placement.DENSE;
                            double beta = batch == 7 ? 1 : 0;
                            cases.add(
                                    gemm(
                                            new Product(
                                                    dtype,
                                                    result,
                                                    batch,
                                                    size[0],
                                                    size[1],
                                                    size[2],
                                                    a,
                                                    b,
                                                    c,
                                                    1,
                                                    beta,
                                                    batch == 3,
                                                    none)));
                        }
                    }
                }
            }
        }
        cases.add(
                new KernelCase(
                        "gemm batched " + types(dtype, result),
                        "no batches",
                        side -> {
                            Values empty = Values.zeros(dtype, 0);
                            View a = side.input(empty, Shape.of(0, 3, 4), Placement.DENSE);
                            View b = side.input(empty, Shape.of(0, 4, 2), Placement.DENSE);
                            View c = side.output(result, Shape.of(0, 3, 2), Bound.EXACT);
                            side.run(new KernelCall.Gemm(1, a, b, 0, c, Epilogue.NONE));
                        }));
    }

    private static String types(DType dtype, DType result) {
        return dtype == result ? dtype.toString() : dtype + " into " + result;
    }

    private static KernelCase gemm(Product p) {
        String group = p.batch() == 0 ? "gemm " : "gemm batched ";
        boolean empty = p.m() * p.n() * p.k() == 0;
        return new KernelCase(
                group + (empty ? "of nothing " : "") + types(p.dtype(), p.result()),
                p.toString(),
                side -> {
                    Philox random = side.random();
                    Shape shapeA = p.shape(p.m(), p.k());
                    Shape shapeB = p.shape(p.k(), p.n());
                    Shape shapeC = p.shape(p.m(), p.n());
                    Values a = Draws.normal(random, p.dtype(), shapeA.size(), 1);
                    Values b = Draws.normal(random, p.dtype(), shapeB.size(), 1);
                    Values c = Draws.normal(random, p.result(), shapeC.size(), 1);
                    Values bias =
                            p.bias()
                                    ? Draws.normal(random, p.result(), p.n(), 1)
                                    : Values.zeros(p.result(), p.n());
                    Draws.repeated(a, shapeA, p.a());
                    Draws.repeated(b, shapeB, p.b());
                    Bound bound = bound(p, a, b, c, bias);
                    if (p.beta() == 0) {
                        // beta = 0 never reads C.
                        c = Values.of(p.result(), Double.NaN).cycled(c.size());
                    }
                    View left = side.input(a, shapeA, p.a());
                    View right = side.input(b, shapeB, p.b());
                    View result = side.updated(c, shapeC, p.c(), bound);
                    Shape biasShape = Shape.of(p.n());
                    Placement biasPlacement = p.n() % 2 == 0 ? Placement.DENSE : Placement.STRIDED;
                    View added = p.bias() ? side.input(bias, biasShape, biasPlacement) : null;
                    Epilogue epilogue = new Epilogue(added, p.activation());
                    double alpha = p.alpha();
                    side.run(new KernelCall.Gemm(alpha, left, right, p.beta(), result, epilogue));
                });
    }

    private static Bound bound(Product p, Values a, Values b, Values c, Values bias) {
        double slope = p.activation() == Activation.SIGMOID ? 0.25 : 1;
        double function =
                switch (p.activation()) {
                    case IDENTITY, RELU -> 0;
                    case TANH -> 5;
                    case SIGMOID -> 6;
                };
        double[] left = a.reals();
        double[] right = b.reals();
        double[] roundings = new double[c.size()];
        for (int batch = 0; batch < Math.max(1, p.batch()); batch++) {
            for (int i = 0; i < p.m(); i++) {
                int row = (batch * p.m() + i) * p.n();
                for (int l = 0; l < p.k(); l++) {
                    double x = Math.abs(p.alpha() * left[(batch * p.m() + i) * p.k() + l]);
                    int from = (batch * p.k() + l) * p.n();
                    for (int j = 0; j < p.n(); j++) {
                        roundings[row + j] += x * Math.abs(right[from + j]);
                    }
                }
                for (int j = 0; j < p.n(); j++) {
                    double more = Math.abs(p.beta() * c.real(row + j)) + Math.abs(bias.real(j));
                    double sum = roundings[row + j] + more;
                    roundings[row + j] = 2 * (p.k() + 2) * sum * slope + function;
                }
            }
        }
        return Bound.times(1, roundings);
    }

    /**
     * NaN and ±Inf in A and in B reach exactly the elements that they belong to; 0 · Inf is NaN.
     */
    private static KernelCase nonFinite(Product p) {
        return new KernelCase(
                "gemm of NaN and Inf " + types(p.dtype(), p.result()),
                p.m() + "x" + p.n() + "x" + p.k(),
                side -> {
                    int k = p.k();
                    Shape shape = p.shape(p.m(), p.n());
                    Values a = Draws.normal(side.random(), p.dtype(), (long) p.m() * k, 1);
                    Values b = Draws.normal(side.random(), p.dtype(), (long) k * p.n(), 1);
                    a.set(0, Double.NaN);
                    a.set(k + k - 1, Double.POSITIVE_INFINITY);
                    b.set(p.n() - 1, Double.NEGATIVE_INFINITY);
                    Arrays.fill(a.bits(), 2 * k, 3 * k, 0);
                    Values none = Values.zeros(p.result(), shape.size());
                    Bound bound = bound(p, a, b, none, none);
                    View left = side.input(a, p.shape(p.m(), k), Placement.DENSE);
                    View right = side.input(b, p.shape(k, p.n()), Placement.DENSE);
                    View c = side.output(p.result(), shape, bound);
                    side.run(new KernelCall.Gemm(1, left, right, 0, c, Epilogue.NONE));
                });
    }
}
