package dev.weft.benchmarks.library;

import dev.weft.DType;
import dev.weft.benchmarks.task.Reduction;
import dev.weft.benchmarks.task.Singles;
import dev.weft.benchmarks.task.Task;

import java.util.Optional;

/**
 * Sums in F32 as NumPy adds them up (its {@code pairwise_sum} in {@code loops_utils.h.src}): up to
 * 128 numbers into eight accumulators, of which every eighth number goes into one; more are halved,
 * the first half at a multiple of eight, and each half is added up in the same way. Java's, on one
 * thread: it is there for its error, which grows like log n.
 */
public final class Pairwise implements Library {
    private static final int BLOCK = 128;
    private static final int ACCUMULATORS = 8;

    @Override
    public String name() {
        return "pairwise";
    }

    @Override
    public String describe() {
        return "NumPy's pairwise summation in Java, for its error, 1 thread";
    }

    @Override
    public void setThreads(int threads) {}

    @Override
    public Optional<Work> prepare(Task task) {
        return task instanceof Reduction reduction
                        && reduction.kind().addsUp()
                        && task.dtype() == DType.F32
                ? Optional.of(new Sums(reduction))
                : Optional.empty();
    }

    @Override
    public void close() {}

    private static final class Sums implements Work {
        /** All numbers of a sum, and then those of the next. */
        private final float[] x;

        private final float[] y;
        private final boolean isMean;

        Sums(Reduction task) {
            isMean = task.kind().isMean();
            y = new float[task.results()];
            float[] rows = Singles.of(task.x());
            x = task.kind().axis() == Reduction.Axis.COLUMN ? columns(rows, y.length) : rows;
        }

        private static float[] columns(float[] rows, int columns) {
            float[] x = new float[rows.length];
            int height = rows.length / columns;
            for (int i = 0; i < rows.length; i++) {
                x[i % columns * height + i / columns] = rows[i];
            }
            return x;
        }

        @Override
        public void run() {
            int count = x.length / y.length;
            for (int i = 0; i < y.length; i++) {
                float sum = sum(x, i * count, count);
                y[i] = isMean ? sum / count : sum;
            }
        }

        @Override
        public double[] result() {
            return Singles.widened(y);
        }

        @Override
        public void close() {}
    }

    static float sum(float[] x, int from, int count) {
        if (count > BLOCK) {
            int half = count / 2;
            half -= half % ACCUMULATORS;
            return sum(x, from, half) + sum(x, from + half, count - half);
        }
        int at = from;
        int end = from + count;
        float sum = 0;
        if (count >= ACCUMULATORS) {
            float[] sums = new float[ACCUMULATORS];
            for (int blocks = count / ACCUMULATORS; blocks > 0; blocks--) {
                for (int i = 0; i < ACCUMULATORS; i++) {
                    sums[i] += x[at++];
                }
            }
            sum =
                    ((sums[0] + sums[1]) + (sums[2] + sums[3]))
                            + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
        }
        while (at < end) {
            sum += x[at++];
        }
        return sum;
    }
}
