package dev.weft.data;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder of IDX files by MNIST's names: {@code train-images-idx3-ubyte} with {@code
 * train-labels-idx1-ubyte}, and the same with {@code t10k}; also written {@code
 * train-images.idx3-ubyte}, and with {@code .gz}.
 */
public final class MnistFolder {
    private static final int CLASSES = 10;

    /** The share that is kept for the test where nothing else says. */
    private static final int DEFAULT_TEST_SHARE = 10;

    private MnistFolder() {}

    /**
     * Reads what to learn from and what to test on. Without {@code testCount}, t10k is the test set
     * where both sets are there, and the last tenth of the only one otherwise.
     *
     * @param testCount take the last so many for the test: of the training set where both are there
     * @throws FormatException where there are no such files, or one is not what it should be
     * @throws IllegalArgumentException where testCount leaves nothing to learn from or to test
     */
    public static Split read(Path folder, @Nullable Integer testCount) throws IOException {
        Dataset train = find(folder, "train");
        Dataset test = train == null || testCount == null ? find(folder, "t10k") : null;
        if (train != null && test != null) {
            if (train.rows() != test.rows() || train.columns() != test.columns()) {
                throw new FormatException(
                        "%s: has images of %dx%d, and %s of %dx%d, expected the same size"
                                .formatted(
                                        train.source(),
                                        train.rows(),
                                        train.columns(),
                                        test.source(),
                                        test.rows(),
                                        test.columns()));
            }
            return new Split(train, test);
        }
        Dataset only = train != null ? train : test;
        if (only == null) {
            throw new FormatException(nothingIn(folder));
        }
        return Split.last(
                only,
                testCount != null ? testCount : Math.max(1, only.size() / DEFAULT_TEST_SHARE));
    }

    private static String nothingIn(Path folder) {
        return folder
                + ": "
                + (Files.isDirectory(folder)
                        ? "holds no IDX files of digits"
                        : Files.exists(folder) ? "is not a folder" : "there is no such folder")
                + "; looked in it for train-images-idx3-ubyte and t10k-images-idx3-ubyte (or"
                + " .idx3-ubyte, or with .gz)";
    }

    private static @Nullable Dataset find(Path folder, String set) throws IOException {
        Path images = file(folder, set + "-images", "idx3-ubyte");
        Path labels = file(folder, set + "-labels", "idx1-ubyte");
        if (images != null && labels != null) {
            return read(images, labels);
        }
        Path half = images != null ? images : labels;
        if (half == null) {
            return null;
        }
        throw new FormatException(
                half
                        + ": its other half is not there: "
                        + set
                        + (images == null ? "-images-idx3-ubyte" : "-labels-idx1-ubyte")
                        + " (or .gz)");
    }

    private static @Nullable Path file(Path folder, String name, String type) {
        for (String ending :
                List.of("-" + type, "." + type, "-" + type + ".gz", "." + type + ".gz")) {
            Path file = folder.resolve(name + ending);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        return null;
    }

    private static Dataset read(Path imagesFile, Path labelsFile) throws IOException {
        Idx.Images images = Idx.images(imagesFile);
        int[] labels = Idx.labels(labelsFile);
        if (images.count() != labels.length) {
            throw new FormatException(
                    labelsFile
                            + ": holds "
                            + labels.length
                            + " labels, and "
                            + imagesFile
                            + " "
                            + images.count()
                            + " images, expected the same number");
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] >= CLASSES) {
                throw new FormatException(
                        labelsFile
                                + ": label number "
                                + (i + 1)
                                + " is "
                                + labels[i]
                                + ", expected 0 to "
                                + (CLASSES - 1));
            }
        }
        return new Dataset(
                images.pixels(),
                images.rows(),
                images.columns(),
                labels,
                CLASSES,
                imagesFile.toString());
    }
}
