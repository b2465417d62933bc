package dev.weft.report;

import dev.weft.metrics.Cut;
import dev.weft.metrics.Ranking;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The usual diagrams of predictions. */
public final class Diagrams {
    /** Curves of more points look the same. */
    private static final int CURVE = 400;

    private static final int SCATTER = 2000;
    private static final int LINES = 8;

    private Diagrams() {}

    /**
     * True positive rate over false positive rate, with the areas in the legend; of more than 8
     * rankings those of least area. Rankings without positive or without negative examples have
     * none.
     *
     * @param rankings by the names of the classes that they call positive
     */
    public static Block.Chart roc(Map<String, Ranking> rankings) {
        List<Curve> curves = curves(rankings, Ranking::rocArea);
        List<Line> lines = lines(curves, "area", Cut::falsePositiveRate, Cut::recall);
        lines.add(Line.dashed("by chance", 0, 0, 1, 1));
        return new Block.Chart(
                "ROC curve",
                caption(curves, rankings),
                Axis.of("false positive rate", 0, 1),
                Axis.of("true positive rate", 0, 1),
                lines);
    }

    /**
     * Precision over recall, with the average precisions in the legend; otherwise as {@link #roc}.
     */
    public static Block.Chart precisionRecall(Map<String, Ranking> rankings) {
        List<Curve> curves = curves(rankings, Ranking::averagePrecision);
        return new Block.Chart(
                "Precision and recall",
                caption(curves, rankings),
                Axis.of("recall", 0, 1),
                Axis.of("precision", 0, 1),
                lines(curves, "average", Cut::recall, Cut::precision));
    }

    private record Curve(String name, Ranking ranking, double area) {}

    /** Those to be shown, in the order of the classes. */
    private static List<Curve> curves(
            Map<String, Ranking> rankings, ToDoubleFunction<Ranking> area) {
        List<Curve> all =
                rankings.entrySet().stream()
                        .filter(e -> !Double.isNaN(e.getValue().rocArea()))
                        .map(
                                e ->
                                        new Curve(
                                                e.getKey(),
                                                e.getValue(),
                                                area.applyAsDouble(e.getValue())))
                        .toList();
        List<Curve> least =
                all.stream().sorted(Comparator.comparingDouble(Curve::area)).limit(LINES).toList();
        return all.stream().filter(least::contains).toList();
    }

    private static String caption(List<Curve> curves, Map<String, Ranking> all) {
        if (all.size() == 1) {
            return curves.isEmpty() ? "Undefined: all examples are of one class." : "";
        }
        return curves.size() < all.size()
                ? "Each class against all others: the %d of %d that are told apart worst."
                        .formatted(curves.size(), all.size())
                : "Each class against all others.";
    }

    private static List<Line> lines(
            List<Curve> curves, String figure, ToDoubleFunction<Cut> x, ToDoubleFunction<Cut> y) {
        List<Line> lines = new ArrayList<>();
        for (Curve curve : curves) {
            List<Cut> cuts = curve.ranking.cuts();
            int[] shown = spread(cuts.size(), CURVE);
            lines.add(
                    Line.solid(
                            "%s, %s %s".formatted(curve.name, figure, Scale.label(curve.area)),
                            Arrays.stream(shown)
                                    .mapToDouble(i -> x.applyAsDouble(cuts.get(i)))
                                    .toArray(),
                            Arrays.stream(shown)
                                    .mapToDouble(i -> y.applyAsDouble(cuts.get(i)))
                                    .toArray()));
        }
        return lines;
    }

    /**
     * Predicted over actual values: exact ones lie on the dashed line.
     *
     * @param name of what is predicted
     * @throws IllegalArgumentException where there are not as many of both
     */
    public static Block.Chart predictions(String name, double[] predicted, double[] actual) {
        requireSame(predicted, actual);
        double low = Math.min(least(predicted), least(actual));
        double high = -Math.min(least(negated(predicted)), least(negated(actual)));
        return new Block.Chart(
                "Predicted against actual",
                scatterCaption(actual.length),
                Axis.of("actual " + name),
                Axis.of("predicted " + name),
                List.of(scatter(actual, predicted), Line.dashed("exact", low, low, high, high)));
    }

    /**
     * Actual less predicted over predicted values.
     *
     * @param name of what is predicted
     * @throws IllegalArgumentException where there are not as many of both
     */
    public static Block.Chart residuals(String name, double[] predicted, double[] actual) {
        requireSame(predicted, actual);
        double[] off = new double[actual.length];
        Arrays.setAll(off, i -> actual[i] - predicted[i]);
        return new Block.Chart(
                "Residuals",
                scatterCaption(actual.length),
                Axis.of("predicted " + name),
                Axis.of("actual less predicted"),
                List.of(
                        scatter(predicted, off),
                        Line.dashed("", least(predicted), 0, -least(negated(predicted)), 0)));
    }

    private static double[] negated(double[] values) {
        return Arrays.stream(values).map(value -> -value).toArray();
    }

    private static double least(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite).min().orElse(Double.NaN);
    }

    private static void requireSame(double[] predicted, double[] actual) {
        if (predicted.length != actual.length) {
            throw new IllegalArgumentException(
                    "diagram: %d predicted values for %d actual ones: there must be as many"
                            .formatted(predicted.length, actual.length));
        }
    }

    private static Line scatter(double[] x, double[] y) {
        int[] shown = spread(x.length, SCATTER);
        return Line.points(
                "",
                Arrays.stream(shown).mapToDouble(i -> x[i]).toArray(),
                Arrays.stream(shown).mapToDouble(i -> y[i]).toArray());
    }

    private static String scatterCaption(int examples) {
        return examples <= SCATTER ? "" : "%d of %d examples.".formatted(SCATTER, examples);
    }

    /** At most so many of the numbers below {@code size}, first and last among them. */
    private static int[] spread(int size, int most) {
        return size <= most
                ? IntStream.range(0, size).toArray()
                : IntStream.range(0, most)
                        .map(i -> (int) ((long) i * (size - 1) / (most - 1)))
                        .toArray();
    }
}
