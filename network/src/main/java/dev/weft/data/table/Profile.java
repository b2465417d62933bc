package dev.weft.data.table;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Objects;

/** What a pass over the training rows says about a column. */
abstract sealed class Profile {
    private long rows;
    private long missing;

    static Profile of(Field field, long seed) {
        return switch (field.type()) {
            case NUMBER -> new OfNumbers(seed);
            case DATE -> new OfDates();
            case CATEGORY, TEXT -> new OfTexts();
        };
    }

    /** Takes more cells into account. */
    final void add(Column cells) {
        rows += cells.size();
        missing += addPresent(cells);
    }

    /** Returns how many are missing. */
    abstract long addPresent(Column cells);

    /** Whether all present cells are one and the same. */
    abstract boolean isConstant();

    long missing() {
        return missing;
    }

    long present() {
        return rows - missing;
    }

    static final class OfNumbers extends Profile {
        final Moments moments = new Moments();

        final Reservoir sample;
        double least = Double.POSITIVE_INFINITY;
        double greatest = Double.NEGATIVE_INFINITY;
        boolean whole = true;

        OfNumbers(long seed) {
            sample = new Reservoir(seed);
        }

        @Override
        long addPresent(Column cells) {
            long absent = 0;
            for (double value : ((Column.Numbers) cells).values()) {
                if (Double.isNaN(value)) {
                    absent++;
                    continue;
                }
                moments.add(value);
                sample.add(value);
                least = Math.min(least, value);
                greatest = Math.max(greatest, value);
                whole &= value == Math.rint(value);
            }
            return absent;
        }

        @Override
        boolean isConstant() {
            return least == greatest;
        }
    }

    static final class OfDates extends Profile {
        final Moments years = new Moments();
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        private final Map<DatePart, LongSummaryStatistics> parts = new EnumMap<>(DatePart.class);

        OfDates() {
            for (DatePart part : DatePart.values()) {
                parts.put(part, new LongSummaryStatistics());
            }
        }

        @Override
        long addPresent(Column cells) {
            long absent = 0;
            for (long seconds : ((Column.Dates) cells).seconds()) {
                if (seconds == Column.Dates.MISSING) {
                    absent++;
                    continue;
                }
                first = Math.min(first, seconds);
                last = Math.max(last, seconds);
                LocalDateTime date = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
                years.add(date.getYear());
                parts.forEach((part, values) -> values.accept(part.of(date)));
            }
            return absent;
        }

        /** How far apart the least and the greatest of this part are. */
        long span(DatePart part) {
            LongSummaryStatistics values = Objects.requireNonNull(parts.get(part));
            return values.getMax() - values.getMin();
        }

        /** Whether this part is not the same in all dates. */
        boolean varies(DatePart part) {
            return span(part) > 0;
        }

        @Override
        boolean isConstant() {
            for (DatePart part : DatePart.values()) {
                if (varies(part)) {
                    return false;
                }
            }
            return true;
        }
    }

    static final class OfTexts extends Profile {
        /** So many different texts are counted; others only as further ones. */
        static final int MOST = 1 << 16;

        final Map<String, Long> counts = new HashMap<>();

        /** Whether there are texts that were not counted. */
        boolean further;

        @Override
        long addPresent(Column cells) {
            Column.Texts texts = (Column.Texts) cells;
            int[] found = new int[texts.values().size()];
            long absent = 0;
            for (int code : texts.codes()) {
                if (code == Column.Texts.MISSING) {
                    absent++;
                } else {
                    found[code]++;
                }
            }
            for (int i = 0; i < found.length; i++) {
                if (found[i] > 0) {
                    String text = texts.values().get(i);
                    if (counts.size() < MOST || counts.containsKey(text)) {
                        counts.merge(text, (long) found[i], Long::sum);
                    } else {
                        further = true;
                    }
                }
            }
            return absent;
        }

        @Override
        boolean isConstant() {
            return counts.size() == 1;
        }
    }
}
