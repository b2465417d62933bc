package dev.weft.benchmarks;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Epilogue;
import dev.weft.backend.View;
import dev.weft.random.Philox;

/** One product on a Weft device, its operands drawn and its result allocated beforehand. */
final class GemmCase implements AutoCloseable {
    private final GemmShape shape;
    private final float[] a;
    private final float[] b;
    private final Device device;
    private final Scope scope;
    private final View left;
    private final View right;
    private final Tensor result;

    /** Draws normal operands: zeros would be kind to some machines. */
    GemmCase(Device device, GemmShape shape) {
        this.device = device;
        this.shape = shape;
        this.scope = device.scope();
        Philox random = new Philox(42);
        a = normal(random, shape.m() * shape.k());
        b = normal(random, shape.k() * shape.n());
        Tensor storedA =
                shape.transA()
                        ? device.tensor(a, shape.k(), shape.m()).transpose()
                        : device.tensor(a, shape.m(), shape.k());
        Tensor storedB =
                shape.transB()
                        ? device.tensor(b, shape.n(), shape.k()).transpose()
                        : device.tensor(b, shape.k(), shape.n());
        left = storedA.view();
        right = storedB.view();
        result = device.empty(DType.F32, Shape.of(shape.m(), shape.n()));
    }

    private static float[] normal(Philox random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    String name() {
        return Comparison.name(device);
    }

    float[] a() {
        return a;
    }

    float[] b() {
        return b;
    }

    /** Computes the product and waits for it. */
    void run() {
        device.backend().gemm(1, left, right, 0, result.view(), Epilogue.NONE);
        device.backend().synchronize();
    }

    float[] result() {
        return result.toFloatArray();
    }

    /**
     * Compares some of the elements with sums in double: |Δ| ≤ 2u (k + 2) Σ|a||b|, u = 2⁻²⁴.
     *
     * @throws IllegalStateException naming the library and the element, where one is off
     */
    void check(String library, float[] c) {
        Philox random = new Philox(7);
        for (int sample = 0; sample < 1000; sample++) {
            int i = random.nextInt(shape.m());
            int j = random.nextInt(shape.n());
            double sum = 0;
            double magnitude = 0;
            for (int p = 0; p < shape.k(); p++) {
                double product =
                        (double) a[shape.transA() ? p * shape.m() + i : i * shape.k() + p]
                                * b[shape.transB() ? j * shape.k() + p : p * shape.n() + j];
                sum += product;
                magnitude += Math.abs(product);
            }
            double error = Math.abs(c[i * shape.n() + j] - sum);
            if (!(error <= 0x1p-23 * (shape.k() + 2) * magnitude)) {
                throw new IllegalStateException(
                        library + ": " + shape + " is wrong at " + i + ", " + j + " by " + error);
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
