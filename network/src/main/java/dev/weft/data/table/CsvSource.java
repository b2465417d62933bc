package dev.weft.data.table;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A CSV or TSV file, plain or gzip, read by streaming: memory holds some thousand rows, whatever
 * the file's size.
 *
 * <p>Columns are what their first {@value #SAMPLE} rows say ({@link TypeInference}), unless {@link
 * CsvFormat#types} has them; a later cell of another type is refused with its line. An empty cell
 * is missing, and so is one of {@link CsvFormat#missing}; spaces around a cell without quotes are
 * no part of it. A number that no double holds, as 1e999, is refused. Empty lines are skipped. A
 * row with another number of cells than there are columns is refused, as are a quote left open and
 * bytes that are no text in the file's encoding.
 */
public final class CsvSource implements TableSource {
    /** How many rows tell what the columns are. */
    static final int SAMPLE = 10_000;

    private static final int MOST_ROWS = 4096;
    private static final int FEWEST_ROWS = 64;

    /** So many cells of a chunk fit the second-level cache. */
    private static final int CHUNK_CELLS = 1 << 17;

    private final Path path;
    private final CsvFormat format;
    private final char separator;
    private final Schema schema;

    private CsvSource(Path path, CsvFormat format, char separator, Schema schema) {
        this.path = path;
        this.format = format;
        this.separator = separator;
        this.schema = schema;
    }

    /** Opens a file of the usual format. */
    public static CsvSource open(Path path) throws IOException {
        return open(path, CsvFormat.defaults());
    }

    /**
     * Opens a file, and finds out what its columns are.
     *
     * @throws FormatException where it is not a table
     * @throws IllegalArgumentException where the format names columns that are not there
     */
    public static CsvSource open(Path path, CsvFormat format) throws IOException {
        char separator = Separators.of(path, format);
        List<String> names = names(path, format, separator);
        Schema texts = new Schema(names.stream().map(n -> new Field(n, ColumnType.TEXT)).toList());
        CsvSource asTexts = new CsvSource(path, format, separator, texts);
        texts.requireAll(format.types().keySet());
        Table sample = asTexts.sample();
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            fields.add(TypeInference.infer(names.get(i), (Column.Texts) sample.column(i), format));
        }
        return new CsvSource(path, format, separator, new Schema(fields));
    }

    private static List<String> names(Path path, CsvFormat format, char separator)
            throws IOException {
        try (Records records = new Records(path, format, separator)) {
            List<String> first = records.strings();
            List<String> names = new ArrayList<>();
            Map<String, Integer> places = new HashMap<>();
            for (int i = 0; i < first.size(); i++) {
                String name = first.get(i).strip();
                names.add(!format.header() || name.isEmpty() ? "column" + (i + 1) : name);
                Integer before = places.put(names.getLast(), i);
                if (before != null) {
                    throw new FormatException(
                            "%s: columns %d and %d are both called '%s'; give them names that differ"
                                    .formatted(path, before + 1, i + 1, names.getLast()));
                }
            }
            return names;
        }
    }

    private Table sample() throws IOException {
        List<Table> chunks = new ArrayList<>();
        int rows = 0;
        try (Chunks pass = open(schema)) {
            while (rows < SAMPLE) {
                Table chunk = pass.next();
                if (chunk == null) {
                    break;
                }
                chunks.add(chunk.rows() + rows > SAMPLE ? chunk.slice(0, SAMPLE - rows) : chunk);
                rows += chunks.getLast().rows();
            }
        }
        return chunks.isEmpty() ? Table.empty(name(), schema) : Table.join(chunks);
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public Schema schema() {
        return schema;
    }

    /** What stands between its cells. */
    public char separator() {
        return separator;
    }

    @Override
    public Chunks open(Schema wanted) throws IOException {
        schema.requireAll(wanted.names());
        Records records = new Records(path, format, separator);
        if (format.header()) {
            records.strings();
        }
        return new Pass(records, wanted);
    }

    /** One pass through the file. */
    private final class Pass implements Chunks {
        private final Records records;
        private final Schema wanted;
        private final @Nullable ColumnBuilder[] builders = new ColumnBuilder[schema.size()];
        private final int[] places;
        private final long[] lines;

        Pass(Records records, Schema wanted) {
            this.records = records;
            this.wanted = wanted;
            this.places = wanted.names().stream().mapToInt(schema::indexOf).toArray();
            for (int i = 0; i < places.length; i++) {
                builders[places[i]] = ColumnBuilder.of(wanted.fields().get(i), format);
            }
            records.into(builders);
            int rows = CHUNK_CELLS / Math.max(1, places.length);
            lines = new long[Math.clamp(rows, FEWEST_ROWS, MOST_ROWS)];
        }

        @Override
        public @Nullable Table next() throws IOException {
            int rows = 0;
            while (rows < lines.length && records.next()) {
                if (records.refusedColumn() >= 0) {
                    throw refused();
                }
                lines[rows++] = records.line();
            }
            if (rows == 0) {
                return null;
            }
            List<Column> columns = new ArrayList<>();
            for (int place : places) {
                columns.add(builder(place).take());
            }
            return new Table(name(), wanted, columns, Arrays.copyOf(lines, rows));
        }

        private ColumnBuilder builder(int place) {
            ColumnBuilder builder = builders[place];
            if (builder == null) {
                throw new IllegalStateException("no column is at " + place);
            }
            return builder;
        }

        private FormatException refused() {
            int place = records.refusedColumn();
            return new FormatException(
                    "%s, line %d: column '%s' %s"
                            .formatted(
                                    path,
                                    records.line(),
                                    schema.names().get(place),
                                    builder(place).refusal(records.refused())));
        }

        @Override
        public void close() throws IOException {
            records.close();
        }
    }
}
