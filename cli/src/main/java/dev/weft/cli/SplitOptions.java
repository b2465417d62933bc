package dev.weft.cli;

import dev.weft.data.Splits;
import dev.weft.data.table.Table;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.util.List;
import java.util.stream.IntStream;

/** How rows of a table, or pictures of a folder, are divided. */
final class SplitOptions {
    private static final double TOLERANCE = 1e-6;

    @Option(
            names = "--split",
            paramLabel = "A/B[/C]",
            description =
                    "Shares of a table's rows, or of a folder's pictures, to train, to look at"
                            + " after each epoch (where there are three) and to test. Default:"
                            + " 0.8/0.2.")
    @Nullable String shares;

    @Option(
            names = "--split-by",
            paramLabel = "HOW",
            defaultValue = "random",
            description =
                    "random (with the same shares of every class), order (the last rows are the"
                            + " test), time:COLUMN (the latest), or group:COLUMN (all rows of a"
                            + " group are on one side). Default: ${DEFAULT-VALUE}.")
    String by = "random";

    @Option(
            names = "--folds",
            paramLabel = "K",
            defaultValue = "0",
            description =
                    "Cross-validate: train K times, each time tested on another K-th of the rows;"
                            + " then train on all of them.")
    int folds;

    @Option(
            names = "--duplicates",
            paramLabel = "WHAT",
            defaultValue = "keep",
            description =
                    "What becomes of a table's rows that are equal to one before: keep, or drop,"
                            + " before the table is divided. Default: ${DEFAULT-VALUE}.")
    Duplicated duplicates = Duplicated.KEEP;

    /** What becomes of rows that are there twice. */
    enum Duplicated {
        KEEP,
        DROP
    }

    /** The shares of two or three parts. */
    double[] shares() {
        String[] parts = (shares == null ? "0.8/0.2" : shares).split("/", -1);
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

    /**
     * The parts of a table's rows.
     *
     * @param labels of each row where classes are learnt, otherwise null
     */
    List<int[]> parts(Table rows, @Nullable List<String> labels, long seed) {
        try {
            return switch (method()) {
                case "order" -> Splits.inOrder(rows.rows(), shares());
                case "time" -> Splits.byTime(rows.times(column()), shares());
                case "group" -> Splits.grouped(rows.texts(column()), seed, shares());
                default -> parts(rows.rows(), labels, seed);
            };
        } catch (IllegalArgumentException e) {
            throw new InputException("--split: " + e.getMessage(), e);
        }
    }

    /** The parts of so many examples. */
    List<int[]> parts(int examples, @Nullable List<String> labels, long seed) {
        return labels == null
                ? Splits.random(examples, seed, shares())
                : Splits.stratified(labels, seed, shares());
    }

    /** The folds of a table's rows. */
    List<Splits.Fold> folds(Table rows, @Nullable List<String> labels, long seed) {
        try {
            return switch (method()) {
                case "time" -> Splits.timeFolds(rows.times(column()), folds);
                case "order" ->
                        Splits.timeFolds(
                                IntStream.range(0, rows.rows()).asLongStream().toArray(), folds);
                case "group" -> Splits.groupedFolds(rows.texts(column()), folds, seed);
                default ->
                        labels == null
                                ? Splits.folds(rows.rows(), folds, seed)
                                : Splits.stratifiedFolds(labels, folds, seed);
            };
        } catch (IllegalArgumentException e) {
            throw new InputException("--folds: " + e.getMessage(), e);
        }
    }

    private String method() {
        String method = by.contains(":") ? by.substring(0, by.indexOf(':')) : by;
        boolean fits =
                by.contains(":")
                        ? List.of("time", "group").contains(method)
                        : List.of("random", "order").contains(method);
        if (!fits) {
            throw new InputException(
                    "--split-by must be random, order, time:COLUMN or group:COLUMN, got " + by);
        }
        return method;
    }

    private String column() {
        return by.substring(by.indexOf(':') + 1);
    }
}
