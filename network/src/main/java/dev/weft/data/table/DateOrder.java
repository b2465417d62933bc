package dev.weft.data.table;

import java.time.DateTimeException;
import java.time.LocalDate;

/**
 * The order of a date's parts. They are separated by {@code -}, {@code /} or {@code .}, the same
 * one twice; the year has four digits. A time of day may follow a space or a {@code T}: {@code
 * 14:05}, {@code 14:05:59}, with a fraction of the second, which is dropped. {@code Z} or an offset
 * such as {@code +02:00} at its end brings it to UTC.
 */
public enum DateOrder {
    /** 2012-01-31. */
    YEAR_MONTH_DAY,
    /** 31.01.2012. */
    DAY_MONTH_YEAR,
    /** 01/31/2012. */
    MONTH_DAY_YEAR;

    /** What stands for no date. */
    static final long MISSING = Long.MIN_VALUE;

    private static final long DAY_SECONDS = 86_400;
    private static final long HOUR_SECONDS = 3600;
    private static final long MINUTE_SECONDS = 60;

    /** Seconds since 1970-01-01T00:00, or {@link #MISSING} where that is no date of this order. */
    long seconds(CharSequence text) {
        Cursor at = new Cursor(text);
        int first = at.digits(1, 4);
        char separator = at.next();
        int second = at.digits(1, 2);
        if ((separator != '-' && separator != '/' && separator != '.') || at.next() != separator) {
            return MISSING;
        }
        int third = at.digits(1, 4);
        int year = this == YEAR_MONTH_DAY ? first : third;
        int day = this == YEAR_MONTH_DAY ? third : this == DAY_MONTH_YEAR ? first : second;
        int month = this == MONTH_DAY_YEAR ? first : second;
        if (at.failed || year < 1000) {
            return MISSING;
        }
        long seconds;
        try {
            seconds = LocalDate.of(year, month, day).toEpochDay() * DAY_SECONDS;
        } catch (DateTimeException e) {
            return MISSING;
        }
        if (!at.atEnd()) {
            char gap = at.next();
            if (gap != ' ' && gap != 'T' && gap != 't') {
                return MISSING;
            }
            seconds += time(at);
        }
        return at.failed || !at.atEnd() ? MISSING : seconds;
    }

    private static long time(Cursor at) {
        int hour = at.digits(1, 2);
        at.expect(':');
        int minute = at.digits(2, 2);
        int second = 0;
        if (at.skip(':')) {
            second = at.digits(2, 2);
            if (at.skip('.') || at.skip(',')) {
                at.digits(1, 9);
            }
        }
        at.failed |= hour > 23 || minute > 59 || second > 59;
        return hour * HOUR_SECONDS + minute * MINUTE_SECONDS + second - offset(at);
    }

    private static long offset(Cursor at) {
        if (at.atEnd() || at.skip('Z')) {
            return 0;
        }
        int sign = at.skip('-') ? -1 : 1;
        if (sign == 1) {
            at.expect('+');
        }
        int hours = at.digits(2, 2);
        at.skip(':');
        int minutes = at.atEnd() ? 0 : at.digits(2, 2);
        return sign * (hours * HOUR_SECONDS + minutes * MINUTE_SECONDS);
    }

    /** A place in a text. Once something is not as expected it has failed, and stays so. */
    private static final class Cursor {
        private final CharSequence text;
        private int at;
        private boolean failed;

        Cursor(CharSequence text) {
            this.text = text;
        }

        boolean atEnd() {
            return at >= text.length();
        }

        char next() {
            return atEnd() ? 0 : text.charAt(at++);
        }

        boolean skip(char wanted) {
            boolean there = !atEnd() && text.charAt(at) == wanted;
            if (there) {
                at++;
            }
            return there;
        }

        void expect(char wanted) {
            failed |= !skip(wanted);
        }

        int digits(int fewest, int most) {
            int value = 0;
            int from = at;
            while (!atEnd()
                    && at - from < most
                    && text.charAt(at) >= '0'
                    && text.charAt(at) <= '9') {
                value = value * 10 + (text.charAt(at) - '0');
                at++;
            }
            failed |= at - from < fewest;
            return value;
        }
    }
}
