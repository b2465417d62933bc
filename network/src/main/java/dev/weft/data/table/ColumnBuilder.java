package dev.weft.data.table;

import dev.weft.io.Excerpt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Takes cells as they are written, and makes a column of them. */
abstract sealed class ColumnBuilder {
    int size;

    /** For a column's cells, written in this format. */
    static ColumnBuilder of(Field field, CsvFormat format) {
        return switch (field.type()) {
            case NUMBER -> new OfNumbers(format);
            case DATE -> new OfDates(field.order(), format.missing());
            case CATEGORY, TEXT -> new OfTexts(format.missing());
        };
    }

    /**
     * Takes a cell.
     *
     * @return whether it is one of this column's type
     */
    abstract boolean add(char[] text, int from, int length);

    abstract void addMissing();

    /** The cells since the last call. */
    abstract Column take();

    /** Whether such a column is what this builds. */
    abstract boolean builds(Column column);

    /** What is wrong with a cell that was not taken. */
    abstract String refusal(String text);

    static final class OfNumbers extends ColumnBuilder {
        private final char point;
        private final Set<String> missing;

        /** Markers that are numbers themselves, such as -999. */
        private final double[] missingNumbers;

        private double[] values = new double[16];

        OfNumbers(CsvFormat format) {
            point = format.decimal();
            missing = format.missing();
            missingNumbers =
                    missing.stream()
                            .mapToDouble(marker -> Decimals.parse(marker, point))
                            .filter(value -> !Double.isNaN(value))
                            .toArray();
        }

        @Override
        boolean add(char[] text, int from, int length) {
            double value = Decimals.parse(text, from, length, point);
            if (!Double.isFinite(value)
                    && (Double.isInfinite(value)
                            || !missing.contains(new String(text, from, length)))) {
                return false;
            }
            for (double marker : missingNumbers) {
                if (value == marker) {
                    value = Double.NaN;
                }
            }
            append(value);
            return true;
        }

        @Override
        void addMissing() {
            append(Double.NaN);
        }

        private void append(double value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        @Override
        Column take() {
            Column cells = new Column.Numbers(Arrays.copyOf(values, size));
            size = 0;
            return cells;
        }

        @Override
        boolean builds(Column column) {
            return column instanceof Column.Numbers;
        }

        @Override
        String refusal(String text) {
            return Double.isNaN(Decimals.parse(text, point))
                    ? "holds numbers, and here is '%s'; say that this stands for a missing one, or of what type the column is"
                            .formatted(Excerpt.of(text))
                    : "has %s here, which is beyond the largest number, 1.8e308"
                            .formatted(Excerpt.of(text));
        }
    }

    static final class OfDates extends ColumnBuilder {
        private final DateOrder order;
        private final Set<String> missing;
        private long[] seconds = new long[16];

        OfDates(DateOrder order, Set<String> missing) {
            this.order = order;
            this.missing = missing;
        }

        @Override
        boolean add(char[] text, int from, int length) {
            String cell = new String(text, from, length);
            long value = order.seconds(cell);
            if (value == DateOrder.MISSING && !missing.contains(cell)) {
                return false;
            }
            append(value);
            return true;
        }

        @Override
        void addMissing() {
            append(DateOrder.MISSING);
        }

        private void append(long value) {
            if (size == seconds.length) {
                seconds = Arrays.copyOf(seconds, 2 * size);
            }
            seconds[size++] = value;
        }

        @Override
        Column take() {
            Column cells = new Column.Dates(Arrays.copyOf(seconds, size));
            size = 0;
            return cells;
        }

        @Override
        boolean builds(Column column) {
            return column instanceof Column.Dates;
        }

        @Override
        String refusal(String text) {
            return "holds dates (%s), and here is '%s'; say that this stands for a missing one, or of what type the column is"
                    .formatted(order, Excerpt.of(text));
        }
    }

    /**
     * Keeps each different text once. Texts known from chunks before are not made again, until
     * there are many: memory stays bounded where each cell is different.
     */
    static final class OfTexts extends ColumnBuilder {
        private static final int MANY = 4096;

        private final Set<String> missing;
        private final int longestMissing;
        private int[] codes = new int[16];
        private final List<String> values = new ArrayList<>();
        private List<String> taken = List.of();

        /** Texts met, those that stand for missing ones among them, and the code of each. */
        private String[] met = new String[32];

        private int[] metCodes = new int[32];
        private int metCount;

        /** By hash, the number of a text met, from 1; 0 where there is none. */
        private int[] slots = new int[64];

        OfTexts(Set<String> missing) {
            this.missing = missing;
            longestMissing = missing.stream().mapToInt(String::length).max().orElse(0);
        }

        @Override
        boolean add(char[] text, int from, int length) {
            int hash = hash(text, from, length);
            int mask = slots.length - 1;
            int slot = hash & mask;
            while (slots[slot] != 0) {
                int known = slots[slot] - 1;
                if (same(met[known], text, from, length)) {
                    append(metCodes[known]);
                    return true;
                }
                slot = (slot + 1) & mask;
            }
            append(meet(new String(text, from, length), slot));
            return true;
        }

        private static int hash(char[] text, int from, int length) {
            int hash = 0;
            for (int i = from; i < from + length; i++) {
                hash = 31 * hash + text[i];
            }
            hash *= 0x9E3779B9;
            return hash ^ (hash >>> 16);
        }

        private static boolean same(String known, char[] text, int from, int length) {
            if (known.length() != length) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (known.charAt(i) != text[from + i]) {
                    return false;
                }
            }
            return true;
        }

        private int meet(String text, int slot) {
            int code = Column.Texts.MISSING;
            if (text.length() > longestMissing || !missing.contains(text)) {
                code = values.size();
                values.add(text);
            }
            if (metCount == met.length) {
                met = Arrays.copyOf(met, 2 * metCount);
                metCodes = Arrays.copyOf(metCodes, 2 * metCount);
            }
            met[metCount] = text;
            metCodes[metCount++] = code;
            slots[slot] = metCount;
            if (2 * metCount > slots.length) {
                grow();
            }
            return code;
        }

        private void grow() {
            slots = new int[2 * slots.length];
            int mask = slots.length - 1;
            for (int i = 0; i < metCount; i++) {
                char[] text = met[i].toCharArray();
                int slot = hash(text, 0, text.length) & mask;
                while (slots[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                slots[slot] = i + 1;
            }
        }

        @Override
        void addMissing() {
            append(Column.Texts.MISSING);
        }

        private void append(int code) {
            if (size == codes.length) {
                codes = Arrays.copyOf(codes, 2 * size);
            }
            codes[size++] = code;
        }

        @Override
        Column take() {
            if (taken.size() != values.size()) {
                taken = List.copyOf(values);
            }
            Column cells = new Column.Texts(Arrays.copyOf(codes, size), taken);
            size = 0;
            if (metCount > MANY) {
                values.clear();
                taken = List.of();
                metCount = 0;
                Arrays.fill(met, null);
                Arrays.fill(slots, 0);
            }
            return cells;
        }

        @Override
        boolean builds(Column column) {
            return column instanceof Column.Texts;
        }

        @Override
        String refusal(String text) {
            throw new IllegalStateException("any text is one");
        }
    }
}
