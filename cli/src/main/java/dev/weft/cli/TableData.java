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
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** A table to learn from, in memory or read in each pass. */
final class TableData implements Learnable {
    private static final double MOST_OF_HEAP = 0.75;

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
        TableSource all = options.table.open(path, by);
        String description = path.toString();
        if (options.split.duplicates == SplitOptions.Duplicated.DROP) {
            BitSet twice = Duplicates.find(all);
            all = TableRows.without(all, twice);
            description =
                    "%s without %,d rows that were equal to one before"
                            .formatted(path, twice.cardinality());
        }
        // Of all rows: which there are to divide, and whether they are of classes.
        FittedTable known = settings.fit(all);
        if (options.stream == null) {
            options.stream = isLarge(known, options.split.folds);
        }
        if (options.stream) {
            description += ", which is read in each epoch";
        } else {
            all = all.read();
        }
        Target target = known.preprocessing().target();
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

    /**
     * Whether its cells, twice while they are read, and its examples could fill the heap; each fold
     * has its own.
     */
    private static boolean isLarge(FittedTable table, int folds) {
        Preprocessing made = table.preprocessing();
        long cells = 1L + table.report().columns().size();
        long numbers = (long) made.inputs() + made.target().outputs();
        long bytes = table.report().rows() * (2 * Double.BYTES * cells + Float.BYTES * numbers);
        return (1.0 + folds) * bytes > Runtime.getRuntime().maxMemory() * MOST_OF_HEAP;
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
