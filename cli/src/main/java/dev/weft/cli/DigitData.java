package dev.weft.cli;

import dev.weft.data.Dataset;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.MnistFolder;
import dev.weft.data.Split;
import dev.weft.nn.Models;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Digits to train and test with: from a folder, or drawn.
 *
 * @param split the two sets
 * @param description where they are from
 */
record DigitData(Split split, String description) implements Learnable {
    private static final int DRAWN_TRAIN = 6000;
    private static final int DRAWN_TEST = 1000;

    /** The seed of digits that are drawn for a test of their own differs from any run's. */
    private static final long TEST_SEED = 0x7E57D161;

    /**
     * What {@code train} learns from and tests with.
     *
     * @throws InputException where testCount leaves nothing to learn from or to test with
     */
    static DigitData forTraining(@Nullable Path folder, @Nullable Integer testCount, long seed)
            throws IOException {
        return folder == null ? drawn(DRAWN_TRAIN, testCount, seed) : read(folder, testCount);
    }

    /**
     * What {@code evaluate} tests with: the folder's test set, or its last examples, or fresh drawn
     * digits.
     *
     * @throws InputException where there are not so many
     */
    static DigitData forTest(@Nullable Path folder, @Nullable Integer testCount)
            throws IOException {
        return folder == null ? drawn(1, testCount, TEST_SEED) : read(folder, testCount);
    }

    private static DigitData drawn(int train, @Nullable Integer testCount, long seed) {
        int test = testCount == null ? DRAWN_TEST : testCount;
        int most = GeneratedDigits.MOST - train;
        if (test < 1 || test > most) {
            throw new InputException(
                    "--test-count must be from 1 to %d where the program draws the digits, got %d"
                            .formatted(most, test));
        }
        Dataset all = GeneratedDigits.generate(train + test, seed);
        return new DigitData(Split.last(all, test), "digits drawn by the program");
    }

    private static DigitData read(Path folder, @Nullable Integer testCount) throws IOException {
        Split split;
        try {
            split = MnistFolder.read(folder, testCount);
        } catch (IllegalArgumentException e) {
            throw new InputException("--test-count: " + e.getMessage(), e);
        }
        Dataset train = split.train();
        if (train.features() != Models.INPUTS) {
            throw new InputException(
                    "%s: its images have %dx%d pixels, and the model takes 28x28"
                            .formatted(folder, train.rows(), train.columns()));
        }
        return new DigitData(split, folder.toString());
    }

    @Override
    public int size() {
        return split.train().size() + split.test().size();
    }

    @Override
    public List<String> labels() {
        return Arrays.stream(split.joined().labels()).mapToObj(Integer::toString).toList();
    }

    @Override
    public long[] times(String by) {
        throw withoutThat();
    }

    @Override
    public List<String> groups(String by) {
        throw withoutThat();
    }

    private static InputException withoutThat() {
        return new InputException(
                "--split-by: digits have neither times nor groups: give random or order");
    }

    /** Of all digits: those of the test files count among them. */
    @Override
    public DigitProblem problem(int[] train, int @Nullable [] validation, int @Nullable [] test) {
        Dataset all = split.joined();
        return new DigitProblem(
                description,
                all.select(train),
                validation == null ? null : all.select(validation),
                test == null ? null : all.select(test));
    }
}
