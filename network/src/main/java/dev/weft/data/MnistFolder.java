package dev.weft.data;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A folder of IDX files by MNIST's names: {@code train-images-idx3-ubyte} with {@code
 * train-labels-idx1-ubyte}, and the same with {@code t10k} or {@code test}; also written {@code
 * train-images.idx3-ubyte}, with {@code .gz}, and with something before, as in EMNIST's {@code
 * emnist-letters-train-images-idx3-ubyte}. Images may have any size.
 */
public final class MnistFolder {
    private static final int DIGITS = 10;

    /** The share that is kept for the test where nothing else says. */
    private static final int DEFAULT_TEST_SHARE = 10;

    private final Path folder;
    private final Options options;

    /**
     * What the files do not say.
     *
     * @param transposed whether rows and columns of each image are exchanged, as in EMNIST's files
     * @param classes how many there are; 0 for as many as the largest label needs, but ten at least
     */
    public record Options(boolean transposed, int classes) {
        /** Checks the number. */
        public Options {
            if (classes < 0 || classes > 256) {
                throw new IllegalArgumentException(
                        "IDX: %d classes: labels are bytes, so that there are 1 to 256"
                                .formatted(classes));
            }
        }

        /** Upright images; ten classes, or as many as there are labels. */
        public static Options defaults() {
            return new Options(false, 0);
        }
    }

    private MnistFolder(Path folder, Options options) {
        this.folder = folder;
        this.options = options;
    }

    /** As {@link #read(Path, Integer, Options)} with {@link Options#defaults}. */
    public static Split read(Path folder, @Nullable Integer testCount) throws IOException {
        return read(folder, testCount, Options.defaults());
    }

    /**
     * Reads what to learn from and what to test on. Without {@code testCount}, t10k is the test set
     * where both sets are there, and the last tenth of the only one otherwise.
     *
     * @param testCount take the last so many for the test: of the training set where both are there
     * @throws FormatException where there are no such files, or one is not what it should be
     * @throws IllegalArgumentException where testCount leaves nothing to learn from or to test
     */
    public static Split read(Path folder, @Nullable Integer testCount, Options options)
            throws IOException {
        return new MnistFolder(folder, options).read(testCount);
    }

    /**
     * Two files that belong together.
     *
     * @param images the file of images
     * @param labels the file of their labels
     */
    private record Pair(Path images, Path labels) {}

    private Split read(@Nullable Integer testCount) throws IOException {
        Pair trainFiles = find("train");
        Pair testFiles = trainFiles == null || testCount == null ? find("t10k|test") : null;
        if (trainFiles != null && testFiles != null) {
            int[] trainLabels = Idx.labels(trainFiles.labels);
            int[] testLabels = Idx.labels(testFiles.labels);
            int classes =
                    classes(
                            IntStream.concat(
                                    Arrays.stream(trainLabels), Arrays.stream(testLabels)));
            Dataset train = read(trainFiles, trainLabels, classes);
            Dataset test = read(testFiles, testLabels, classes);
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
        Pair files = trainFiles != null ? trainFiles : testFiles;
        if (files == null) {
            throw new FormatException(nothingThere());
        }
        int[] labels = Idx.labels(files.labels);
        Dataset only = read(files, labels, classes(Arrays.stream(labels)));
        return Split.last(
                only,
                testCount != null ? testCount : Math.max(1, only.size() / DEFAULT_TEST_SHARE));
    }

    private int classes(IntStream labels) {
        return options.classes != 0
                ? options.classes
                : Math.max(DIGITS, labels.max().orElse(0) + 1);
    }

    private String nothingThere() {
        return folder
                + ": "
                + (Files.isDirectory(folder)
                        ? "holds no IDX files of digits"
                        : Files.exists(folder) ? "is not a folder" : "there is no such folder")
                + "; looked in it for train-images-idx3-ubyte and t10k-images-idx3-ubyte (or"
                + " .idx3-ubyte, or with .gz)";
    }

    private @Nullable Pair find(String set) throws IOException {
        Path images = file(set, "images", "idx3");
        Path labels = file(set, "labels", "idx1");
        if (images != null && labels != null) {
            return new Pair(images, labels);
        }
        Path half = images != null ? images : labels;
        if (half == null) {
            return null;
        }
        String name = half.getFileName().toString();
        String other =
                images == null
                        ? name.replace("labels", "images").replace("idx1", "idx3")
                        : name.replace("images", "labels").replace("idx3", "idx1");
        throw new FormatException(
                "%s: its other half is not there: %s (or .gz)"
                        .formatted(half, other.replaceFirst("\\.gz$", "")));
    }

    /** The file of that kind; of several, the first by name, which must be of one data set. */
    private @Nullable Path file(String set, String kind, String type) throws IOException {
        if (!Files.isDirectory(folder)) {
            return null;
        }
        Pattern name =
                Pattern.compile("(.*-)?(%s)-%s[-.]%s-ubyte(\\.gz)?".formatted(set, kind, type));
        TreeMap<String, Path> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                Matcher matcher = name.matcher(file.getFileName().toString());
                if (matcher.matches()) {
                    String before = matcher.group(1);
                    found.putIfAbsent(before == null ? "" : before, file);
                }
            }
        }
        if (found.size() > 1) {
            throw new FormatException(
                    "%s: and %s lie in one folder: give each data set a folder of its own"
                            .formatted(
                                    found.firstEntry().getValue(),
                                    found.lastEntry().getValue().getFileName()));
        }
        return found.isEmpty() ? null : found.firstEntry().getValue();
    }

    private Dataset read(Pair files, int[] labels, int classes) throws IOException {
        Idx.Images images = Idx.images(files.images);
        if (options.transposed) {
            images = images.transposed();
        }
        if (images.count() != labels.length) {
            throw new FormatException(
                    "%s: holds %d labels, and %s %d images, expected the same number"
                            .formatted(files.labels, labels.length, files.images, images.count()));
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] >= classes) {
                throw new FormatException(
                        "%s: label number %d is %d, expected 0 to %d"
                                .formatted(files.labels, i + 1, labels[i], classes - 1));
            }
        }
        return new Dataset(
                images.pixels(),
                images.rows(),
                images.columns(),
                labels,
                classes,
                files.images.toString());
    }
}
