package dev.weft.benchmarks.task;

/** The mean of (x - t)², and its gradient by x. A result is the gradient and then the loss. */
public record SquaredError(int elements) implements Task {
    private static final int X_SEED = 42;
    private static final int T_SEED = 43;

    @Override
    public String suite() {
        return "kernels";
    }

    @Override
    public String family() {
        return "losses with their gradients";
    }

    @Override
    public String what() {
        return "mean squared error and gradient, %d elements".formatted(elements);
    }

    @Override
    public double size() {
        return Double.NaN;
    }

    @Override
    public double flops() {
        return 0;
    }

    @Override
    public double bytes() {
        return 12.0 * elements;
    }

    /** The prediction. */
    public float[] x() {
        return Draws.normal(X_SEED, elements);
    }

    /** The target. */
    public float[] t() {
        return Draws.normal(T_SEED, elements);
    }

    @Override
    public void check(String library, double[] result) {
        Check check = new Check(library, this);
        check.length(result, elements + 1);
        float[] x = x();
        float[] t = t();
        double loss = 0;
        for (int i = 0; i < elements; i++) {
            double difference = (double) x[i] - t[i];
            loss += difference * difference / elements;
            check.element(i, result[i], 2 * difference / elements, 1e-5 / elements);
        }
        check.element(elements, result[elements], loss);
    }
}
