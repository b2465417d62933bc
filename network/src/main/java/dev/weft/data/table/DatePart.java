package dev.weft.data.table;

import java.time.LocalDateTime;

/**
 * Parts of a date. All but the year go round: they become the sine and cosine of an angle.
 *
 * <p>Where nothing is said, those are taken that are not the same in all training rows; of these
 * the year only where there are five years or more, or the season is always the same, and the
 * weekday only of dates with a time of day.
 */
public enum DatePart {
    /** A number, standardised. */
    YEAR(0),
    /** The day of the year: the season. */
    SEASON(366),
    /** Monday to Sunday. */
    WEEKDAY(7),
    /** The time of day, in seconds. */
    TIME(86_400);

    private final int period;

    /** Of each value, where there are few. */
    @SuppressWarnings("ImmutableEnumChecker") // filled once
    private final float[] sines;

    @SuppressWarnings("ImmutableEnumChecker") // filled once
    private final float[] cosines;

    DatePart(int period) {
        this.period = period;
        sines = new float[period < 1000 ? period : 0];
        cosines = sines.clone();
        for (int value = 0; value < sines.length; value++) {
            sines[value] = (float) Math.sin(angle(value));
            cosines[value] = (float) Math.cos(angle(value));
        }
    }

    private double angle(int value) {
        return 2 * Math.PI * value / period;
    }

    float sine(int value) {
        return value < sines.length ? sines[value] : (float) Math.sin(angle(value));
    }

    float cosine(int value) {
        return value < cosines.length ? cosines[value] : (float) Math.cos(angle(value));
    }

    /** After how much it begins again; 0 for never. */
    int period() {
        return period;
    }

    /** This part of a date. */
    int of(LocalDateTime date) {
        return switch (this) {
            case YEAR -> date.getYear();
            case SEASON -> date.getDayOfYear() - 1;
            case WEEKDAY -> date.getDayOfWeek().getValue() - 1;
            case TIME -> date.toLocalTime().toSecondOfDay();
        };
    }

    String label() {
        return switch (this) {
            case YEAR -> "year";
            case SEASON -> "season";
            case WEEKDAY -> "weekday";
            case TIME -> "time of day";
        };
    }
}
