package dev.weft.data.table;

/**
 * What is done about numbers far out.
 *
 * @param rule what is far out
 * @param value of the rule: a fraction, or how many interquartile ranges
 * @param drop whether training rows with one are left out; otherwise, and in rows to predict, the
 *     nearest number that is not far out stands for it
 */
public record Outliers(Rule rule, double value, boolean drop) {
    /** Which numbers are far out. */
    public enum Rule {
        /** None. */
        NONE,
        /** Those below the quantile of a fraction, or above the one of 1 less that fraction. */
        QUANTILE,
        /** Those so many interquartile ranges below the lower quartile, or above the upper one. */
        IQR
    }

    /** Checks the value. */
    public Outliers {
        if (!(value >= 0) || (rule == Rule.QUANTILE && value >= 0.5)) {
            throw new IllegalArgumentException(
                    "outliers: %s takes a value of 0 or more, QUANTILE one below 0.5; got %s"
                            .formatted(rule, value));
        }
    }

    /** Nothing. */
    public static Outliers keep() {
        return new Outliers(Rule.NONE, 0, false);
    }

    /** Clips what is below this quantile, or as far from the other end. */
    public static Outliers clipQuantile(double fraction) {
        return new Outliers(Rule.QUANTILE, fraction, false);
    }

    /** Clips what is more than so many interquartile ranges outside the quartiles. */
    public static Outliers clipIqr(double ranges) {
        return new Outliers(Rule.IQR, ranges, false);
    }

    /** Leaves training rows out that {@link #clipIqr} would change. */
    public static Outliers dropIqr(double ranges) {
        return new Outliers(Rule.IQR, ranges, true);
    }

    /** Leaves training rows out that {@link #clipQuantile} would change. */
    public static Outliers dropQuantile(double fraction) {
        return new Outliers(Rule.QUANTILE, fraction, true);
    }

    /** The lowest number that is not far out, of these in ascending order. */
    double low(double[] sorted) {
        return switch (rule) {
            case NONE -> Double.NEGATIVE_INFINITY;
            case QUANTILE -> Reservoir.quantile(sorted, value);
            case IQR -> Reservoir.quantile(sorted, 0.25) - value * range(sorted);
        };
    }

    /** The highest number that is not far out. */
    double high(double[] sorted) {
        return switch (rule) {
            case NONE -> Double.POSITIVE_INFINITY;
            case QUANTILE -> Reservoir.quantile(sorted, 1 - value);
            case IQR -> Reservoir.quantile(sorted, 0.75) + value * range(sorted);
        };
    }

    static double range(double[] sorted) {
        return Reservoir.quantile(sorted, 0.75) - Reservoir.quantile(sorted, 0.25);
    }
}
