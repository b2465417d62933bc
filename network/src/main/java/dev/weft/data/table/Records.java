package dev.weft.data.table;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of a CSV file, one after the other, cells given to their columns as they are read.
 */
final class Records implements AutoCloseable {
    /** A cell of more characters is a quote that was left open. */
    private static final int LONGEST_CELL = 1 << 24;

    private final Path path;
    private final CsvReader<Row> reader;
    private final CloseableIterator<Row> iterator;
    private final Row row = new Row();

    /** The columns' builders by their places; null for one that nobody wants. */
    private @Nullable ColumnBuilder[] columns = new ColumnBuilder[0];

    /** Where cells go while there are no columns yet. */
    private @Nullable List<String> header;

    Records(Path path, CsvFormat format, char separator) throws IOException {
        this.path = path;
        reader =
                CsvReader.builder()
                        .fieldSeparator(separator)
                        .quoteCharacter(format.quote())
                        .maxBufferSize(LONGEST_CELL)
                        .allowMissingFields(true)
                        .allowExtraFields(true)
                        .build(row, DecodedText.open(path, format.charset()));
        iterator = reader.iterator();
    }

    /**
     * The cells of the next record as they are.
     *
     * @throws FormatException where there is none
     */
    List<String> strings() throws IOException {
        List<String> cells = new ArrayList<>();
        header = cells;
        if (!advance()) {
            throw new FormatException(path + ": is empty; a table has a line of names and rows");
        }
        header = null;
        return cells;
    }

    /** Gives the cells of the records that follow to these builders. */
    void into(@Nullable ColumnBuilder[] builders) {
        columns = builders;
    }

    /**
     * Reads a record into the builders.
     *
     * @return whether there was one
     * @throws FormatException naming the line, where it is ragged or a cell is not of its type
     */
    boolean next() throws IOException {
        if (!advance()) {
            return false;
        }
        if (row.cells != columns.length) {
            throw new FormatException(
                    "%s, line %d: has %d cells, and there are %d columns"
                            .formatted(path, row.line, row.cells, columns.length));
        }
        return true;
    }

    /** The line in which the record began. */
    long line() {
        return row.line;
    }

    /** The place of the cell that its column refused, or -1. */
    int refusedColumn() {
        return row.refusedColumn;
    }

    /** That cell. */
    String refused() {
        return row.refused;
    }

    private boolean advance() throws IOException {
        try {
            if (!iterator.hasNext()) {
                return false;
            }
            iterator.next();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (CsvParseException e) {
            throw new FormatException("%s, line %d: %s".formatted(path, row.line, reason(e)), e);
        }
        if (row.open) {
            throw new FormatException(
                    "%s, line %d: a quote is opened in this row and never closed"
                            .formatted(path, row.line));
        }
        return !row.end;
    }

    private static String reason(CsvParseException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        String says = String.valueOf(cause.getMessage());
        return says.contains("buffer size")
                ? "a cell of this row has more than %d characters: a quote is opened and not closed"
                        .formatted(LONGEST_CELL)
                : says;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    /** Takes the cells of one record from the reader. */
    private final class Row extends AbstractBaseCsvCallbackHandler<Row> {
        private long line;
        private int cells;
        private boolean end;
        private boolean open;
        private int refusedColumn = -1;
        private String refused = "";

        @Override
        protected void handleBegin(long startingLine) {
            line = startingLine;
            cells = 0;
        }

        @Override
        protected void handleField(int index, char[] text, int from, int length, boolean quoted) {
            cells = index + 1;
            if (length > 0 && text[from + length - 1] == DecodedText.END) {
                end = !quoted;
                open = quoted;
                return;
            }
            int start = from;
            int stop = from + length;
            if (!quoted) {
                while (start < stop && text[start] == ' ') {
                    start++;
                }
                while (start < stop && text[stop - 1] == ' ') {
                    stop--;
                }
            }
            if (header != null) {
                header.add(new String(text, start, stop - start));
            } else if (index < columns.length) {
                give(columns[index], index, text, start, stop - start);
            }
        }

        private void give(
                @Nullable ColumnBuilder column, int index, char[] text, int from, int length) {
            if (column == null) {
                return;
            }
            if (length == 0) {
                column.addMissing();
            } else if (!column.add(text, from, length) && refusedColumn < 0) {
                refusedColumn = index;
                refused = new String(text, from, length);
            }
        }

        @Override
        protected Row buildRecord() {
            return this;
        }
    }
}
