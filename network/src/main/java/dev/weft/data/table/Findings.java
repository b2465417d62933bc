package dev.weft.data.table;

import java.time.LocalDate;
import java.util.Locale;

/** What a report says of columns. */
final class Findings {
    private Findings() {}

    static String of(Profile profile) {
        return switch (profile) {
            case Profile.OfNumbers numbers ->
                    numbers.present() == 0
                            ? "none"
                            : "%s to %s, mean %s, %d beyond 1.5 interquartile ranges%s"
                                    .formatted(
                                            Column.Numbers.text(numbers.least),
                                            Column.Numbers.text(numbers.greatest),
                                            String.format(
                                                    Locale.ROOT, "%.6g", numbers.moments.mean()),
                                            beyond(numbers.sample.sorted()),
                                            numbers.present() > Reservoir.SIZE
                                                    ? " of a sample of " + Reservoir.SIZE
                                                    : "");
            case Profile.OfDates dates ->
                    dates.present() == 0
                            ? "none"
                            : "%s to %s".formatted(day(dates.first), day(dates.last));
            case Profile.OfTexts texts ->
                    "%s%d different"
                            .formatted(texts.further ? "more than " : "", texts.counts.size());
        };
    }

    private static String day(long seconds) {
        return LocalDate.ofEpochDay(Math.floorDiv(seconds, 86_400L)).toString();
    }

    private static long beyond(double[] sorted) {
        Outliers rule = Outliers.clipIqr(1.5);
        double low = rule.low(sorted);
        double high = rule.high(sorted);
        long count = 0;
        for (double value : sorted) {
            count += value < low || value > high ? 1 : 0;
        }
        return count;
    }

    static String of(Target target) {
        return switch (target) {
            case Target.Classes classes ->
                    "the target, one of %d classes".formatted(classes.names().size());
            case Target.Regression regression ->
                    String.format(
                            Locale.ROOT,
                            "the target, a number; learnt less its mean %.6g, divided by its"
                                    + " deviation %.6g",
                            regression.mean(),
                            regression.deviation());
            case Target.MultiLabel labels ->
                    "the target, any of %d labels".formatted(labels.labels().size());
        };
    }

    static String of(Encoder encoder, ColumnRule rule) {
        return switch (encoder) {
            case NumberEncoder number -> number(number, rule);
            case OneHotEncoder oneHot ->
                    oneHot.indicator() ? "one-hot, with one for missing" : "one-hot";
            case OrdinalEncoder _ -> "its place in the order";
            case HashingEncoder hashing -> "hashed to one of %d".formatted(hashing.buckets());
            case TargetEncoder _ -> "the mean target, of other folds in training rows";
            case DateEncoder date ->
                    String.join(", ", date.parts().stream().map(DatePart::label).toList());
            case WordsEncoder words -> "words hashed to %d".formatted(words.buckets());
        };
    }

    private static String number(NumberEncoder number, ColumnRule rule) {
        StringBuilder done = new StringBuilder();
        done.append(
                number.logarithm()
                        ? "logarithm, standardised"
                        : switch (rule.encoding()) {
                            case AUTO, STANDARD, LOG -> "standardised";
                            case MIN_MAX -> "scaled to 0 to 1";
                            case ROBUST -> "scaled by quartiles";
                            case QUANTILE -> "by rank";
                            case AS_IS -> "as it is";
                        });
        if (Double.isFinite(number.low())) {
            done.append(
                    "; %s beyond %.6g and %.6g"
                            .formatted(
                                    rule.outliers().drop() ? "rows left out" : "clipped",
                                    number.low(),
                                    number.high()));
        }
        if (rule.missing() == Missing.DROP) {
            done.append("; rows without it left out");
        } else if (number.indicator()) {
            done.append("; %.6g for missing, which one more feature says".formatted(number.fill()));
        }
        return done.toString();
    }
}
