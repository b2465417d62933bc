package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Activation;
import dev.weft.backend.Epilogue;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * One product by one gemm kernel, compared with the same in double: |Δ| ≤ 2u(k+2)(|α||A||B| +
 * |β||C| + |bias|) for each element, and nothing else is written.
 */
public final class GemmCheck {
    private static final double U = 0x1p-24;
    private static final float SENTINEL = Float.intBitsToFloat(0x7FC5E471);
    private static final int MARGIN = 37;

    /** Floats of 16 bytes, at multiples of which kernels may read four at once. */
    private static final int QUAD = 4;

    private final GpuDriver driver;
    private final Launcher launcher;
    private final Random random;

    /** Checks kernels on an open device, with inputs drawn from a seed. */
    public GemmCheck(GpuDriver driver, long seed) {
        this.driver = driver;
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
    static Map<String, GemmVariant> variants(GpuTraits traits) {
        Map<String, GemmVariant> variants = new LinkedHashMap<>();
        for (DeviceClass deviceClass : DeviceClass.values()) {
            GpuTraits as =
                    new GpuTraits(
                            deviceClass,
                            traits.computeUnits(),
                            traits.maxGroup(),
                            traits.localBytes(),
                            traits.vectorFloats(),
                            traits.vendor(),
                            "",
                            "");
            GemmVariant.candidates(as).forEach(v -> variants.put(v.toString(), v));
        }
        return variants;
    }

    /** A few small products by every kernel. */
    public void runAll(int products) {
        for (GemmVariant variant : variants(driver.traits()).values()) {
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
        Gemm gemm = new Gemm(launcher, new GemmTuning(always));
        int unit = p.aligned ? QUAD : 1;
        try (Matrix a = matrix(p.aShared ? 1 : p.batch, p.batch, p.m, p.k, p.aTransposed, unit);
                Matrix b = matrix(p.batch, p.batch, p.k, p.n, p.bTransposed, unit);
                Matrix c = matrix(p.batch, p.batch, p.m, p.n, false, unit);
                Matrix bias = matrix(1, 1, 1, p.n, false, unit)) {
            if (p.beta == 0) {
                c.fill(Float.NaN);
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
        float[] after = c.download();
        boolean[] written = new boolean[after.length];
        for (int z = 0; z < p.batch; z++) {
            for (int i = 0; i < p.m; i++) {
                for (int j = 0; j < p.n; j++) {
                    double sum = 0;
                    double size = 0;
                    for (int l = 0; l < p.k; l++) {
                        double product = a.at(z, i, l) * b.at(z, l, j);
                        sum += product;
                        size += Math.abs(product);
                    }
                    double before = p.beta == 0 ? 0 : p.beta * c.at(z, i, j);
                    double added = bias == null ? 0 : bias.at(0, 0, j);
                    double expected = activate(p.activation, p.alpha * sum + before + added);
                    double bound =
                            2
                                            * U
                                            * (p.k + 2)
                                            * (Math.abs(p.alpha) * size
                                                    + Math.abs(before)
                                                    + Math.abs(added))
                                    + 16 * U;
                    int position = c.position(z, i, j);
                    written[position] = true;
                    if (!(Math.abs(after[position] - expected) <= bound)) {
                        throw new AssertionError(
                                "%s, %s: element (%d, %d, %d) is %s, expected %s"
                                        .formatted(variant, p, z, i, j, after[position], expected));
                    }
                }
            }
        }
        for (int i = 0; i < after.length; i++) {
            if (!written[i]
                    && Float.floatToRawIntBits(after[i]) != Float.floatToRawIntBits(SENTINEL)) {
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
        private final float[] values;
        private final long memory;
        private final View view;

        Matrix(float[] values, View view, long memory) {
            this.values = values;
            this.view = view;
            this.memory = memory;
        }

        int position(int z, int i, int j) {
            return (int)
                    (view.offset() + z * view.stride(0) + i * view.stride(1) + j * view.stride(2));
        }

        double at(int z, int i, int j) {
            return values[position(z, i, j)];
        }

        void fill(float value) {
            for (int i = 0; i < values.length; i++) {
                if (Float.floatToRawIntBits(values[i]) != Float.floatToRawIntBits(SENTINEL)) {
                    values[i] = value;
                }
            }
            driver.write(MemorySegment.ofArray(values), memory, 0);
        }

        View row() {
            return new View(view.buffer(), Shape.of(view.dim(2)), new long[] {1}, view.offset());
        }

        float[] download() {
            float[] now = new float[values.length];
            driver.read(memory, 0, MemorySegment.ofArray(now));
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
            int matrices, int batches, int rows, int columns, boolean transposed, int unit) {
        int lead = roundUp((transposed ? rows : columns) + random.nextInt(5), unit);
        int apart = roundUp(lead * (transposed ? columns : rows) + random.nextInt(9), unit);
        int start = roundUp(MARGIN, unit);
        float[] values = new float[2 * start + Math.max(1, apart * matrices)];
        Arrays.fill(values, SENTINEL);
        long[] strides = {
            matrices == 1 ? 0 : apart,
            transposed ? 1 : Math.max(lead, 1),
            transposed ? Math.max(lead, 1) : 1
        };
        for (int z = 0; z < matrices; z++) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    values[(int) (start + z * strides[0] + i * strides[1] + j * strides[2])] =
                            (float) random.nextGaussian();
                }
            }
        }
        long memory = driver.allocate((long) values.length * Float.BYTES);
        driver.write(MemorySegment.ofArray(values), memory, 0);
        GpuBuffer buffer = new GpuBuffer(memory, DType.F32, values.length);
        View view = new View(buffer, Shape.of(batches, rows, columns), strides, start);
        return new Matrix(values, view, memory);
    }

    private static int roundUp(int value, int unit) {
        return (value + unit - 1) / unit * unit;
    }
}
