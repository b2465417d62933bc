package dev.weft.benchmarks.task;

/**
 * y = softmax(x) of each row, or its logarithm.
 *
 * @param log whether the logarithm
 */
public record Softmax(String family, boolean log, int rows, int columns) implements Task {
    private static final int SEED = 42;

    @Override
    public String suite() {
        return "kernels";
    }

    @Override
    public String what() {
        return "%s of rows of %d, %d elements"
                .formatted(log ? "log-softmax" : "softmax", columns, rows * columns);
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
        return 8.0 * rows * columns;
    }

    /** rows×columns. */
    public float[] x() {
        return Draws.normal(SEED, rows * columns);
    }

    @Override
    public void check(String library, float[] y) {
        Check check = new Check(library, this);
        check.length(y, rows * columns);
        float[] x = x();
        for (int row = 0; row < rows; row++) {
            int from = row * columns;
            double total = LogSumExp.of(x, from, columns);
            for (int i = from; i < from + columns; i++) {
                double logarithm = x[i] - total;
                check.element(i, y[i], log ? logarithm : Math.exp(logarithm));
            }
        }
    }
}
