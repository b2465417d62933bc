package dev.weft.benchmarks.task;

import dev.weft.DType;

/**
 * The mean over rows of -ln softmax(logits)[label], and its gradient by the logits. A result is the
 * gradient and then the loss.
 */
public record CrossEntropy(int rows, int classes) implements Task {
    private static final int LOGITS_SEED = 42;
    private static final int LABELS_SEED = 49;

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
        return "cross-entropy and gradient, %dx%d".formatted(rows, classes);
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
        return 8.0 * rows * classes + 4.0 * rows;
    }

    /** rows×classes. */
    public float[] logits() {
        return Draws.normal(LOGITS_SEED, rows * classes);
    }

    /** One for each row. */
    public int[] labels() {
        return Draws.classes(LABELS_SEED, rows, classes);
    }

    @Override
    public void check(String library, double[] result) {
        Check check = new Check(library, this);
        check.length(result, rows * classes + 1);
        double[] logits = Draws.normal(DType.F32, LOGITS_SEED, rows * classes);
        int[] labels = labels();
        double loss = 0;
        for (int row = 0; row < rows; row++) {
            int from = row * classes;
            double total = LogSumExp.of(logits, from, classes);
            loss += (total - logits[from + labels[row]]) / rows;
            for (int j = 0; j < classes; j++) {
                double probability = Math.exp(logits[from + j] - total);
                double expected = (probability - (j == labels[row] ? 1 : 0)) / rows;
                check.element(from + j, result[from + j], expected, 1e-5 / rows);
            }
        }
        check.element(rows * classes, result[rows * classes], loss);
    }
}
