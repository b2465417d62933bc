package dev.weft.cli;

import dev.weft.data.Dataset;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.MnistFolder;
import dev.weft.data.Split;
import dev.weft.nn.Models;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Digits to train and test with: from a folder, or drawn.
 *
 * @param split the two sets
 * @param description where they are from
 */
record DigitData(Split split, String description) {
    private static final int DRAWN_TRAIN = 6000;
    private static final int DRAWN_TEST = 1000;

    /** The seed of digits that are drawn for a test of their own differs from any run's. */
    private static final long TEST_SEED = 0x7E57D161;

    static DigitData forTraining(@Nullable Path folder, @Nullable Integer testCount, long seed)
            throws IOException {
        DigitData data;
        if (folder == null) {
            int test = testCount == null ? DRAWN_TEST : testCount;
            Dataset all = GeneratedDigits.generate(Math.addExact(DRAWN_TRAIN, test), seed);
            data = new DigitData(Split.last(all, test), "digits drawn by the program");
        } else {
            data = new DigitData(MnistFolder.read(folder, testCount), folder.toString());
        }
        int features = data.split.train().features();
        if (features != Models.INPUTS) {
            throw new InputException(
                    folder
                            + ": its images have "
                            + data.split.train().rows()
                            + "x"
                            + data.split.train().columns()
                            + " pixels, and the model takes 28x28");
        }
        return data;
    }

    /**
     * What {@code evaluate} tests with: the folder's test set, or its last examples, or fresh drawn
     * digits.
     */
    static DigitData forTest(@Nullable Path folder, @Nullable Integer testCount)
            throws IOException {
        if (folder == null) {
            int test = testCount == null ? DRAWN_TEST : testCount;
            Dataset all = GeneratedDigits.generate(Math.addExact(test, 1), TEST_SEED);
            return new DigitData(Split.last(all, test), "digits drawn by the program");
        }
        return forTraining(folder, testCount, 0);
    }
}
