package dev.weft.cli;

import dev.weft.data.table.Duplicates;
import dev.weft.data.table.FittedTable;
import dev.weft.data.table.Preprocessing;
import dev.weft.data.table.PreprocessingBuilder;
import dev.weft.data.table.Table;
import dev.weft.data.table.TableSource;
import dev.weft.data.table.Target;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A table to learn from, in memory or read in each pass. */
final class TableData implements Learnable {
    /** A table, its parts and their examples have taken up to so many times its file. */
    private static final int TIMES_FILE = 6;

    /** How much larger a table is than what gzip makes of it. */
    private static final int TIMES_PACKED = 8;

    private final String description;
    private final Map<String, String> format;
    private final PreprocessingBuilder settings;
    private final TableRows rows;

    private TableData(
            String description,
            Map<String, String> format,
            PreprocessingBuilder settings,
            TableRows rows) {
        this.description = description;
        this.format = format;
        this.settings = settings;
        this.rows = rows;
    }

    /**
     * Reads a table, or what has to be known of it.
     *
     * @throws InputException where options do not fit it
     */
    static TableData read(Path path, TrainOptions options) throws IOException {
        String by = options.split.column();
        PreprocessingBuilder settings = options.table.preprocessing(options.seed);
        TableSource file = options.table.open(path, by);
        if (options.stream == null) {
            options.stream = isLarge(path);
        }
        TableSource all = options.stream ? file : file.read();
        String description = path.toString();
        if (options.split.duplicates == SplitOptions.Duplicated.DROP) {
            BitSet twice = Duplicates.find(all);
            all = TableRows.without(all, twice);
            description =
                    "%s without %,d rows that were equal to one before"
                            .formatted(path, twice.cardinality());
        }
        // Of all rows: which there are to divide, and whether they are of classes.
        Target target = settings.fit(all).preprocessing().target();
        if (target instanceof Target.Classes) {
            // A class may be missing from the rows of a fold.
            settings.classes(TableProblem.classes(target));
        }
        return new TableData(
                description,
                options.table.formatMetadata(),
                settings,
                TableRows.of(all, target, by));
    }

    /** Whether it could be too large for the heap. */
    private static boolean isLarge(Path file) throws IOException {
        boolean packed = file.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
        long size = Files.size(file) * (packed ? TIMES_PACKED : 1);
        return size > Runtime.getRuntime().maxMemory() / TIMES_FILE;
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public @Nullable List<String> labels() {
        return rows.labels();
    }

    @Override
    public long[] times(String column) {
        return rows.times(column);
    }

    @Override
    public List<String> groups(String column) {
        return rows.groups(column);
    }

    @Override
    public TableProblem problem(int[] train, int @Nullable [] validation, int @Nullable [] test)
            throws IOException {
        FittedTable fitted = settings.fit(rows.part(train));
        Preprocessing made = fitted.preprocessing();
        return new TableProblem(
                description,
                format,
                fitted,
                streams()
                        ? TablePart.Streamed.of(fitted.source(), train.length, made)
                        : new TablePart.InMemory(fitted.examples()),
                validation == null ? null : part(validation, made),
                test == null ? null : part(test, made),
                test == null ? null : new TestedTable(description, rows.part(test), made));
    }

    private boolean streams() {
        return !(rows.all() instanceof Table);
    }

    private TablePart part(int[] numbers, Preprocessing made) throws IOException {
        TableSource part = rows.part(numbers);
        return streams()
                ? TablePart.Streamed.of(made.source(part), numbers.length, made)
                : new TablePart.InMemory(made.examples(part));
    }
}
