package dev.weft.report;

/**
 * An axis of a chart.
 *
 * @param title what is along it
 * @param low where it begins, NaN for just below the least value
 * @param high where it ends, NaN for just above the largest value
 * @param logarithmic whether equal steps multiply; values of 0 and less are left out then
 */
public record Axis(String title, double low, double high, boolean logarithmic) {
    /** Around the values. */
    public static Axis of(String title) {
        return new Axis(title, Double.NaN, Double.NaN, false);
    }

    /** Of given ends. */
    public static Axis of(String title, double low, double high) {
        return new Axis(title, low, high, false);
    }

    /** Around the values, which equal steps multiply. */
    public static Axis logarithmic(String title) {
        return new Axis(title, Double.NaN, Double.NaN, true);
    }
}
