package dev.weft.report;

import dev.weft.data.table.CleaningReport;
import dev.weft.metrics.Classification;
import dev.weft.metrics.CrossValidation;
import dev.weft.metrics.Figures;
import dev.weft.metrics.Interval;
import dev.weft.metrics.MultiLabel;
import dev.weft.metrics.Ranking;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a report says of predictions: all figures, and the diagrams that belong to them. */
public final class Results {
    private Results() {}

    /**
     * Of a classifier: figures, confusion matrix, calibration, curves where they were kept, and a
     * table of the classes.
     *
     * @param names of the classes
     * @throws IllegalArgumentException where there is not one for each class
     */
    public static List<Block> of(Classification figures, List<String> names) {
        List<Block> blocks = new ArrayList<>();
        blocks.add(facts(figures.figures()));
        blocks.add(new Block.Confusion("Confusion matrix", figures.confusion(), names));
        if (figures.keepsScores()) {
            // Of two classes, the second is the positive one, and the only one that has curves.
            boolean two = names.size() == 2;
            addCurves(blocks, two ? names.subList(1, 2) : names, c -> figures.ranking(two ? 1 : c));
        }
        blocks.add(new Block.Reliability("Calibration", figures.calibration()));
        blocks.add(table("class", names, figures::figures));
        return blocks;
    }

    /**
     * Of labels that are true or not: figures, curves where they were kept, and a table of the
     * labels.
     *
     * @param names of the labels
     */
    public static List<Block> of(MultiLabel figures, List<String> names) {
        List<Block> blocks = new ArrayList<>();
        blocks.add(facts(figures.figures()));
        if (figures.keepsScores()) {
            addCurves(blocks, names, figures::ranking);
        }
        blocks.add(table("label", names, figures::figures));
        return blocks;
    }

    /**
     * Of numbers: figures, predicted against actual values, and residuals.
     *
     * @param name of what is predicted
     * @throws IllegalArgumentException where there are not as many of both
     */
    public static List<Block> of(
            Figures figures, String name, double[] predicted, double[] actual) {
        return List.of(
                facts(figures.figures()),
                Diagrams.predictions(name, predicted, actual),
                Diagrams.residuals(name, predicted, actual));
    }

    /** Means and deviations over folds. */
    public static Block.Table of(CrossValidation folds) {
        List<List<String>> rows = new ArrayList<>();
        folds.spreads()
                .forEach(
                        (name, spread) ->
                                rows.add(
                                        List.of(
                                                name,
                                                number(spread.mean()),
                                                number(spread.deviation()),
                                                Integer.toString(spread.folds()))));
        return new Block.Table(List.of("figure", "mean", "deviation", "folds"), rows);
    }

    /** What was found in a table, and done about it: a line for the rows, a row for each column. */
    public static List<Block> of(CleaningReport cleaning) {
        return List.of(
                new Block.Text(cleaning.ofRows()),
                new Block.Table(
                        List.of("column", "type", "found", "missing", "done", "features"),
                        cleaning.columns().stream()
                                .map(
                                        line ->
                                                List.of(
                                                        line.column(),
                                                        line.type().label(),
                                                        line.found(),
                                                        Long.toString(line.missing()),
                                                        line.done(),
                                                        Integer.toString(line.features())))
                                .toList()));
    }

    /** Intervals of figures. */
    public static Block.Table of(Map<String, Interval> intervals) {
        List<List<String>> rows = new ArrayList<>();
        intervals.forEach(
                (name, interval) ->
                        rows.add(List.of(name, number(interval.low()), number(interval.high()))));
        return new Block.Table(List.of("figure", "from", "to"), rows);
    }

    /** Figures by their names. */
    public static Block.Facts facts(Map<String, Double> figures) {
        Map<String, String> facts = new LinkedHashMap<>();
        figures.forEach((name, value) -> facts.put(name, number(value)));
        return new Block.Facts(facts);
    }

    private static void addCurves(
            List<Block> blocks, List<String> names, IntFunction<Ranking> ranking) {
        Map<String, Ranking> rankings = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            rankings.put(names.get(i), ranking.apply(i));
        }
        blocks.add(Diagrams.roc(rankings));
        blocks.add(Diagrams.precisionRecall(rankings));
    }

    private static Block.Table table(
            String what, List<String> names, IntFunction<Map<String, Double>> figures) {
        List<Map<String, Double>> all = IntStream.range(0, names.size()).mapToObj(figures).toList();
        // A class may have figures that another has not.
        List<String> head = all.stream().flatMap(own -> own.keySet().stream()).distinct().toList();
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            Map<String, Double> own = all.get(i);
            rows.add(
                    Stream.concat(
                                    Stream.of(names.get(i)),
                                    head.stream().map(n -> number(own.getOrDefault(n, Double.NaN))))
                            .toList());
        }
        return new Block.Table(Stream.concat(Stream.of(what), head.stream()).toList(), rows);
    }

    /** Four digits that count, and a dash where there is no figure. */
    private static String number(double value) {
        return Double.isNaN(value) ? "–" : Scale.label(value);
    }
}
