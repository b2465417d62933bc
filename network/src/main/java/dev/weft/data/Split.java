package dev.weft.data;

import java.util.Arrays;

/**
 * What a network learns from, and what it is tested on.
 *
 * @param train to learn from
 * @param test never learnt from
 */
public record Split(Dataset train, Dataset test) {
    /** Checks that both are of the same kind of image and classes. */
    public Split {
        if (train.rows() != test.rows()
                || train.columns() != test.columns()
                || train.classes() != test.classes()) {
            throw new IllegalArgumentException(
                    train.source()
                            + " has images of "
                            + train.rows()
                            + "x"
                            + train.columns()
                            + ", and "
                            + test.source()
                            + " of "
                            + test.rows()
                            + "x"
                            + test.columns()
                            + ": they must be alike");
        }
    }

    /** All examples, those of the test behind the others, a copy. */
    public Dataset joined() {
        byte[] pixels =
                Arrays.copyOf(
                        train.allPixels(),
                        Math.addExact(train.allPixels().length, test.allPixels().length));
        System.arraycopy(
                test.allPixels(), 0, pixels, train.allPixels().length, test.allPixels().length);
        int[] labels = Arrays.copyOf(train.labels(), train.size() + test.size());
        System.arraycopy(test.labels(), 0, labels, train.size(), test.size());
        return new Dataset(
                pixels, train.rows(), train.columns(), labels, train.classes(), train.source());
    }

    /**
     * The last {@code testCount} examples for the test, the others to learn from.
     *
     * @throws IllegalArgumentException where that leaves one of them empty
     */
    public static Split last(Dataset all, int testCount) {
        if (testCount < 1 || testCount >= all.size()) {
            throw new IllegalArgumentException(
                    "a test count of "
                            + testCount
                            + " does not fit: "
                            + all.source()
                            + " holds "
                            + all.size()
                            + " examples, so it must be 1 to "
                            + (all.size() - 1));
        }
        int trainCount = all.size() - testCount;
        return new Split(all.part(0, trainCount), all.part(trainCount, all.size()));
    }
}
