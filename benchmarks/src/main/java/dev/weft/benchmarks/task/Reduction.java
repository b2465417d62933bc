package dev.weft.benchmarks.task;

/** One number of many, or of each row. */
public record Reduction(String family, Kind kind, int rows, int columns) implements Task {
    private static final int SEED = 42;

    /** 2u of F32: what is lost of Σ|x| where few sums are long. */
    private static final double ROUNDING = 0x1p-23;

    /** Which number. */
    public enum Kind {
        /** Of all elements. */
        SUM("sum"),
        /** Of each row. */
        MEAN("mean of rows"),
        /** Of all elements. */
        MAX("max"),
        /** The index of the largest element of each row. */
        ARGMAX("argmax of rows");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        /** Whether there is a result for each row. */
        public boolean ofRows() {
            return this == MEAN || this == ARGMAX;
        }
    }

    @Override
    public String suite() {
        return "kernels";
    }

    @Override
    public String what() {
        String title = kind.ofRows() ? kind.title + " of " + columns : kind.title;
        return "%s, %d elements".formatted(title, rows * columns);
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
        return 4.0 * rows * columns;
    }

    /** rows×columns. */
    public float[] x() {
        return Draws.normal(SEED, rows * columns);
    }

    @Override
    public void check(String library, float[] y) {
        Check check = new Check(library, this);
        int parts = kind.ofRows() ? rows : 1;
        check.length(y, parts);
        float[] x = x();
        int each = rows * columns / parts;
        for (int part = 0; part < parts; part++) {
            int from = part * each;
            switch (kind) {
                case SUM -> sum(check, part, y[part], x, from, each, 1);
                case MEAN -> sum(check, part, y[part], x, from, each, 1.0 / each);
                case MAX -> check.element(part, y[part], x[from + largest(x, from, each)], 0);
                case ARGMAX -> check.element(part, y[part], largest(x, from, each), 0);
            }
        }
    }

    private static void sum(
            Check check, int i, double actual, float[] x, int from, int count, double factor) {
        double sum = 0;
        double magnitude = 0;
        for (int j = from; j < from + count; j++) {
            sum += x[j];
            magnitude += Math.abs(x[j]);
        }
        check.element(i, actual, factor * sum, factor * ROUNDING * magnitude);
    }

    /** The first of the largest. */
    private static int largest(float[] x, int from, int count) {
        int largest = 0;
        for (int j = 1; j < count; j++) {
            largest = x[from + j] > x[from + largest] ? j : largest;
        }
        return largest;
    }
}
