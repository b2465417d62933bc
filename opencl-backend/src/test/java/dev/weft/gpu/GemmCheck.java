package dev.weft.gpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Activation;
import dev.weft.backend.Encoding;
import dev.weft.backend.Epilogue;
import dev.weft.backend.View;
import dev.weft.conformance.Sample;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;

/**
 * One product by one gemm kernel, compared with the same in double, added up without loss: |Δ| ≤
 * 2u(k+2)(|α||A||B| + |β||C| + |bias|) for each element, with u of the type that is computed in,
 * and once the rounding to c's type; and nothing else is written.
 */
public final class GemmCheck {
    private static final byte SENTINEL = 0x5A;
    private static final int MARGIN = 37;

    /** Elements, at multiples of which kernels may read as many at once. */
    private static final int QUAD = 4;

    /** How many kernels are drawn for types other than F32. */
    private static final int OF_OTHERS = 3;

    private final GpuDriver driver;
    private final Launcher launcher;
    private final Random random;
    private final DType dtype;
    private final DType result;

    /**
     * Checks kernels on an open device, with inputs drawn from a seed.
     *
     * @param dtype of a and b
     * @param result the type of c and the bias
     */
    public GemmCheck(GpuDriver driver, long seed, DType dtype, DType result) {
        this.driver = driver;
        this.dtype = dtype;
        this.result = result;
        launcher = new Launcher(driver);
        random = new Random(seed);
    }

    /** Extents, layout and epilogue of a product. */
    record Product(
            int batch,
            int m,
            int n,
            int k,
            boolean aTransposed,
            boolean bTransposed,
            boolean aShared,
            double alpha,
            double beta,
            boolean bias,
            Activation activation,
            boolean aligned) {}

    /** The kernels for every class of device that this one can run, by their names. */
    static Map<String, GemmVariant> variants(GpuTraits traits, DType dtype) {
        Map<String, GemmVariant> variants = new LinkedHashMap<>();
        for (DeviceClass deviceClass : DeviceClass.values()) {
            GpuTraits as =
                    new GpuTraits(
                            deviceClass,
                            traits.computeUnits(),
                            traits.maxGroup(),
                            traits.localBytes(),
                            traits.vectorFloats(),
                            traits.fp64(),
                            traits.vendor(),
                            "",
                            "");
            GemmVariant.candidates(as, dtype).forEach(v -> variants.put(v.toString(), v));
        }
        return variants;
    }

    /**
     * Checks every kernel for F32 by a few small products, and for other types of operands and
     * results some of the same texts.
     */
    public static void runAll(GpuDriver driver, int products) {
        for (DType dtype : KernelFile.GEMM_GPU.dtypes()) {
            for (DType result : Gemm.results(dtype)) {
                new GemmCheck(driver, 1, dtype, result).run(products);
            }
        }
    }

    private void run(int products) {
        List<GemmVariant> variants = List.copyOf(variants(driver.traits(), dtype).values());
        for (GemmVariant variant :
                Sample.of(variants, dtype == DType.F32 ? variants.size() : OF_OTHERS)) {
            for (int i = 0; i < products; i++) {
                check(variant, draw(40));
            }
        }
    }

    /** A product with extents up to {@code most}. */
    Product draw(int most) {
        double[] alphas = {1, -0.5, 0, 1.75};
        double[] betas = {0, 1, 0.25, -2};
        Activation[] activations = Activation.values();
        return new Product(
                1 + random.nextInt(2),
                1 + random.nextInt(most),
                1 + random.nextInt(most),
                random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(most),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextInt(4) == 0,
                alphas[random.nextInt(alphas.length)],
                betas[random.nextInt(betas.length)],
                random.nextBoolean(),
                activations[random.nextInt(activations.length)],
                random.nextBoolean());
    }

    /** Throws an AssertionError where the kernel is wrong. */
    void check(GemmVariant variant, Product p) {
        Map<GemmSize, GemmVariant> always = new java.util.EnumMap<>(GemmSize.class);
        for (GemmSize size : GemmSize.values()) {
            always.put(size, variant);
        }
        Gemm gemm = new Gemm(launcher, dtype, new GemmTuning(dtype, always));
        int unit = p.aligned ? QUAD : 1;
        try (Matrix a =
                        matrix(
                                dtype,
                                p.aShared ? 1 : p.batch,
                                p.batch,
                                p.m,
                                p.k,
                                p.aTransposed,
                                unit);
                Matrix b = matrix(dtype, p.batch, p.batch, p.k, p.n, p.bTransposed, unit);
                Matrix c = matrix(result, p.batch, p.batch, p.m, p.n, false, unit);
                Matrix bias = matrix(result, 1, 1, 1, p.n, false, unit)) {
            if (p.beta == 0) {
                c.fill(Double.NaN);
            }
            View biasView = p.bias ? bias.row() : null;
            gemm.multiply(
                    p.alpha, a.view, b.view, p.beta, c.view, new Epilogue(biasView, p.activation));
            compare(variant, p, a, b, c, p.bias ? bias : null);
        } finally {
            gemm.close();
        }
    }

    private void compare(
            GemmVariant variant, Product p, Matrix a, Matrix b, Matrix c, @Nullable Matrix bias) {
        double u = dtype.computesIn().roundoff();
        MemorySegment after = c.download();
        boolean[] written = new boolean[Math.toIntExact(after.byteSize() / result.bytes())];
        for (int z = 0; z < p.batch; z++) {
            for (int i = 0; i < p.m; i++) {
                for (int j = 0; j < p.n; j++) {
                    double sum = 0;
                    double lost = 0;
                    double size = 0;
                    for (int l = 0; l < p.k; l++) {
                        double product = a.at(z, i, l) * b.at(z, l, j);
                        double total = sum + product;
                        double added = total - sum;
                        lost += (sum - (total - added)) + (product - added);
                        lost += Math.fma(a.at(z, i, l), b.at(z, l, j), -product);
                        sum = total;
                        size += Math.abs(product);
                    }
                    sum += lost;
                    double before = p.beta == 0 ? 0 : p.beta * c.at(z, i, j);
                    double added = bias == null ? 0 : bias.at(0, 0, j);
                    double expected = activate(p.activation, p.alpha * sum + before + added);
                    double bound =
                            2
                                            * u
                                            * (p.k + 2)
                                            * (Math.abs(p.alpha) * size
                                                    + Math.abs(before)
                                                    + Math.abs(added))
                                    + 16 * u
                                    + (result == dtype.computesIn()
                                            ? 0
                                            : 2 * result.roundoff() * Math.abs(expected));
                    int position = c.position(z, i, j);
                    written[position] = true;
                    double actual = Encoding.get(result, after, position);
                    if (!(Math.abs(actual - expected) <= bound)) {
                        throw new AssertionError(
                                "%s of %s to %s, %s: element (%d, %d, %d) is %s, expected %s"
                                        .formatted(
                                                variant, dtype, result, p, z, i, j, actual,
                                                expected));
                    }
                }
            }
        }
        for (int i = 0; i < after.byteSize(); i++) {
            if (!written[i / result.bytes()] && after.get(JAVA_BYTE, i) != SENTINEL) {
                throw new AssertionError(variant + ", " + p + ": a stray write at " + i);
            }
        }
    }

    private static double activate(Activation activation, double x) {
        return switch (activation) {
            case IDENTITY -> x;
            case RELU -> Math.max(x, 0);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
        };
    }

    /** A matrix of each batch, in memory with gaps and margins that hold sentinels. */
    private final class Matrix implements AutoCloseable {
        private final MemorySegment values;
        private final long memory;
        private final View view;

        Matrix(MemorySegment values, View view, long memory) {
            this.values = values;
            this.view = view;
            this.memory = memory;
        }

        int position(int z, int i, int j) {
            return (int)
                    (view.offset() + z * view.stride(0) + i * view.stride(1) + j * view.stride(2));
        }

        double at(int z, int i, int j) {
            return Encoding.get(view.dtype(), values, position(z, i, j));
        }

        void fill(double value) {
            fill(() -> value);
        }

        void fill(DoubleSupplier value) {
            for (int z = 0; z < view.dim(0); z++) {
                for (int i = 0; i < view.dim(1); i++) {
                    for (int j = 0; j < view.dim(2); j++) {
                        Encoding.set(view.dtype(), values, position(z, i, j), value.getAsDouble());
                    }
                }
            }
            driver.write(values, memory, 0);
        }

        View row() {
            return new View(view.buffer(), Shape.of(view.dim(2)), new long[] {1}, view.offset());
        }

        MemorySegment download() {
            MemorySegment now = MemorySegment.ofArray(new byte[(int) values.byteSize()]);
            driver.read(memory, 0, now);
            return now;
        }

        @Override
        public void close() {
            driver.release(memory);
        }
    }

    /**
     * {@code batches} views of {@code matrices} matrices: of one for all, or of one for each.
     *
     * @param unit of which the offset and all strides but 1 are multiples
     */
    private Matrix matrix(
            DType of,
            int matrices,
            int batches,
            int rows,
            int columns,
            boolean transposed,
            int unit) {
        int lead = roundUp((transposed ? rows : columns) + random.nextInt(5), unit);
        int apart = roundUp(lead * (transposed ? columns : rows) + random.nextInt(9), unit);
        int start = roundUp(MARGIN, unit);
        int elements = 2 * start + Math.max(1, apart * matrices);
        MemorySegment values = MemorySegment.ofArray(new byte[elements * of.bytes()]);
        values.fill(SENTINEL);
        long[] strides = {
            matrices == 1 ? 0 : apart,
            transposed ? 1 : Math.max(lead, 1),
            transposed ? Math.max(lead, 1) : 1
        };
        long memory = driver.allocate(values.byteSize());
        GpuBuffer buffer = new GpuBuffer(memory, of, elements);
        View view = new View(buffer, Shape.of(batches, rows, columns), strides, start);
        Matrix matrix = new Matrix(values, view, memory);
        matrix.fill(random::nextGaussian);
        return matrix;
    }

    private static int roundUp(int value, int unit) {
        return (value + unit - 1) / unit * unit;
    }
}
