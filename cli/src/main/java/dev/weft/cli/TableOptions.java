package dev.weft.cli;

import dev.weft.data.table.ColumnType;
import dev.weft.data.table.CsvFormat;
import dev.weft.data.table.CsvSource;
import dev.weft.data.table.DateOrder;
import dev.weft.data.table.Preprocessing;
import dev.weft.data.table.PreprocessingBuilder;
import dev.weft.data.table.TableSource;
import dev.weft.data.table.TargetKind;
import dev.weft.io.FormatException;
import dev.weft.train.Checkpoint;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** How a table is read and what is learnt of it. */
final class TableOptions {
    private static final String SEPARATOR = "weft.csv.separator";
    private static final String ENCODING = "weft.csv.encoding";
    private static final String DECIMAL_COMMA = "weft.csv.decimal_comma";
    private static final String MISSING = "weft.csv.missing";
    private static final String NO_HEADER = "weft.csv.no_header";
    private static final String DATES = "weft.csv.dates";

    @Option(
            names = "--target",
            paramLabel = "COLUMN",
            description = "The column of a table that is to be learnt.")
    @Nullable String target;

    @Option(
            names = "--ignore",
            paramLabel = "COLUMN",
            split = ",",
            description = "Columns of a table that are not looked at.")
    List<String> ignored = List.of();

    @Option(
            names = "--task",
            paramLabel = "TASK",
            defaultValue = "AUTO",
            description =
                    "What the target is: classes, regression or multi_label. Default: texts and few"
                            + " whole numbers are classes, other numbers are for regression.")
    TargetKind task = TargetKind.AUTO;

    @Option(
            names = "--type",
            paramLabel = "COLUMN=TYPE",
            description =
                    "What a column is, where it is told wrong: number, category, date or text.")
    Map<String, ColumnType> types = new LinkedHashMap<>();

    @Option(
            names = "--separator",
            paramLabel = "CHAR",
            description = "What stands between a table's cells. Default: told from the file.")
    @Nullable Character separator;

    @Option(
            names = "--label-separator",
            paramLabel = "CHAR",
            defaultValue = "|",
            description = "What stands between several labels in a cell. Default: ${DEFAULT-VALUE}")
    char labelSeparator = '|';

    @Option(
            names = "--encoding",
            paramLabel = "NAME",
            description = "A table's encoding. Default: UTF-8, or what its first bytes say.")
    @Nullable String encoding;

    @Option(
            names = "--decimal-comma",
            negatable = true,
            description = "Whether numbers of a table are written as 1.234,5.")
    @Nullable Boolean decimalComma;

    @Option(
            names = "--missing",
            paramLabel = "TEXT",
            split = ",",
            description =
                    "What stands for a missing cell, beside an empty one. Default: NA, NaN, null,"
                            + " ?, - and the like.")
    @Nullable Set<String> missing;

    @Option(
            names = "--header",
            negatable = true,
            description =
                    "Whether a table's first line has the columns' names, as it has if nothing else"
                            + " is said; without, they are column1, column2, ...")
    @Nullable Boolean header;

    @Option(
            names = "--dates",
            paramLabel = "ORDER",
            description =
                    "How dates of a table are written: year_month_day, day_month_year or"
                            + " month_day_year. Default: told from the file.")
    @Nullable DateOrder dates;

    /** What was said of how the file is written, for a model's metadata. */
    Map<String, String> formatMetadata() {
        Map<String, String> said = new LinkedHashMap<>();
        if (separator != null) {
            said.put(SEPARATOR, separator.toString());
        }
        if (encoding != null) {
            said.put(ENCODING, encoding);
        }
        if (decimalComma != null) {
            said.put(DECIMAL_COMMA, decimalComma.toString());
        }
        if (missing != null) {
            said.put(MISSING, String.join(",", new TreeSet<>(missing)));
        }
        if (header != null && !header) {
            said.put(NO_HEADER, "true");
        }
        if (dates != null) {
            said.put(DATES, dates.name());
        }
        return said;
    }

    /**
     * Takes over how the file for a trained model was said to be written, but for what is said now.
     *
     * @throws FormatException where the model's file says what makes no sense
     */
    void adopt(Checkpoint trained) throws FormatException {
        Map<String, String> said = trained.metadata();
        String between = said.get(SEPARATOR);
        if (separator == null && between != null) {
            if (between.length() != 1) {
                throw trained.wrong(SEPARATOR, "is no character");
            }
            separator = between.charAt(0);
        }
        String named = said.get(ENCODING);
        if (encoding == null && named != null) {
            encoding = named;
        }
        String comma = said.get(DECIMAL_COMMA);
        if (decimalComma == null && comma != null) {
            decimalComma = Boolean.valueOf(comma);
        }
        String markers = said.get(MISSING);
        if (missing == null && markers != null) {
            missing = new TreeSet<>(List.of(markers.split(",", -1)));
        }
        if (header == null && said.containsKey(NO_HEADER)) {
            header = false;
        }
        String order = said.get(DATES);
        if (dates == null && order != null) {
            try {
                dates = DateOrder.valueOf(order);
            } catch (IllegalArgumentException e) {
                throw trained.wrong(DATES, "is no order of dates");
            }
        }
    }

    /** How the file is to be read. */
    CsvFormat format() {
        CsvFormat format = CsvFormat.defaults();
        if (separator != null) {
            format = format.separator(separator);
        }
        if (encoding != null) {
            format = format.charset(charset(encoding));
        }
        if (decimalComma != null && decimalComma) {
            format = format.withDecimalComma();
        }
        if (missing != null) {
            format = format.missing(missing);
        }
        if (header != null && !header) {
            format = format.withoutHeader();
        }
        if (dates != null) {
            format = format.dates(dates);
        }
        for (Map.Entry<String, ColumnType> type : types.entrySet()) {
            format = format.type(type.getKey(), type.getValue());
        }
        return format;
    }

    private static Charset charset(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new InputException(
                    "--encoding: there is no encoding '%s'; such are UTF-8, UTF-16 and ISO-8859-1"
                            .formatted(name),
                    e);
        }
    }

    /**
     * The rows of a file. Columns that are ignored may hold anything.
     *
     * @param by the column that rows are divided by, which may be ignored; null for none
     */
    TableSource open(Path path, @Nullable String by) throws IOException {
        CsvFormat format = format();
        for (String column : ignored) {
            if (!column.equals(by)) {
                format = format.type(column, ColumnType.TEXT);
            }
        }
        return CsvSource.open(path, format);
    }

    /** How its rows become examples. */
    PreprocessingBuilder preprocessing(long seed) {
        if (target == null) {
            throw new InputException("a table needs --target, the column that is to be learnt");
        }
        PreprocessingBuilder builder =
                Preprocessing.builder()
                        .target(target)
                        .ignore(ignored.toArray(String[]::new))
                        .seed(seed);
        types.forEach(builder::type);
        return task == TargetKind.MULTI_LABEL
                ? builder.multiLabel(labelSeparator)
                : builder.task(task);
    }
}
