package dev.weft.cli;

import dev.weft.data.Splits;
import dev.weft.data.image.ImageFolder;
import dev.weft.data.image.ImageOptions;
import dev.weft.nn.Architecture;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What {@code --data} names: a text, where the model is for one, a table, a folder of MNIST's
 * files, a folder of folders of pictures, or, where it is not given, digits that the program draws.
 *
 * @param problem what is trained and saved
 * @param folds what is trained before, to see how well that does; none without cross-validation
 */
record TrainingData(Problem problem, List<? extends Problem> folds) {
    /**
     * Reads it.
     *
     * @throws InputException where options do not fit what is there
     */
    static TrainingData read(TrainOptions options) throws IOException {
        Path data = options.data;
        SplitOptions how = options.split;
        String model = options.model;
        options.fingerprint = data == null || !Files.exists(data) ? null : Fingerprint.of(data);
        boolean ofText = model != null && Architecture.takesText(model);
        if (options.context != null && !ofText) {
            throw new InputException("--context is for texts: give --model gpt");
        }
        boolean ofTable = data != null && !ofText && !Files.isDirectory(data);
        if (how.duplicates == SplitOptions.Duplicated.DROP && !ofTable) {
            throw new InputException("--duplicates is for tables");
        }
        if (options.stream != null && !ofTable) {
            throw new InputException("--stream is for tables");
        }
        if (ofText) {
            return new TrainingData(TextProblem.read(options), List.of());
        }
        if (data == null || isMnist(data)) {
            DigitData digits = DigitData.forTraining(data, options.testCount, options.seed);
            if (!how.isAsked()) {
                return new TrainingData(new DigitProblem(digits), List.of());
            }
            if (options.testCount != null) {
                throw new InputException(
                        "--test-count and --split, --split-by or --folds exclude each other");
            }
            return divided(digits, how, options.seed);
        }
        if (options.testCount != null) {
            throw new InputException("--test-count is for digits: use --split");
        }
        if (Files.isDirectory(data)) {
            ImageOptions reading = imageOptions(options.size);
            Optional<ImageProblem> already = ImageData.divided(data, reading, how);
            return already.isPresent()
                    ? new TrainingData(already.get(), List.of())
                    : divided(
                            new ImageData(data, ImageFolder.open(data, reading)),
                            how,
                            options.seed);
        }
        return divided(TableData.read(data, options), how, options.seed);
    }

    private static TrainingData divided(Learnable all, SplitOptions how, long seed)
            throws IOException {
        if (how.folds == 0) {
            List<int[]> parts = how.parts(all, seed);
            int[] between = parts.size() == 3 ? parts.get(1) : null;
            return new TrainingData(
                    all.problem(parts.getFirst(), between, parts.getLast()), List.of());
        }
        if (how.shares != null) {
            throw new InputException("--split and --folds exclude each other");
        }
        List<Problem> folds = new ArrayList<>();
        for (Splits.Fold fold : how.folds(all, seed)) {
            folds.add(all.problem(fold.train(), null, fold.test()));
        }
        int[] whole = IntStream.range(0, all.size()).toArray();
        return new TrainingData(all.problem(whole, null, null), folds);
    }

    /** A folder with files of MNIST's names, or with nothing that could be anything else. */
    static boolean isMnist(Path data) throws IOException {
        if (!Files.isDirectory(data)) {
            // A missing one too: its name tells what was meant.
            return !Files.exists(data) && !isTable(data);
        }
        try (Stream<Path> entries = Files.list(data)) {
            List<Path> all = entries.toList();
            return all.stream()
                            .anyMatch(file -> String.valueOf(file.getFileName()).contains("-ubyte"))
                    || all.stream().noneMatch(Files::isDirectory);
        }
    }

    private static boolean isTable(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.matches(".*\\.(csv|tsv|txt|tab)(\\.gz)?");
    }

    /** How pictures are read: of one size, or made so. */
    static ImageOptions imageOptions(@Nullable String size) {
        if (size == null) {
            return ImageOptions.defaults();
        }
        String[] sides = size.split("x", -1);
        try {
            if (sides.length == 2) {
                return ImageOptions.defaults()
                        .resize(Integer.parseInt(sides[1]), Integer.parseInt(sides[0]));
            }
        } catch (IllegalArgumentException e) {
            throw wrongSize(size, e);
        }
        throw wrongSize(size, null);
    }

    private static InputException wrongSize(String size, @Nullable Throwable cause) {
        return new InputException(
                "--size must be WIDTHxHEIGHT in pixels, such as 64x64, got " + size, cause);
    }
}
