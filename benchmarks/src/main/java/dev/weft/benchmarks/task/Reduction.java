package dev.weft.benchmarks.task;

import dev.weft.DType;

import java.util.Arrays;

/**
 * One number of many, of each row, or of each column.
 *
 * @param group its family, without the type
 */
public record Reduction(String group, DType dtype, Kind kind, int rows, int columns)
        implements Task {
    private static final int SEED = 42;

    /** What is made one number. */
    public enum Axis {
        ALL,
        /** Each row. */
        ROW,
        /** Each column. */
        COLUMN
    }

    /** Which number. */
    public enum Kind {
        SUM("sum", Axis.ALL),
        MEAN("mean of rows", Axis.ROW),
        MAX("max", Axis.ALL),
        /** The index of the largest element. */
        ARGMAX("argmax of rows", Axis.ROW),
        /** Of positive numbers, so that what is lost does not cancel. */
        MEAN_OVER_ROWS("mean over rows", Axis.COLUMN),
        /** More of them than a sum of F32 from the first to the last could count: 2²⁴. */
        ONES_OVER_ROWS("sum of ones over rows", Axis.COLUMN);

        private final String title;
        private final Axis axis;

        Kind(String title, Axis axis) {
            this.title = title;
            this.axis = axis;
        }

        /** What is made one number. */
        public Axis axis() {
            return axis;
        }

        /** Whether it is a sum over the number of its summands. */
        public boolean isMean() {
            return this == MEAN || this == MEAN_OVER_ROWS;
        }

        /** Whether it is a sum or a mean. */
        public boolean addsUp() {
            return isMean() || this == SUM || this == ONES_OVER_ROWS;
        }
    }

    @Override
    public String family() {
        return Task.named(group, dtype);
    }

    @Override
    public String suite() {
        return "kernels";
    }

    @Override
    public String what() {
        String name =
                switch (kind.axis) {
                    case ALL -> "%s, %d elements".formatted(kind.title, rows * columns);
                    case ROW ->
                            "%s of %d, %d elements".formatted(kind.title, columns, rows * columns);
                    case COLUMN -> "%s, %dx%d".formatted(kind.title, rows, columns);
                };
        return Task.named(name, dtype);
    }

    @Override
    public double size() {
        return Double.NaN;
    }

    @Override
    public double flops() {
        return 0;
    }

    /** Only what it reads. */
    @Override
    public double bytes() {
        return (double) dtype.bytes() * rows * columns;
    }

    /** rows×columns. */
    public double[] x() {
        if (kind == Kind.ONES_OVER_ROWS) {
            double[] ones = new double[rows * columns];
            Arrays.fill(ones, 1);
            return ones;
        }
        double[] x = Draws.normal(dtype, SEED, rows * columns);
        if (kind == Kind.MEAN_OVER_ROWS) {
            Arrays.setAll(x, i -> Math.abs(x[i]));
        }
        return x;
    }

    /** How many numbers the result is. */
    public int results() {
        return switch (kind.axis) {
            case ALL -> 1;
            case ROW -> rows;
            case COLUMN -> columns;
        };
    }

    /** The first element of a part. */
    private int from(int part) {
        return kind.axis == Axis.ROW ? part * columns : part;
    }

    /** From one element of a part to the next. */
    private int step() {
        return kind.axis == Axis.COLUMN ? columns : 1;
    }

    private int each() {
        return rows * columns / results();
    }

    @Override
    public void check(String library, double[] y) {
        Check check = new Check(library, this);
        check.length(y, results());
        double[] x = x();
        for (int part = 0; part < y.length; part++) {
            if (kind.addsUp()) {
                Sum sum = new Sum(x, part);
                check.element(part, y[part], sum.value, roundoffs() * sum.roundoff);
            } else {
                int largest = largest(x, from(part));
                double expected = kind == Kind.MAX ? x[from(part) + largest] : largest;
                check.element(part, y[part], expected, 0);
            }
        }
    }

    /**
     * What may be lost of Σ|x|: over rows some libraries lose more, the more there are, but no more
     * than grows like log n.
     */
    private double roundoffs() {
        return kind.axis == Axis.COLUMN ? 2 + Math.log(rows) / Math.log(2) : 2;
    }

    @Override
    public double error(double[] y) {
        if (!kind.addsUp()) {
            return Double.NaN;
        }
        double[] x = x();
        double largest = 0;
        for (int part = 0; part < y.length; part++) {
            Sum sum = new Sum(x, part);
            largest = Math.max(largest, Math.abs(y[part] - sum.value) / sum.roundoff);
        }
        return largest;
    }

    /**
     * A part's sum, or mean, in double, with what its additions lose added up beside it (Neumaier
     * 1974), so that it can judge F64.
     */
    private final class Sum {
        final double value;

        /** One roundoff of the type, of what the elements come to without their signs. */
        final double roundoff;

        Sum(double[] x, int part) {
            double sum = 0;
            double lost = 0;
            double magnitude = 0;
            int at = from(part);
            for (int i = 0; i < each(); i++, at += step()) {
                double next = sum + x[at];
                boolean isLarger = Math.abs(sum) >= Math.abs(x[at]);
                lost += isLarger ? sum - next + x[at] : x[at] - next + sum;
                sum = next;
                magnitude += Math.abs(x[at]);
            }
            int count = kind.isMean() ? each() : 1;
            value = (sum + lost) / count;
            roundoff = dtype.roundoff() * magnitude / count;
        }
    }

    /** The first of the largest of all, or of a row. */
    private int largest(double[] x, int from) {
        int largest = 0;
        for (int j = 1; j < each(); j++) {
            largest = x[from + j] > x[from + largest] ? j : largest;
        }
        return largest;
    }
}
