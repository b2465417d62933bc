package dev.weft.data.table;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * f(min(max(x, low), high)), with f affine, behind a logarithm or by quantiles; the first feature.
 * Where numbers were missing among the training rows, a second one: 1 for a missing number.
 *
 * @param field the column
 * @param fill what stands for a missing number
 * @param low what stands for a number below it
 * @param high what stands for a number above it
 * @param logarithm whether sign(x) log(1 + |x|) is taken first
 * @param shift what is taken away then
 * @param scale what is multiplied with then
 * @param knots numbers at equal distances of rank, between which ranks are linear; empty for none:
 *     then nothing of the former counts
 * @param indicator whether there is a second feature
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NumberEncoder(
        Field field,
        double fill,
        double low,
        double high,
        boolean logarithm,
        double shift,
        double scale,
        double[] knots,
        boolean indicator)
        implements Encoder {
    private static final int KNOTS = 101;

    /** Numbers that are more skew than this, as exponential ones are, are better as logarithms. */
    private static final double SKEW = 2;

    static double log(double value) {
        return Math.copySign(Math.log1p(Math.abs(value)), value);
    }

    /** Fitted to the numbers of the training rows, of which at least one is there. */
    static NumberEncoder fit(Field field, Profile.OfNumbers numbers, ColumnRule rule) {
        double[] sorted = numbers.sample.sorted();
        Moments moments = numbers.moments;
        double low = rule.outliers().low(sorted);
        double high = rule.outliers().high(sorted);
        double least = Math.max(low, numbers.least);
        double greatest = Math.min(high, numbers.greatest);
        if (least > numbers.least || greatest < numbers.greatest) {
            // What is far out must not count in the rest: the sample stands for all.
            sorted = inside(sorted, low, high, rule.outliers().drop());
            moments = Moments.of(sorted);
        }
        double shift = 0;
        double spread = 1;
        double[] knots = {};
        NumberEncoding encoding = rule.encoding();
        if (encoding == NumberEncoding.AUTO) {
            boolean skew = least >= 0 && Reservoir.skewness(sorted) > SKEW;
            encoding = skew ? NumberEncoding.LOG : NumberEncoding.STANDARD;
        }
        switch (encoding) {
            case AUTO, STANDARD -> {
                shift = moments.mean();
                spread = moments.deviation();
            }
            case LOG -> {
                Moments logs = Moments.of(Arrays.stream(sorted).map(NumberEncoder::log).toArray());
                shift = logs.mean();
                spread = logs.deviation();
            }
            case MIN_MAX -> {
                shift = least;
                spread = greatest - least;
            }
            case ROBUST -> {
                shift = Reservoir.quantile(sorted, 0.5);
                spread = Outliers.range(sorted);
                spread = spread == 0 ? moments.deviation() : spread;
            }
            case QUANTILE -> {
                knots = new double[KNOTS];
                for (int i = 0; i < KNOTS; i++) {
                    knots[i] = Reservoir.quantile(sorted, i / (KNOTS - 1.0));
                }
            }
            case AS_IS -> {}
        }
        if (!Double.isFinite(spread) || !Double.isFinite(shift)) {
            throw new IllegalArgumentException(
                    "column '%s' has numbers as large as %s, and no deviation; clip outliers, or take the quantile or the log encoding"
                            .formatted(field.name(), Math.max(-least, greatest)));
        }
        double fill =
                switch (rule.missing()) {
                    case MEAN -> moments.mean();
                    case MEDIAN, DROP -> Reservoir.quantile(sorted, 0.5);
                    case MOST_FREQUENT -> Reservoir.mode(sorted);
                    case CONSTANT -> rule.constant();
                };
        return new NumberEncoder(
                field,
                fill,
                low,
                high,
                encoding == NumberEncoding.LOG,
                shift,
                spread == 0 ? 1 : 1 / spread,
                knots,
                rule.indicator() && numbers.missing() > 0 && rule.missing() != Missing.DROP);
    }

    private static double[] inside(double[] sorted, double low, double high, boolean drop) {
        return drop
                ? Arrays.stream(sorted).filter(v -> v >= low && v <= high).toArray()
                : Arrays.stream(sorted).map(v -> Math.clamp(v, low, high)).toArray();
    }

    /** Whether a number is not far out. */
    boolean isInside(double value) {
        return value >= low && value <= high;
    }

    @Override
    public List<String> features() {
        String name = field.name();
        return indicator ? List.of(name, name + " missing") : List.of(name);
    }

    @Override
    public void encode(Column cells, float[] out, int at, int stride) {
        double[] values = ((Column.Numbers) cells).values();
        for (int i = 0; i < values.length; i++) {
            double value = values[i];
            int place = at + i * stride;
            if (Double.isNaN(value)) {
                value = fill;
                if (indicator) {
                    out[place + 1] = 1;
                }
            }
            out[place] = (float) encode(value);
        }
    }

    private double encode(double value) {
        double inside = Math.min(Math.max(value, low), high);
        if (knots.length > 0) {
            return 2 * rank(inside) - 1;
        }
        return ((logarithm ? log(inside) : inside) - shift) * scale;
    }

    /** In [0, 1]; the middle of its ranks for a number that is at several knots. */
    private double rank(double value) {
        int last = knots.length - 1;
        if (value < knots[0]) {
            return 0;
        }
        if (value > knots[last]) {
            return 1;
        }
        int from = Arrays.binarySearch(knots, value);
        if (from < 0) {
            int below = -from - 2;
            return (below + (value - knots[below]) / (knots[below + 1] - knots[below])) / last;
        }
        int to = from;
        while (from > 0 && knots[from - 1] == value) {
            from--;
        }
        while (to < last && knots[to + 1] == value) {
            to++;
        }
        return (from + to) / 2.0 / last;
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("fill", fill);
        if (Double.isFinite(low)) {
            map.put("low", low);
        }
        if (Double.isFinite(high)) {
            map.put("high", high);
        }
        map.put("logarithm", logarithm);
        map.put("shift", shift);
        map.put("scale", scale);
        map.put("knots", knots);
        map.put("indicator", indicator);
        return map;
    }

    static NumberEncoder of(Field field, JsonMap json) {
        return new NumberEncoder(
                field,
                json.number("fill"),
                json.number("low", Double.NEGATIVE_INFINITY),
                json.number("high", Double.POSITIVE_INFINITY),
                json.flag("logarithm"),
                json.number("shift"),
                json.number("scale"),
                json.numbers("knots"),
                json.flag("indicator"));
    }
}
