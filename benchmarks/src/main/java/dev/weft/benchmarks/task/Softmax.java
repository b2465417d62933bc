package dev.weft.benchmarks.task;

import dev.weft.DType;

/**
 * y = softmax(x) of each row, or its logarithm.
 *
 * @param group its family, without the type
 * @param log whether the logarithm
 */
public record Softmax(String group, DType dtype, boolean log, int rows, int columns)
        implements Task {
    private static final int SEED = 42;

    @Override
    public String suite() {
        return "kernels";
    }

    @Override
    public String family() {
        return Task.named(group, dtype);
    }

    @Override
    public String what() {
        String name = log ? "log-softmax" : "softmax";
        return Task.named(
                "%s of rows of %d, %d elements".formatted(name, columns, rows * columns), dtype);
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
        return 2.0 * dtype.bytes() * rows * columns;
    }

    /** rows×columns. */
    public double[] x() {
        return Draws.normal(dtype, SEED, rows * columns);
    }

    @Override
    public void check(String library, double[] y) {
        Check check = new Check(library, this);
        check.length(y, rows * columns);
        double[] x = x();
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
