package dev.weft.benchmarks.task;

import dev.weft.DType;

/** y = relu(x wᵀ + bias), with x rows×inputs and w outputs×inputs: a layer's forward pass. */
public record DenseLayer(int rows, int outputs, int inputs) implements Task {
    private static final int X_SEED = 46;
    private static final int W_SEED = 47;
    private static final int BIAS_SEED = 48;
    private static final int SAMPLES = 10_000;

    /** A bias that is not lost beside sums of this length. */
    private static final float BIAS_SCALE = 10;

    @Override
    public String suite() {
        return "dense";
    }

    @Override
    public String family() {
        return "dense layer with bias and relu";
    }

    @Override
    public String what() {
        return "dense %dx%dx%d, bias, relu".formatted(rows, outputs, inputs);
    }

    @Override
    public double size() {
        return Double.NaN;
    }

    @Override
    public double flops() {
        return 2.0 * rows * outputs * inputs;
    }

    @Override
    public double bytes() {
        return 4.0
                * ((double) rows * inputs
                        + (double) outputs * inputs
                        + outputs
                        + (double) rows * outputs);
    }

    /** rows×inputs. */
    public float[] x() {
        return Draws.normal(X_SEED, rows * inputs);
    }

    /** outputs×inputs. */
    public float[] w() {
        return Draws.normal(W_SEED, outputs * inputs);
    }

    /** One for each output. */
    public float[] bias() {
        float[] bias = Draws.normal(BIAS_SEED, outputs);
        for (int j = 0; j < outputs; j++) {
            bias[j] *= BIAS_SCALE;
        }
        return bias;
    }

    /** As {@link Gemm#check}, with the bias as one more product. */
    @Override
    public void check(String library, double[] y) {
        Check check = new Check(library, this);
        check.length(y, rows * outputs);
        double[] x = Draws.normal(DType.F32, X_SEED, rows * inputs);
        double[] w = Draws.normal(DType.F32, W_SEED, outputs * inputs);
        Product product = new Product(DType.F32, rows, outputs, inputs, false, true, x, w);
        float[] bias = bias();
        Draws.indices(y.length, SAMPLES)
                .forEach(
                        i -> {
                            double shift = bias[i % outputs];
                            double rounding = 0x1p-23 * (inputs + 2) * Math.abs(shift);
                            check.element(
                                    i,
                                    y[i],
                                    Math.max(0, product.at(i) + shift),
                                    product.bound(i) + rounding);
                        });
    }
}
