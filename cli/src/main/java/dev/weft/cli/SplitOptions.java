package dev.weft.cli;

import dev.weft.data.Splits;
import dev.weft.train.Checkpoint;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** How examples are divided. */
final class SplitOptions {
    private static final double TOLERANCE = 1e-6;

    @Option(
            names = "--split",
            paramLabel = "A/B[/C]",
            description =
                    "Shares of the examples to train, to look at after each epoch (where there are"
                            + " three) and to test. Default: 0.8/0.2, for texts 0.9/0.1, and for"
                            + " digits what their files say.")
    @Nullable String shares;

    @Option(
            names = "--split-by",
            paramLabel = "HOW",
            description =
                    "random (with the same shares of every class), order (the last ones are the"
                            + " test), time:COLUMN (the latest), or group:COLUMN (all rows of a"
                            + " group are on one side). Pictures have time:modified and"
                            + " group:folder. Default: random.")
    @Nullable String by;

    @Option(
            names = "--folds",
            paramLabel = "K",
            defaultValue = "0",
            description =
                    "Cross-validate: train K times, each time tested on another K-th of the"
                            + " examples; then train on all of them.")
    int folds;

    @Option(
            names = "--duplicates",
            paramLabel = "WHAT",
            defaultValue = "KEEP",
            description =
                    "What becomes of a table's rows that are equal to one before: keep, or drop,"
                            + " before the table is divided. Default: keep.")
    Duplicated duplicates = Duplicated.KEEP;

    /** What becomes of rows that are there twice. */
    enum Duplicated {
        KEEP,
        DROP;

        private static final String KEY = "weft.duplicates";

        /** For a model's metadata. */
        Map<String, String> metadata() {
            return Map.of(KEY, name());
        }

        /** What became of them when a model was trained. */
        static Duplicated of(Checkpoint trained) {
            return DROP.name().equals(trained.metadata().get(KEY)) ? DROP : KEEP;
        }
    }

    /** The shares of two or three parts. */
    private double[] shares() {
        return shares("0.8/0.2");
    }

    /** The same, with others where the command line gives none. */
    double[] shares(String otherwise) {
        String[] parts = (shares == null ? otherwise : shares).split("/", -1);
        double[] numbers = new double[parts.length];
        double sum = 0;
        for (int i = 0; i < parts.length; i++) {
            try {
                numbers[i] = Double.parseDouble(parts[i]);
            } catch (NumberFormatException e) {
                throw wrong(e);
            }
            sum += numbers[i];
        }
        boolean positive = java.util.Arrays.stream(numbers).allMatch(share -> share > 0);
        if (parts.length < 2 || parts.length > 3 || !positive || Math.abs(sum - 1) > TOLERANCE) {
            throw wrong(null);
        }
        return numbers;
    }

    private InputException wrong(@Nullable Throwable cause) {
        return new InputException(
                "--split must be two or three shares above 0 that add up to 1, such as 0.7/0.15/0.15, got %s"
                        .formatted(shares),
                cause);
    }

    /** Whether the command line says how to divide. */
    boolean isAsked() {
        return shares != null || by != null || folds != 0;
    }

    /** Two or three parts, as the shares say. */
    List<int[]> parts(Divisible all, long seed) throws IOException {
        try {
            List<String> labels = all.labels();
            return switch (method()) {
                case "order" -> Splits.byTime(all.order(), shares());
                case "time" -> Splits.byTime(all.times(by()), shares());
                case "group" -> Splits.grouped(all.groups(by()), seed, shares());
                default ->
                        labels == null
                                ? Splits.random(all.size(), seed, shares())
                                : Splits.stratified(labels, seed, shares());
            };
        } catch (IllegalArgumentException e) {
            throw new InputException("--split: " + e.getMessage(), e);
        }
    }

    /** What each fold learns from, and what it is tested on. */
    List<Splits.Fold> folds(Divisible all, long seed) throws IOException {
        try {
            List<String> labels = all.labels();
            return switch (method()) {
                case "order" -> Splits.timeFolds(all.order(), folds);
                case "time" -> Splits.timeFolds(all.times(by()), folds);
                case "group" -> Splits.groupedFolds(all.groups(by()), folds, seed);
                default ->
                        labels == null
                                ? Splits.folds(all.size(), folds, seed)
                                : Splits.stratifiedFolds(labels, folds, seed);
            };
        } catch (IllegalArgumentException e) {
            throw new InputException("--folds: " + e.getMessage(), e);
        }
    }

    private String method() {
        String how = how();
        String method = how.contains(":") ? how.substring(0, how.indexOf(':')) : how;
        boolean fits =
                how.contains(":")
                        ? List.of("time", "group").contains(method)
                        : List.of("random", "order").contains(method);
        if (!fits) {
            throw new InputException(
                    "--split-by must be random, order, time:COLUMN or group:COLUMN, got " + how);
        }
        return method;
    }

    private String by() {
        return how().substring(how().indexOf(':') + 1);
    }

    /** The column of a table that says how to divide it, null where none does. */
    @Nullable String column() {
        return method().equals("time") || method().equals("group") ? by() : null;
    }

    private String how() {
        return by == null ? "random" : by;
    }
}
