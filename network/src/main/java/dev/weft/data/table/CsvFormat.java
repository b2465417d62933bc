package dev.weft.data.table;

import org.jspecify.annotations.Nullable;

import java.nio.charset.Charset;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How a CSV file is written. What is not said is found out from the file.
 *
 * @param charset the encoding; null for what a byte order mark says, or UTF-8 where there is none
 * @param separator what stands between cells; null for the one of {@code , ; | } and the tab that
 *     fits the first lines best
 * @param quote what encloses cells that hold separators, line ends or, doubled, itself
 * @param decimalComma whether numbers are written 1,5 and not 1.5
 * @param header whether the first line has the columns' names; otherwise they are column1, column2,
 *     …
 * @param missing the texts that stand for a missing cell, beside an empty one
 * @param dates the order of dates' parts in all columns; null for the one that fits each
 * @param types what the cells of some columns are; of others it is found out
 */
public record CsvFormat(
        @Nullable Charset charset,
        @Nullable Character separator,
        char quote,
        boolean decimalComma,
        boolean header,
        Set<String> missing,
        @Nullable DateOrder dates,
        Map<String, ColumnType> types) {
    /** The texts that stand for a missing cell where nothing else is said. */
    public static final Set<String> MISSING =
            Set.of(
                    "NA", "N/A", "n/a", "na", "#N/A", "NaN", "nan", "NAN", "-NaN", "-nan", "null",
                    "NULL", "Null", "?", "-", "--");

    private static final CsvFormat DEFAULTS =
            new CsvFormat(null, null, '"', false, true, MISSING, null, Map.of());

    /**
     * Keeps the sets as they are now.
     *
     * @throws IllegalArgumentException where the separator is the quote or the decimal comma
     */
    public CsvFormat {
        missing = Set.copyOf(missing);
        types = Map.copyOf(types);
        if (separator != null && (separator == quote || (decimalComma && separator == ','))) {
            throw new IllegalArgumentException(
                    "the separator '%c' is also %s: choose another"
                            .formatted(
                                    separator,
                                    separator == quote ? "the quote" : "the decimal comma"));
        }
    }

    /** As RFC 4180 has it, with a header; the encoding and the separator are found out. */
    public static CsvFormat defaults() {
        return DEFAULTS;
    }

    /** In this encoding. */
    public CsvFormat charset(Charset encoding) {
        return new CsvFormat(
                encoding, separator, quote, decimalComma, header, missing, dates, types);
    }

    /** With this between cells. */
    public CsvFormat separator(char between) {
        return new CsvFormat(charset, between, quote, decimalComma, header, missing, dates, types);
    }

    /** With this around cells. */
    public CsvFormat quote(char around) {
        return new CsvFormat(
                charset, separator, around, decimalComma, header, missing, dates, types);
    }

    /** With numbers written 1,5. */
    public CsvFormat withDecimalComma() {
        return new CsvFormat(charset, separator, quote, true, header, missing, dates, types);
    }

    /** Without a line of names. */
    public CsvFormat withoutHeader() {
        return new CsvFormat(charset, separator, quote, decimalComma, false, missing, dates, types);
    }

    /** With these texts, and the empty one, for missing cells. */
    public CsvFormat missing(Set<String> markers) {
        return new CsvFormat(
                charset, separator, quote, decimalComma, header, markers, dates, types);
    }

    /** With the parts of dates in this order. */
    public CsvFormat dates(DateOrder order) {
        return new CsvFormat(
                charset, separator, quote, decimalComma, header, missing, order, types);
    }

    /** With a column of this type, whatever its cells look like. */
    public CsvFormat type(String column, ColumnType type) {
        Map<String, ColumnType> more = new TreeMap<>(types);
        more.put(column, type);
        return new CsvFormat(charset, separator, quote, decimalComma, header, missing, dates, more);
    }

    /** What stands before the digits after the point. */
    char decimal() {
        return decimalComma ? ',' : '.';
    }
}
