package dev.weft.data.table;

import java.io.IOException;
import java.util.BitSet;

/**
 * Finds rows that are equal in all columns to one before. They are to be taken out before rows are
 * split: a row that is in the training part and in the test's tests nothing.
 *
 * <p>Rows are compared by 128 bits of hash: of a thousand million rows, two that differ would be
 * taken for equal once in 10²⁰ times. Memory grows with the rows that differ, by 16 to 64 bytes
 * each.
 */
public final class Duplicates {
    private static final long K1 = 0x9E3779B97F4A7C15L;
    private static final long K2 = 0xC2B2AE3D27D4EB4FL;

    /** By hash, the two halves of each row's one after the other; 0, 0 where there is none. */
    private long[] halves = new long[1 << 11];

    private int count;

    private Duplicates() {}

    /** The numbers, from 0 on, of the rows that are equal to one before. */
    public static BitSet find(TableSource rows) throws IOException {
        BitSet found = new BitSet();
        Duplicates seen = new Duplicates();
        int number = 0;
        try (TableSource.Chunks pass = rows.open(rows.schema())) {
            for (Table chunk = pass.next(); chunk != null; chunk = pass.next()) {
                long[] first = new long[chunk.rows()];
                long[] second = new long[chunk.rows()];
                for (int i = 0; i < rows.schema().size(); i++) {
                    mix(chunk.column(i), first, second);
                }
                for (int i = 0; i < chunk.rows(); i++, number++) {
                    if (!seen.add(first[i] | 1, second[i])) {
                        found.set(number);
                    }
                }
            }
        }
        return found;
    }

    /** The rows of a table that are equal to none before. */
    public static Table drop(Table rows) throws IOException {
        BitSet found = find(rows);
        if (found.isEmpty()) {
            return rows;
        }
        found.flip(0, rows.rows());
        return rows.select(found.stream().toArray());
    }

    private static void mix(Column cells, long[] first, long[] second) {
        switch (cells) {
            case Column.Numbers numbers -> {
                for (int i = 0; i < first.length; i++) {
                    // Adding 0 makes one zero of two.
                    mix(first, second, i, Double.doubleToLongBits(numbers.values()[i] + 0.0));
                }
            }
            case Column.Dates dates -> {
                for (int i = 0; i < first.length; i++) {
                    mix(first, second, i, dates.seconds()[i]);
                }
            }
            case Column.Texts texts -> {
                long[] ones = new long[texts.values().size() + 1];
                long[] others = ones.clone();
                for (int value = 0; value < texts.values().size(); value++) {
                    String text = texts.values().get(value);
                    mix(ones, others, value, text.length());
                    for (int i = 0; i < text.length(); i++) {
                        mix(ones, others, value, text.charAt(i));
                    }
                }
                for (int i = 0; i < first.length; i++) {
                    int value = texts.isMissing(i) ? ones.length - 1 : texts.codes()[i];
                    mix(first, second, i, ones[value]);
                    mix(first, second, i, others[value]);
                }
            }
        }
    }

    private static void mix(long[] first, long[] second, int at, long bits) {
        first[at] = (Long.rotateLeft(first[at], 29) ^ bits) * K1;
        first[at] ^= first[at] >>> 32;
        second[at] = (Long.rotateLeft(second[at], 31) + bits) * K2;
        second[at] ^= second[at] >>> 29;
    }

    /** Whether it was not there before. */
    private boolean add(long first, long second) {
        int slot = slot(halves, first, second);
        if (halves[slot] != 0) {
            return false;
        }
        halves[slot] = first;
        halves[slot + 1] = second;
        count++;
        if (4L * count > halves.length) {
            grow();
        }
        return true;
    }

    private static int slot(long[] halves, long first, long second) {
        int mask = halves.length - 1;
        int slot = (int) (second >>> 32 ^ first) << 1 & mask;
        while (halves[slot] != 0 && (halves[slot] != first || halves[slot + 1] != second)) {
            slot = (slot + 2) & mask;
        }
        return slot;
    }

    private void grow() {
        if (halves.length > 1 << 29) {
            throw new IllegalArgumentException(
                    "duplicates: more than %d different rows; look for them in parts"
                            .formatted(count));
        }
        long[] larger = new long[2 * halves.length];
        for (int i = 0; i < halves.length; i += 2) {
            if (halves[i] != 0) {
                int slot = slot(larger, halves[i], halves[i + 1]);
                System.arraycopy(halves, i, larger, slot, 2);
            }
        }
        halves = larger;
    }
}
