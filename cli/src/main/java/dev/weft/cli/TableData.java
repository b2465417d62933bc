package dev.weft.cli;

import dev.weft.data.Splits;
import dev.weft.data.table.CsvSource;
import dev.weft.data.table.Duplicates;
import dev.weft.data.table.FittedTable;
import dev.weft.data.table.Preprocessing;
import dev.weft.data.table.PreprocessingBuilder;
import dev.weft.data.table.Table;
import dev.weft.data.table.Target;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A table to learn from: its rows with a target, and the problems that they are divided into. */
final class TableData {
    private final Path path;
    private final Map<String, String> format;
    private final PreprocessingBuilder settings;
    private final Table rows;
    private final int dropped;
    private final Target target;

    private TableData(
            Path path,
            Map<String, String> format,
            PreprocessingBuilder settings,
            Table rows,
            int dropped,
            Target target) {
        this.path = path;
        this.format = format;
        this.settings = settings;
        this.rows = rows;
        this.dropped = dropped;
        this.target = target;
    }

    /**
     * Reads a table.
     *
     * @throws InputException where options do not fit it
     */
    static TableData read(
            Path path, TableOptions options, SplitOptions.Duplicated duplicates, long seed)
            throws IOException {
        PreprocessingBuilder settings = options.preprocessing(seed);
        Table found = CsvSource.open(path, options.format()).read();
        Table all = duplicates == SplitOptions.Duplicated.DROP ? Duplicates.drop(found) : found;
        // Of all rows: which there are to divide, and whether they are of classes.
        Preprocessing known = settings.fit(all).preprocessing();
        Target target = known.target();
        List<String> classes = TableProblem.classes(target);
        if (target instanceof Target.Classes) {
            // A class may be missing from the rows of a fold.
            settings.classes(classes);
        }
        return new TableData(
                path,
                options.formatMetadata(),
                settings,
                known.labelled(all),
                found.rows() - all.rows(),
                target);
    }

    private @Nullable List<String> labels() {
        return target instanceof Target.Classes(var field, var _) ? rows.texts(field.name()) : null;
    }

    /** With a part to train on, one for the test, and perhaps one to look at meanwhile. */
    TableProblem split(SplitOptions options, long seed) throws IOException {
        List<int[]> parts = options.parts(rows, labels(), seed);
        return problem(parts.getFirst(), parts.size() == 3 ? parts.get(1) : null, parts.getLast());
    }

    /** One problem for each fold. */
    List<TableProblem> folds(SplitOptions options, long seed) throws IOException {
        List<TableProblem> problems = new ArrayList<>();
        for (Splits.Fold fold : options.folds(rows, labels(), seed)) {
            problems.add(problem(fold.train(), null, fold.test()));
        }
        return problems;
    }

    /** All rows to train on. */
    TableProblem whole() throws IOException {
        return new TableProblem(description(), format, settings.fit(rows), null, null);
    }

    private String description() {
        return dropped == 0
                ? path.toString()
                : "%s without %,d rows that were equal to one before".formatted(path, dropped);
    }

    private TableProblem problem(int[] train, int @Nullable [] validation, int[] test)
            throws IOException {
        FittedTable fitted = settings.fit(rows.select(train));
        return new TableProblem(
                description(),
                format,
                fitted,
                validation == null ? null : rows.select(validation),
                rows.select(test));
    }
}
