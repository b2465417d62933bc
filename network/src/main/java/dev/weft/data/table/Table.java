package dev.weft.data.table;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Rows in memory, kept by columns: a whole table, or some rows of a larger one. Not changed once it
 * is made.
 */
public final class Table implements TableSource {
    private final String name;
    private final Schema schema;
    private final List<Column> columns;
    private final long[] lines;

    /**
     * Of these columns.
     *
     * @param name what it is, for messages
     * @param lines in which line of its file each row began, for messages
     */
    Table(String name, Schema schema, List<Column> columns, long[] lines) {
        this.name = name;
        this.schema = schema;
        this.columns = List.copyOf(columns);
        this.lines = lines;
        if (schema.size() != columns.size()) {
            throw new IllegalArgumentException(
                    "table: %d names and %d columns".formatted(schema.size(), columns.size()));
        }
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).size() != lines.length) {
                throw new IllegalArgumentException(
                        "table: column '%s' has %d cells, and there are %d rows"
                                .formatted(
                                        schema.names().get(i),
                                        columns.get(i).size(),
                                        lines.length));
            }
        }
    }

    /** A table in the making. */
    public static final class Builder {
        private final List<Field> fields = new ArrayList<>();
        private final List<Column> columns = new ArrayList<>();

        private Builder() {}

        /** With a column of numbers; NaN where one is missing. */
        public Builder numbers(String name, double... values) {
            return column(name, ColumnType.NUMBER, Column.numbers(values));
        }

        /** With a column of categories; null where one is missing. */
        public Builder categories(String name, @Nullable String... values) {
            return column(name, ColumnType.CATEGORY, Column.texts(Arrays.asList(values)));
        }

        /** With a column of any type. */
        public Builder column(String name, ColumnType type, Column cells) {
            fields.add(new Field(name, type));
            columns.add(cells);
            return this;
        }

        /**
         * The table. Its rows count as lines 1, 2, …
         *
         * @throws IllegalArgumentException where columns have one name or different sizes
         */
        public Table build() {
            long[] lines = new long[columns.isEmpty() ? 0 : columns.getFirst().size()];
            Arrays.setAll(lines, i -> i + 1);
            return new Table("table", new Schema(fields), columns, lines);
        }
    }

    /** A table of columns that the program has. */
    public static Builder builder() {
        return new Builder();
    }

    /** Without rows. */
    static Table empty(String name, Schema schema) {
        List<Column> none =
                schema.fields().stream()
                        .map(
                                field ->
                                        switch (field.type()) {
                                            case NUMBER -> Column.numbers();
                                            case DATE -> Column.dates(List.of());
                                            case CATEGORY, TEXT -> Column.texts(List.of());
                                        })
                        .toList();
        return new Table(name, schema, none, new long[0]);
    }

    /** The rows of all of these, which have the same columns. */
    static Table join(List<Table> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        Table first = parts.getFirst();
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < first.columns.size(); i++) {
            int at = i;
            columns.add(joinColumns(parts.stream().map(part -> part.columns.get(at)).toList()));
        }
        long[] lines = parts.stream().flatMapToLong(part -> Arrays.stream(part.lines)).toArray();
        return new Table(first.name, first.schema, columns, lines);
    }

    private static Column joinColumns(List<Column> parts) {
        int size = Math.toIntExact(parts.stream().mapToLong(Column::size).sum());
        int at = 0;
        return switch (parts.getFirst()) {
            case Column.Numbers _ -> {
                double[] all = new double[size];
                for (Column part : parts) {
                    System.arraycopy(((Column.Numbers) part).values(), 0, all, at, part.size());
                    at += part.size();
                }
                yield new Column.Numbers(all);
            }
            case Column.Dates _ -> {
                long[] all = new long[size];
                for (Column part : parts) {
                    System.arraycopy(((Column.Dates) part).seconds(), 0, all, at, part.size());
                    at += part.size();
                }
                yield new Column.Dates(all);
            }
            case Column.Texts _ -> {
                int[] all = new int[size];
                Map<String, Integer> known = new LinkedHashMap<>();
                for (Column part : parts) {
                    Column.Texts texts = (Column.Texts) part;
                    int[] code = new int[texts.values().size()];
                    for (int i = 0; i < code.length; i++) {
                        code[i] = known.computeIfAbsent(texts.values().get(i), _ -> known.size());
                    }
                    for (int i = 0; i < part.size(); i++) {
                        int old = texts.codes()[i];
                        all[at++] = old == Column.Texts.MISSING ? old : code[old];
                    }
                }
                yield new Column.Texts(all, List.copyOf(known.keySet()));
            }
        };
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Schema schema() {
        return schema;
    }

    /** How many rows. */
    public int rows() {
        return lines.length;
    }

    /**
     * The cells of a column.
     *
     * @throws IllegalArgumentException naming those there are, where it is none of them
     */
    public Column column(String column) {
        schema.field(column);
        return columns.get(schema.indexOf(column));
    }

    /** The cells of a column by its place. */
    Column column(int index) {
        return columns.get(index);
    }

    /** A column's cells as texts, empty where one is missing: labels or groups to split by. */
    public List<String> texts(String column) {
        Column cells = column(column);
        return new AbstractList<>() {
            @Override
            public String get(int row) {
                return cells.text(row);
            }

            @Override
            public int size() {
                return rows();
            }
        };
    }

    /**
     * A column's dates, in seconds since 1970-01-01T00:00, or numbers: times to split by.
     *
     * @throws IllegalArgumentException naming the line, where one is missing, or where the column
     *     holds neither
     */
    public long[] times(String column) {
        Column cells = column(column);
        long[] times = new long[rows()];
        for (int i = 0; i < times.length; i++) {
            if (cells.isMissing(i)) {
                throw new IllegalArgumentException(
                        "%s: has no '%s', by which rows are to be ordered"
                                .formatted(where(i), column));
            }
            times[i] =
                    switch (cells) {
                        case Column.Dates dates -> dates.seconds()[i];
                        case Column.Numbers numbers -> ordered(numbers.values()[i]);
                        case Column.Texts _ ->
                                throw new IllegalArgumentException(
                                        "column '%s' holds texts, by which rows cannot be ordered in time"
                                                .formatted(column));
                    };
        }
        return times;
    }

    /** A long for a double, in the same order. */
    private static long ordered(double value) {
        long bits = Double.doubleToLongBits(value);
        return bits >= 0 ? bits : Long.MIN_VALUE - bits;
    }

    /** In which line of its file a row began. */
    public long line(int row) {
        return lines[row];
    }

    /** Where a row is, for messages. */
    String where(int row) {
        return "%s, line %d".formatted(name, lines[row]);
    }

    /** These rows, in this order: a copy. */
    public Table select(int[] rows) {
        for (int row : rows) {
            Objects.checkIndex(row, rows());
        }
        return new Table(
                name,
                schema,
                columns.stream().map(column -> column.select(rows)).toList(),
                Arrays.stream(rows).mapToLong(row -> lines[row]).toArray());
    }

    /** The rows from {@code from} (inclusive) to {@code to} (exclusive): a copy. */
    public Table slice(int from, int to) {
        Objects.checkFromToIndex(from, to, rows());
        return new Table(
                name,
                schema,
                columns.stream().map(column -> column.slice(from, to)).toList(),
                Arrays.copyOfRange(lines, from, to));
    }

    @Override
    public Chunks open(Schema wanted) throws FormatException {
        Table all = as(wanted);
        return new Chunks() {
            private boolean done = all.rows() == 0;

            @Override
            public @Nullable Table next() {
                if (done) {
                    return null;
                }
                done = true;
                return all;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Table as(Schema wanted) throws FormatException {
        if (wanted.equals(schema)) {
            return this;
        }
        schema.requireAll(wanted.names());
        List<Column> taken = new ArrayList<>();
        for (Field field : wanted.fields()) {
            Column cells = column(field.name());
            ColumnBuilder builder = ColumnBuilder.of(field, CsvFormat.defaults());
            if (builder.builds(cells)) {
                taken.add(cells);
                continue;
            }
            for (int i = 0; i < rows(); i++) {
                String text = cells.text(i);
                if (cells.isMissing(i)) {
                    builder.addMissing();
                } else if (!builder.add(text.toCharArray(), 0, text.length())) {
                    throw new FormatException(
                            "%s: column '%s' %s"
                                    .formatted(where(i), field.name(), builder.refusal(text)));
                }
            }
            taken.add(builder.take());
        }
        return new Table(name, wanted, taken, lines);
    }
}
