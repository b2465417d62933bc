package dev.weft.benchmarks.task;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * An operation as a program calls it, with its result made anew: of order, of choice, and composed
 * of products. In F32, and what is chosen by, in the integers that a library prefers.
 *
 * @param rows of {@link #x}; what is ordered or chosen is so along each
 */
public record ArrayOperation(Kind kind, int rows, int columns) implements Task {
    /** The most results of a product that are compared. */
    private static final int COMPARED = 2000;

    /** How many are kept of each row. */
    public static final int TOP = 10;

    private static final int SMALL_CALLS = 1000;

    /** Heads, and what each of their queries and keys has, of attention's scores. */
    public static final int HEADS = 8;

    public static final int HEAD_SIZE = 64;

    private static final int SEED = 42;

    /** Which operation. */
    public enum Kind {
        CUMSUM("cumsum"),
        /** With the places, as both libraries give them. */
        SORT("sort"),
        ARGSORT("argsort"),
        /** The {@link #TOP} largest. */
        TOPK("topk(10)"),
        /** Rows by number. */
        INDEX_SELECT("index_select of rows"),
        /** Elements by number, along rows. */
        GATHER("gather"),
        /** Elements added by number, along rows. */
        SCATTER_ADD("scatter_add"),
        WHERE("where"),
        MASKED_FILL("masked_fill"),
        MASKED_SELECT("masked_select"),
        /** Distances of rows from rows. */
        CDIST("cdist"),
        /** bhqd,bhkd->bhqk, with as many queries and keys as there are rows. */
        EINSUM("einsum of attention's scores"),
        /** Two tensors of 16 elements. */
        SMALL_ADD("add");

        private final String title;

        Kind(String title) {
            this.title = title;
        }
    }

    @Override
    public String suite() {
        return "ops";
    }

    @Override
    public String family() {
        return "order, choice and composed products";
    }

    @Override
    public String what() {
        return "op %s, %dx%d".formatted(kind.title, rows, columns);
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
        return 0;
    }

    /** How often a run does it: what is over at once, many times. */
    public int calls() {
        return kind == Kind.SMALL_ADD ? SMALL_CALLS : 1;
    }

    /** rows×columns; of einsum, {@link #HEADS} times so many. */
    public float[] x() {
        return Draws.normal(SEED, elements());
    }

    /** The other operand, of the same shape. */
    public float[] y() {
        return Draws.normal(SEED + 1, elements());
    }

    private int elements() {
        return rows * columns * (kind == Kind.EINSUM ? HEADS : 1);
    }

    /** A number of a row for each row, or of a column for each element. */
    public int[] indices() {
        return kind == Kind.INDEX_SELECT
                ? Draws.classes(SEED + 2, rows, rows)
                : Draws.classes(SEED + 2, elements(), columns);
    }

    /** Where an element is below 0 in {@link #y}. */
    public boolean[] mask() {
        float[] y = y();
        boolean[] mask = new boolean[y.length];
        for (int i = 0; i < y.length; i++) {
            mask[i] = y[i] < 0;
        }
        return mask;
    }

    @Override
    public void check(String library, double[] result) {
        Check check = new Check(library, this);
        float[] x = x();
        switch (kind) {
            case CUMSUM, SCATTER_ADD -> checkSums(check, x, result);
            case SORT, ARGSORT, TOPK -> checkOrder(check, x, result);
            case INDEX_SELECT -> {
                int[] indices = indices();
                compare(
                        check,
                        result,
                        x.length,
                        i -> x[indices[i / columns] * columns + i % columns]);
            }
            case GATHER -> {
                int[] indices = indices();
                compare(check, result, x.length, i -> x[i / columns * columns + indices[i]]);
            }
            case WHERE -> {
                float[] y = y();
                boolean[] mask = mask();
                compare(check, result, x.length, i -> mask[i] ? x[i] : y[i]);
            }
            case MASKED_FILL -> {
                boolean[] mask = mask();
                compare(check, result, x.length, i -> mask[i] ? -1 : x[i]);
            }
            case MASKED_SELECT -> {
                boolean[] mask = mask();
                int[] places = IntStream.range(0, x.length).filter(i -> mask[i]).toArray();
                compare(check, result, places.length, i -> x[places[i]]);
            }
            case CDIST, EINSUM -> checkProducts(check, x, result);
            case SMALL_ADD -> {
                float[] y = y();
                compare(check, result, x.length, i -> x[i] + y[i]);
            }
        }
    }

    /** What an element of the result is. */
    private interface Expected {
        float at(int index);
    }

    private static void compare(Check check, double[] result, int length, Expected expected) {
        check.length(result, length);
        for (int i = 0; i < length; i++) {
            check.element(i, result[i], expected.at(i), 0);
        }
    }

    /** To two roundoffs, and one for each doubling, of the summands without their signs. */
    private void checkSums(Check check, float[] x, double[] result) {
        check.length(result, x.length);
        double bound = dtype().roundoff() * (2 + Math.log(columns) / Math.log(2));
        int[] indices = indices();
        float[] y = y();
        for (int row = 0; row < rows; row++) {
            int start = row * columns;
            double[] sums = new double[columns];
            double[] magnitudes = new double[columns];
            if (kind == Kind.CUMSUM) {
                for (int j = 0; j < columns; j++) {
                    sums[j] = (j == 0 ? 0 : sums[j - 1]) + x[start + j];
                    magnitudes[j] = (j == 0 ? 0 : magnitudes[j - 1]) + Math.abs(x[start + j]);
                }
            } else {
                for (int j = 0; j < columns; j++) {
                    sums[j] += x[start + j];
                    magnitudes[j] += Math.abs(x[start + j]);
                    sums[indices[start + j]] += y[start + j];
                    magnitudes[indices[start + j]] += Math.abs(y[start + j]);
                }
            }
            for (int j = 0; j < columns; j++) {
                check.element(start + j, result[start + j], sums[j], bound * magnitudes[j]);
            }
        }
    }

    /** Places may differ where elements are equal. */
    private void checkOrder(Check check, float[] x, double[] result) {
        int kept = kind == Kind.TOPK ? TOP : columns;
        check.length(result, rows * kept);
        for (int row = 0; row < rows; row++) {
            float[] sorted = Arrays.copyOfRange(x, row * columns, (row + 1) * columns);
            Arrays.sort(sorted);
            for (int j = 0; j < kept; j++) {
                int at = row * kept + j;
                double actual =
                        kind == Kind.ARGSORT ? x[row * columns + (int) result[at]] : result[at];
                float expected = sorted[kind == Kind.TOPK ? columns - 1 - j : j];
                check.element(at, actual, expected, 0);
            }
        }
    }

    private void checkProducts(Check check, float[] x, double[] result) {
        float[] y = y();
        check.length(result, elements() / columns * rows);
        Draws.indices(result.length, COMPARED)
                .forEach(
                        i -> {
                            int a = i / rows * columns;
                            int b = (i / rows / rows * rows + i % rows) * columns;
                            double sum = 0;
                            for (int j = 0; j < columns; j++) {
                                double difference = (double) x[a + j] - y[b + j];
                                sum +=
                                        kind == Kind.CDIST
                                                ? difference * difference
                                                : (double) x[a + j] * y[b + j];
                            }
                            check.element(i, result[i], kind == Kind.CDIST ? Math.sqrt(sum) : sum);
                        });
    }
}
