package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.backend.Activation;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.Random;

/** Gemm against a triple loop in double, with sentinels around C. */
class GemmTest {
    private static final double U = 0x1p-24;
    private static final float SENTINEL = 12345.5f;
    private static final int MARGIN = 20;

    private static final WorkerPool POOL = new WorkerPool(3);
    private static final Scratch[] SCRATCH = {new Scratch(), new Scratch(), new Scratch()};
    private static final Gemm GEMM = new Gemm(POOL, SCRATCH);

    @AfterAll
    static void close() {
        POOL.close();
        for (Scratch scratch : SCRATCH) {
            scratch.close();
        }
    }

    /** One product to try, with a line to repeat it by. */
    private record Case(
            int m,
            int n,
            int k,
            boolean transA,
            boolean transB,
            float alpha,
            float beta,
            boolean bias,
            Activation activation,
            int pad,
            long seed) {}

    @Test
    void edgesOfTheTiles() {
        int[] sizes = {0, 1, 2, 5, 7, 13, 17, 31, 65};
        long seed = 1;
        for (int m : sizes) {
            for (int n : sizes) {
                for (int k : sizes) {
                    for (int trans = 0; trans < 4; trans++) {
                        seed++;
                        check(random(m, n, k, trans, seed));
                    }
                }
            }
        }
    }

    @Test
    void everyAlphaAndBeta() {
        float[] scales = {0, 1, -0.5f};
        for (float alpha : scales) {
            for (float beta : scales) {
                for (int trans = 0; trans < 4; trans++) {
                    boolean a = (trans & 1) != 0;
                    boolean b = (trans & 2) != 0;
                    check(new Case(23, 70, 37, a, b, alpha, beta, true, Activation.RELU, 3, 7));
                    check(
                            new Case(
                                    23,
                                    70,
                                    37,
                                    a,
                                    b,
                                    alpha,
                                    beta,
                                    false,
                                    Activation.IDENTITY,
                                    0,
                                    8));
                    check(
                            new Case(
                                    150,
                                    200,
                                    150,
                                    a,
                                    b,
                                    alpha,
                                    beta,
                                    true,
                                    Activation.IDENTITY,
                                    5,
                                    9));
                    check(
                            new Case(
                                    1,
                                    90,
                                    133,
                                    a,
                                    b,
                                    alpha,
                                    beta,
                                    true,
                                    Activation.IDENTITY,
                                    0,
                                    10));
                    check(
                            new Case(
                                    90,
                                    1,
                                    133,
                                    a,
                                    b,
                                    alpha,
                                    beta,
                                    true,
                                    Activation.IDENTITY,
                                    1,
                                    11));
                }
            }
        }
    }

    /**
     * Also shapes whose operands lie on so many pages that they are copied, and with more rows in a
     * part than go through the panels at a time.
     */
    @Test
    void blocksOfKAndCopies() {
        int[][] shapes = {
            {256, 256, 256},
            {257, 191, 1031},
            {127, 521, 300},
            {24, 4099, 64},
            {6203, 64, 40},
            {64, 128, 784},
            {128, 784, 64},
            {1100, 260, 500},
            {2100, 257, 260},
            {130, 1100, 500}
        };
        long seed = 100;
        for (int[] shape : shapes) {
            for (int trans = 0; trans < 4; trans++) {
                seed++;
                check(random(shape[0], shape[1], shape[2], trans, seed));
            }
        }
    }

    /** About half a vector of columns, which has a kernel of its own. */
    @Test
    void narrowProducts() {
        long seed = 1000;
        for (int m : new int[] {3, 4, 5, 7, 64}) {
            for (int n = 5; n <= 11; n++) {
                for (int k : new int[] {63, 64, 72, 100, 1100}) {
                    for (int trans = 0; trans < 4; trans++) {
                        seed++;
                        check(random(m, n, k, trans, seed));
                    }
                }
            }
        }
    }

    /**
     * Few rows along K, which stay in registers: each number of them, around each border of use.
     */
    @Test
    void shallowProducts() {
        int[][] sizes = {{7, 64}, {8, 64}, {64, 128}, {71, 129}, {130, 64}, {20, 512}, {20, 576}};
        long seed = 2000;
        for (int[] size : sizes) {
            for (int k = 2; k <= 11; k++) {
                for (int trans = 0; trans < 4; trans++) {
                    for (float beta : new float[] {0, 1}) {
                        seed++;
                        check(scaled(size[0], size[1], k, trans, 1, beta, seed));
                    }
                }
            }
        }
    }

    /** One row of C, which goes by wider panels: around each border of them. */
    @Test
    void oneRow() {
        long seed = 5000;
        for (int n : new int[] {31, 64, 127, 128, 129, 191, 192, 256, 300}) {
            for (int k : new int[] {2, 3, 100, 1100}) {
                for (int trans = 0; trans < 4; trans++) {
                    for (float alpha : new float[] {1, -0.5f}) {
                        for (float beta : new float[] {0, 1}) {
                            seed++;
                            check(scaled(1, n, k, trans, alpha, beta, seed));
                        }
                    }
                }
            }
        }
    }

    @Test
    void theSameBitsForAnyNumberOfThreads() {
        try (WorkerPool one = new WorkerPool(1);
                Scratch scratch = new Scratch()) {
            Gemm serial = new Gemm(one, new Scratch[] {scratch});
            int[][] shapes = {
                {300, 301, 299},
                {600, 700, 1030},
                {64, 128, 784},
                {1000, 10, 100},
                {1000, 10, 203},
                {40, 70, 1003},
                {2000, 128, 10},
                {1, 3000, 500},
                {2, 3000, 500},
                {3000, 1, 500}
            };
            for (int[] shape : shapes) {
                for (int trans = 0; trans < 4; trans++) {
                    // Seeds whose alpha is not 0: with and without a beta.
                    for (long seed = 2; seed <= 4; seed++) {
                        Case c = random(shape[0], shape[1], shape[2], trans, seed);
                        assertArrayEquals(run(serial, c), run(GEMM, c), c.toString());
                    }
                }
            }
        }
    }

    /** So that what it calls is not inlined too deep: see there. */
    @Test
    void aPartIsMoreThanC2Inlines() throws IOException {
        try (InputStream in = Gemm.class.getResourceAsStream("Gemm.class")) {
            ClassModel model = ClassFile.of().parse(Objects.requireNonNull(in).readAllBytes());
            MethodModel part =
                    model.methods().stream()
                            .filter(method -> method.methodName().equalsString("part"))
                            .findFirst()
                            .orElseThrow();
            int bytes = part.findAttribute(Attributes.code()).orElseThrow().codeLength();
            assertTrue(bytes > 325, "Gemm.part has " + bytes + " bytes of code");
        }
    }

    @Test
    void batches() {
        for (int size : new int[] {3, 40, 150}) {
            int batch = 7;
            try (Arena arena = Arena.ofConfined()) {
                int each = size * size;
                float[] a = values(new Random(1), batch * each);
                float[] b = values(new Random(2), each);
                MemorySegment sa = arena.allocateFrom(ValueLayout.JAVA_FLOAT, a);
                MemorySegment sb = arena.allocateFrom(ValueLayout.JAVA_FLOAT, b);
                MemorySegment together = arena.allocate(4L * batch * each, 64);
                MemorySegment apart = arena.allocate(4L * batch * each, 64);
                long row = 4L * size;
                GemmProblem g =
                        new GemmProblem()
                                .set(
                                        size,
                                        size,
                                        size,
                                        1,
                                        sa.address(),
                                        row,
                                        4,
                                        sb.address(),
                                        row,
                                        4,
                                        0,
                                        together.address(),
                                        row,
                                        0,
                                        Activation.IDENTITY);
                GEMM.multiplyBatch(g, batch, 4L * each, 0, 4L * each);
                for (int i = 0; i < batch; i++) {
                    long to = apart.address() - together.address() + 4L * i * each;
                    GEMM.multiply(g.moved(4L * i * each, 0, to));
                }
                assertEquals(-1, together.mismatch(apart));
            }
        }
    }

    private static Case random(int m, int n, int k, int trans, long seed) {
        Random random = new Random(seed);
        float[] scales = {0, 1, 1, -0.5f};
        Activation activation = random.nextInt(4) == 0 ? Activation.RELU : Activation.IDENTITY;
        return new Case(
                m,
                n,
                k,
                (trans & 1) != 0,
                (trans & 2) != 0,
                scales[random.nextInt(4)],
                scales[random.nextInt(4)],
                random.nextInt(3) == 0,
                activation,
                random.nextInt(2) * 3,
                seed);
    }

    /** With these scales; with and without a bias and gaps between rows, by the seed. */
    private static Case scaled(int m, int n, int k, int trans, float alpha, float beta, long seed) {
        return new Case(
                m,
                n,
                k,
                (trans & 1) != 0,
                (trans & 2) != 0,
                alpha,
                beta,
                seed % 3 == 0,
                Activation.IDENTITY,
                (int) (seed % 2) * 3,
                seed);
    }

    private static void check(Case c) {
        double[] bounds = new double[c.m * c.n];
        double[] expected = expected(c, bounds);
        float[] actual = run(GEMM, c);
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(actual[i] - expected[i]);
            if (!(error <= bounds[i])) {
                throw new AssertionError(
                        c
                                + ": element "
                                + i
                                + " is "
                                + actual[i]
                                + ", expected "
                                + expected[i]
                                + " within "
                                + bounds[i]);
            }
        }
    }

    private static float[] values(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** a, b, c and bias, in the layout of the case. */
    private static float[][] operands(Case c) {
        Random random = new Random(c.seed);
        int aRows = c.transA ? c.k : c.m;
        int bRows = c.transB ? c.n : c.k;
        return new float[][] {
            values(random, aRows * lda(c)),
            // As in a buffer, whole vectors may be read over the end.
            values(random, bRows * ldb(c) + Lanes.COUNT),
            values(random, c.m * c.n),
            values(random, c.n)
        };
    }

    private static int lda(Case c) {
        return (c.transA ? c.m : c.k) + c.pad;
    }

    private static int ldb(Case c) {
        return (c.transB ? c.k : c.n) + c.pad;
    }

    private static double[] expected(Case c, double[] bounds) {
        float[][] o = operands(c);
        double[] result = new double[c.m * c.n];
        for (int i = 0; i < c.m; i++) {
            for (int j = 0; j < c.n; j++) {
                double sum = 0;
                double size = 0;
                for (int p = 0; p < c.k; p++) {
                    double a = o[0][c.transA ? p * lda(c) + i : i * lda(c) + p];
                    double b = o[1][c.transB ? j * ldb(c) + p : p * ldb(c) + j];
                    sum += a * b;
                    size += Math.abs(a * b);
                }
                double old = c.beta == 0 ? 0 : c.beta * (double) o[2][i * c.n + j];
                double bias = c.bias ? o[3][j] : 0;
                double value = c.alpha * sum + old + bias;
                result[i * c.n + j] = c.activation == Activation.RELU ? Math.max(value, 0) : value;
                bounds[i * c.n + j] =
                        2
                                * U
                                * (c.k + 2)
                                * (Math.abs(c.alpha) * size + Math.abs(old) + Math.abs(bias));
            }
        }
        return result;
    }

    /**
     * The elements of C; fails if anything beside them was written. NaN is in C where it must not
     * be read.
     */
    private static float[] run(Gemm gemm, Case c) {
        float[][] o = operands(c);
        int ldc = c.n + c.pad;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocateFrom(ValueLayout.JAVA_FLOAT, o[0]);
            MemorySegment b = arena.allocateFrom(ValueLayout.JAVA_FLOAT, o[1]);
            MemorySegment bias = arena.allocateFrom(ValueLayout.JAVA_FLOAT, o[3]);
            int count = 2 * MARGIN + c.m * ldc;
            MemorySegment all = arena.allocate(4L * count, 64);
            for (int i = 0; i < count; i++) {
                all.setAtIndex(ValueLayout.JAVA_FLOAT, i, SENTINEL);
            }
            for (int i = 0; i < c.m; i++) {
                for (int j = 0; j < c.n; j++) {
                    float value = c.beta == 0 ? Float.NaN : o[2][i * c.n + j];
                    all.setAtIndex(ValueLayout.JAVA_FLOAT, MARGIN + (long) i * ldc + j, value);
                }
            }
            long aStride = 4L * lda(c);
            long bStride = 4L * ldb(c);
            gemm.multiply(
                    new GemmProblem()
                            .set(
                                    c.m,
                                    c.n,
                                    c.k,
                                    c.alpha,
                                    a.address(),
                                    c.transA ? 4 : aStride,
                                    c.transA ? aStride : 4,
                                    b.address(),
                                    c.transB ? 4 : bStride,
                                    c.transB ? bStride : 4,
                                    c.beta,
                                    all.address() + 4 * MARGIN,
                                    4L * ldc,
                                    c.bias ? bias.address() : 0,
                                    c.activation));
            float[] result = new float[c.m * c.n];
            for (int i = 0; i < count; i++) {
                float value = all.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                int at = i - MARGIN;
                if (at >= 0 && at < c.m * ldc && at % ldc < c.n) {
                    result[at / ldc * c.n + at % ldc] = value;
                } else {
                    assertEquals(SENTINEL, value, c + ": something was written beside C, at " + at);
                }
            }
            return result;
        }
    }
}
