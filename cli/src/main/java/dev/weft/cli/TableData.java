package dev.weft.cli;

import dev.weft.data.table.CsvSource;
import dev.weft.data.table.Duplicates;
import dev.weft.data.table.Preprocessing;
import dev.weft.data.table.PreprocessingBuilder;
import dev.weft.data.table.Table;
import dev.weft.data.table.Target;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A table to learn from: its rows with a target. */
final class TableData implements Divisible {
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

    @Override
    public int size() {
        return rows.rows();
    }

    @Override
    public @Nullable List<String> labels() {
        return target instanceof Target.Classes(var field, var _) ? rows.texts(field.name()) : null;
    }

    @Override
    public long[] times(String column) {
        return rows.times(column);
    }

    @Override
    public List<String> groups(String column) {
        return rows.texts(column);
    }

    @Override
    public TableProblem problem(int[] train, int @Nullable [] validation, int @Nullable [] test)
            throws IOException {
        return new TableProblem(
                dropped == 0
                        ? path.toString()
                        : "%s without %,d rows that were equal to one before"
                                .formatted(path, dropped),
                format,
                settings.fit(rows.select(train)),
                validation == null ? null : rows.select(validation),
                test == null ? null : rows.select(test));
    }
}
