package dev.weft.data.table;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/** Where rows come from: the same ones in the same order at each pass. */
public interface TableSource {
    /** What it is, for messages: a file's name. */
    String name();

    /** Its columns. */
    Schema schema();

    /**
     * Begins a pass.
     *
     * @param wanted which columns, and as what their cells are taken
     * @throws IOException where it cannot be read
     * @throws IllegalArgumentException where a column is not there
     */
    Chunks open(Schema wanted) throws IOException;

    /** One pass. Used by one thread. */
    interface Chunks extends AutoCloseable {
        /**
         * The next rows, at least one; null at the end.
         *
         * @throws IOException where they cannot be read, or are not what the columns should be
         */
        @Nullable Table next() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** All rows, in memory. */
    default Table read() throws IOException {
        return read(schema());
    }

    /** These columns of all rows, in memory. */
    default Table read(Schema wanted) throws IOException {
        List<Table> chunks = new ArrayList<>();
        try (Chunks pass = open(wanted)) {
            for (Table chunk = pass.next(); chunk != null; chunk = pass.next()) {
                chunks.add(chunk);
            }
        }
        return chunks.isEmpty() ? Table.empty(name(), wanted) : Table.join(chunks);
    }

    /**
     * These of its columns, their cells taken as these types.
     *
     * @throws IOException where rows in memory have a cell that is of another type
     * @throws IllegalArgumentException where a column is not there
     */
    default TableSource as(Schema wanted) throws IOException {
        schema().requireAll(wanted.names());
        return new TypedRows(this, wanted);
    }

    /** The rows whose number, counted from 0, is chosen: a part of a file larger than memory. */
    default TableSource where(LongPredicate chosen) {
        return new ChosenRows(this, chosen);
    }
}
