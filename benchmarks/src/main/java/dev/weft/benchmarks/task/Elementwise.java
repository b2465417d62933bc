package dev.weft.benchmarks.task;

import dev.weft.DType;

/**
 * y = f(x) for each of many elements.
 *
 * @param group its family, without the type
 */
public record Elementwise(String group, DType dtype, Function function, int elements)
        implements Task {
    private static final int SEED = 42;
    private static final int MOST_CHECKED = 1 << 20;

    /** What is computed of an element. */
    public enum Function {
        COPY,
        RELU,
        EXP,
        LOG,
        TANH,
        SIGMOID,
        /** x Φ(x), by the error function. */
        GELU;

        String title() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        double of(double x) {
            return switch (this) {
                case COPY -> x;
                case RELU -> Math.max(0, x);
                case EXP -> Math.exp(x);
                case LOG -> Math.log(x);
                case TANH -> Math.tanh(x);
                case SIGMOID -> 1 / (1 + Math.exp(-x));
                case GELU -> x * (1 + Erf.of(x / Math.sqrt(2))) / 2;
            };
        }
    }

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
        return Task.named("%s, %d elements".formatted(function.title(), elements), dtype);
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
        return 2.0 * dtype.bytes() * elements;
    }

    /** Normal, but positive for the logarithm. */
    public double[] x() {
        double[] x = Draws.normal(dtype, SEED, elements);
        if (function == Function.LOG) {
            for (int i = 0; i < elements; i++) {
                x[i] = Math.max(Math.abs(x[i]), Float.MIN_NORMAL);
            }
        }
        return x;
    }

    @Override
    public void check(String library, double[] y) {
        Check check = new Check(library, this);
        check.length(y, elements);
        double[] x = x();
        Draws.indices(elements, MOST_CHECKED)
                .forEach(i -> check.element(i, y[i], function.of(x[i])));
    }
}
