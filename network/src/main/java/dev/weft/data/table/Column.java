package dev.weft.data.table;

import org.jspecify.annotations.Nullable;

import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The cells of one column, in the order of the rows. The arrays are not copied: change none. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public sealed interface Column {
    /** How many cells. */
    int size();

    /** Whether this cell is missing. */
    boolean isMissing(int row);

    /** The cell as a text; empty where it is missing. */
    String text(int row);

    /** The cells of these rows, in this order: a copy. */
    Column select(int[] rows);

    /** The cells from {@code from} (inclusive) to {@code to} (exclusive): a copy. */
    Column slice(int from, int to);

    /** These numbers; NaN where one is missing. */
    static Column numbers(double... values) {
        return new Numbers(values);
    }

    /** These texts; null where one is missing. */
    static Column texts(List<? extends @Nullable String> values) {
        int[] codes = new int[values.size()];
        Map<String, Integer> known = new HashMap<>();
        List<String> distinct = new ArrayList<>();
        for (int i = 0; i < codes.length; i++) {
            String value = values.get(i);
            if (value == null) {
                codes[i] = Texts.MISSING;
            } else {
                codes[i] =
                        known.computeIfAbsent(
                                value,
                                v -> {
                                    distinct.add(v);
                                    return distinct.size() - 1;
                                });
            }
        }
        return new Texts(codes, distinct);
    }

    /** These days and times; null where one is missing. */
    static Column dates(List<? extends @Nullable LocalDateTime> values) {
        return new Dates(
                values.stream()
                        .mapToLong(v -> v == null ? Dates.MISSING : v.toEpochSecond(ZoneOffset.UTC))
                        .toArray());
    }

    /**
     * Numbers.
     *
     * @param values the cells; NaN where one is missing
     */
    record Numbers(double[] values) implements Column {
        @Override
        public int size() {
            return values.length;
        }

        @Override
        public boolean isMissing(int row) {
            return Double.isNaN(values[row]);
        }

        @Override
        public String text(int row) {
            return isMissing(row) ? "" : text(values[row]);
        }

        /** As short as it can be: 3, not 3.0. */
        static String text(double value) {
            return value == Math.rint(value) && Math.abs(value) < 1e15
                    ? Long.toString((long) value)
                    : Double.toString(value);
        }

        @Override
        public Column select(int[] rows) {
            double[] chosen = new double[rows.length];
            for (int i = 0; i < rows.length; i++) {
                chosen[i] = values[rows[i]];
            }
            return new Numbers(chosen);
        }

        @Override
        public Column slice(int from, int to) {
            return new Numbers(Arrays.copyOfRange(values, from, to));
        }
    }

    /**
     * Days and times of day.
     *
     * @param seconds the cells, in seconds since 1970-01-01T00:00; {@link #MISSING} where one is
     *     missing
     */
    record Dates(long[] seconds) implements Column {
        /** What stands for a missing date. */
        public static final long MISSING = DateOrder.MISSING;

        @Override
        public int size() {
            return seconds.length;
        }

        @Override
        public boolean isMissing(int row) {
            return seconds[row] == MISSING;
        }

        /** Without a time of day where that is midnight. */
        @Override
        public String text(int row) {
            if (isMissing(row)) {
                return "";
            }
            LocalDateTime time = LocalDateTime.ofEpochSecond(seconds[row], 0, ZoneOffset.UTC);
            boolean midnight = time.toLocalTime().equals(LocalTime.MIDNIGHT);
            return midnight ? time.toLocalDate().toString() : time.toString();
        }

        @Override
        public Column select(int[] rows) {
            long[] chosen = new long[rows.length];
            for (int i = 0; i < rows.length; i++) {
                chosen[i] = seconds[rows[i]];
            }
            return new Dates(chosen);
        }

        @Override
        public Column slice(int from, int to) {
            return new Dates(Arrays.copyOfRange(seconds, from, to));
        }
    }

    /**
     * Texts, each different one kept once.
     *
     * @param codes which of the values each cell is; {@link #MISSING} where one is missing
     * @param values the different texts, in any order
     */
    record Texts(int[] codes, List<String> values) implements Column {
        /** The code of a missing text. */
        public static final int MISSING = -1;

        @Override
        public int size() {
            return codes.length;
        }

        @Override
        public boolean isMissing(int row) {
            return codes[row] == MISSING;
        }

        @Override
        public String text(int row) {
            return isMissing(row) ? "" : values.get(codes[row]);
        }

        @Override
        public Column select(int[] rows) {
            int[] chosen = new int[rows.length];
            for (int i = 0; i < rows.length; i++) {
                chosen[i] = codes[rows[i]];
            }
            return new Texts(chosen, values);
        }

        /** With this text in place of missing ones. */
        Texts filled(String text) {
            int code = values.indexOf(text);
            List<String> more = values;
            if (code < 0) {
                code = values.size();
                more = new ArrayList<>(values);
                more.add(text);
            }
            int[] full = codes.clone();
            for (int i = 0; i < full.length; i++) {
                full[i] = full[i] == MISSING ? code : full[i];
            }
            return new Texts(full, more);
        }

        @Override
        public Column slice(int from, int to) {
            return new Texts(Arrays.copyOfRange(codes, from, to), values);
        }
    }
}
