package dev.weft.benchmarks.report;

import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

/** The kinds of chart there are, drawn by XChart. */
final class Plot {
    static final int WIDTH = 640;
    static final Color INK = new Color(0x343A40);
    private static final int HEIGHT = 380;
    private static final Color GRID = new Color(0xDEE2E6);
    private static final float WEFT_LINE = 3.4f;
    private static final float PEER_LINE = 1.8f;

    /** What a chart needs beside its plot, for labels and titles of axes. */
    static final int MARGIN_X = 95;

    static final int MARGIN_Y = 70;

    /** Where an axis begins, in its length, so that XChart labels the 0. */
    private static final double BELOW_ZERO = -0.002;

    private static final int BAR = 8;
    private static final int BAR_STEP = 10;
    private static final int ROW_GAP = 12;
    private static final int BAR_MARGIN = 60;
    private static final int LABEL = 7;
    private static final int LEAST_STEP = 24;
    private static final int WRITTEN_OUT = 40;

    private Plot() {}

    /**
     * What a library reached.
     *
     * @param values one for each position; NaN where it has none
     */
    record Series(String library, List<Double> values) {
        double largest() {
            return values.stream()
                    .filter(Double::isFinite)
                    .mapToDouble(Double::doubleValue)
                    .max()
                    .orElse(0);
        }
    }

    /** An axis on which each step doubles. */
    record Octaves(double low, double high) {
        /** Just around all values. */
        static Octaves around(double... values) {
            double low = log2(Arrays.stream(values).min().orElseThrow());
            double high = log2(Arrays.stream(values).max().orElseThrow());
            double margin = Math.max(0.25, 0.03 * (high - low));
            return new Octaves(low - margin, high + margin);
        }

        double span() {
            return high - low;
        }
    }

    static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    /**
     * Lines over sizes, which double along the axis.
     *
     * @param limit where a line is drawn across, or NaN
     */
    static XYChart overSizes(
            String xTitle,
            String yTitle,
            double[] sizes,
            List<Series> all,
            double limit,
            Palette palette) {
        XYChart chart = chart(HEIGHT, xTitle, yTitle);
        XYStyler styler = chart.getStyler();
        octavesAlongX(styler, Octaves.around(sizes), WIDTH);
        double largest = all.stream().mapToDouble(Series::largest).max().orElse(1);
        double top = 1.08 * Math.max(largest, Double.isNaN(limit) ? 0 : limit);
        styler.setYAxisMin(BELOW_ZERO * top);
        styler.setYAxisMax(top);
        acrossAt(chart, limit, false);
        addLines(chart, sizes, all, value -> value, palette);
        return chart;
    }

    /** The same where the values double along their axis too. */
    static XYChart overSizesLog(
            String xTitle, String yTitle, double[] sizes, List<Series> all, Palette palette) {
        XYChart chart = chart(HEIGHT, xTitle, yTitle);
        XYStyler styler = chart.getStyler();
        octavesAlongX(styler, Octaves.around(sizes), WIDTH);
        double[] values =
                all.stream()
                        .flatMap(series -> series.values().stream())
                        .filter(Double::isFinite)
                        .mapToDouble(Double::doubleValue)
                        .toArray();
        octavesAlongY(styler, Octaves.around(values), HEIGHT);
        addLines(chart, sizes, all, Plot::log2, palette);
        return chart;
    }

    private static void addLines(
            XYChart chart,
            double[] sizes,
            List<Series> all,
            DoubleFunction<Double> scale,
            Palette palette) {
        for (Series series : all) {
            int[] there =
                    IntStream.range(0, sizes.length)
                            .filter(i -> Double.isFinite(series.values().get(i)))
                            .toArray();
            double[] x = Arrays.stream(there).mapToDouble(i -> log2(sizes[i])).toArray();
            double[] y =
                    Arrays.stream(there)
                            .mapToDouble(i -> scale.apply(series.values().get(i)))
                            .toArray();
            if (there.length > 0) {
                XYSeries line = chart.addSeries(series.library(), x, y);
                boolean weft = Family.isWeft(series.library());
                line.setLineColor(palette.color(series.library()));
                line.setMarkerColor(palette.color(series.library()));
                line.setMarker(palette.marker(series.library()));
                line.setLineStyle(
                        new BasicStroke(
                                weft ? WEFT_LINE : PEER_LINE,
                                BasicStroke.CAP_ROUND,
                                BasicStroke.JOIN_ROUND));
            }
        }
    }

    /**
     * Bars that lie, a group for each name.
     *
     * @param limit where a line is drawn across, or NaN
     */
    static XYChart bars(
            String title, List<String> names, List<Series> all, double limit, Palette palette) {
        int row = all.size() * BAR_STEP + ROW_GAP;
        XYChart chart = chart(names.size() * row + BAR_MARGIN, title, "");
        XYStyler styler = chart.getStyler();
        double largest = all.stream().mapToDouble(Series::largest).max().orElse(1);
        double end = 1.05 * Math.max(largest, Double.isNaN(limit) ? 0 : limit);
        styler.setXAxisMin(BELOW_ZERO * end);
        styler.setXAxisMax(end);
        int labels = LABEL * names.stream().mapToInt(String::length).max().orElse(0);
        styler.setXAxisTickMarkSpacingHint(Math.max(60, (WIDTH - labels) / 8));
        // The first is on top. XChart wants every tick's label to be another, also beyond the ends.
        styler.setYAxisMin(0.5 - names.size());
        styler.setYAxisMax(0.5);
        styler.setYAxisTickMarkSpacingHint(row + row / 8);
        styler.setyAxisTickLabelsFormattingFunction(
                y -> {
                    int i = (int) Math.rint(-y);
                    return i >= 0 && i < names.size() && i == -y ? names.get(i) : y.toString();
                });
        styler.setPlotGridHorizontalLinesVisible(false);
        styler.setMarkerSize(0);
        acrossAt(chart, limit, true);
        double step = (double) BAR_STEP / row;
        for (int s = 0; s < all.size(); s++) {
            double offset = step * (0.5 * (all.size() - 1) - s);
            XYSeries bars = addBars(chart, all.get(s), offset);
            bars.setLineColor(palette.color(all.get(s).library()));
        }
        return chart;
    }

    /** One line for each bar, with gaps in between. */
    private static XYSeries addBars(XYChart chart, Series series, double offset) {
        int rows = series.values().size();
        double[] x = new double[3 * rows];
        double[] y = new double[3 * rows];
        Arrays.fill(y, Double.NaN);
        for (int i = 0; i < rows; i++) {
            double value = series.values().get(i);
            if (Double.isFinite(value)) {
                x[3 * i + 1] = value;
                y[3 * i] = offset - i;
                y[3 * i + 1] = offset - i;
            }
        }
        XYSeries bars = chart.addSeries(series.library(), x, y);
        bars.setMarker(SeriesMarkers.NONE);
        bars.setLineStyle(new BasicStroke(BAR, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
        return bars;
    }

    /** A chart without content. */
    static XYChart chart(int width, int height, String xTitle, String yTitle) {
        XYChart chart =
                new XYChartBuilder()
                        .width(width)
                        .height(height)
                        .xAxisTitle(xTitle)
                        .yAxisTitle(yTitle)
                        .build();
        XYStyler styler = chart.getStyler();
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
        styler.setChartTitleVisible(false);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setPlotContentSize(1.0);
        styler.setChartFontColor(INK);
        styler.setAxisTickLabelsFont(font);
        styler.setAxisTickLabelsColor(INK);
        styler.setAxisTickMarksColor(GRID);
        styler.setAxisTitleFont(font);
        // XChart's does not break lines: the page has one of its own.
        styler.setLegendVisible(false);
        styler.setYAxisLabelAlignment(TextAlignment.Right);
        styler.setYAxisTitleVisible(!yTitle.isEmpty());
        styler.setMarkerSize(7);
        styler.setAnnotationLineColor(INK);
        styler.setAnnotationLineStroke(
                new BasicStroke(
                        1.4f,
                        BasicStroke.CAP_BUTT,
                        BasicStroke.JOIN_MITER,
                        10,
                        new float[] {6, 4},
                        0));
        styler.setAnnotationTextFont(font.deriveFont(10f));
        styler.setAnnotationTextFontColor(INK);
        return chart;
    }

    private static XYChart chart(int height, String xTitle, String yTitle) {
        return chart(WIDTH, height, xTitle, yTitle);
    }

    private static void acrossAt(XYChart chart, double value, boolean isVertical) {
        if (Double.isFinite(value)) {
            chart.addAnnotation(new AnnotationLine(value, isVertical, false));
        }
    }

    static void octavesAlongX(XYStyler styler, Octaves octaves, int width) {
        styler.setXAxisMin(octaves.low);
        styler.setXAxisMax(octaves.high);
        styler.setXAxisTickMarkSpacingHint(hint(octaves, width - MARGIN_X));
        styler.setxAxisTickLabelsFormattingFunction(Plot::power);
    }

    static void octavesAlongY(XYStyler styler, Octaves octaves, int height) {
        styler.setYAxisMin(octaves.low);
        styler.setYAxisMax(octaves.high);
        styler.setYAxisTickMarkSpacingHint(hint(octaves, height - MARGIN_Y));
        styler.setyAxisTickLabelsFormattingFunction(Plot::power);
    }

    /**
     * XChart rounds this to a step of 1, 2, 5 or 10 octaves: one, where that leaves room for
     * labels.
     */
    private static int hint(Octaves octaves, int pixels) {
        double octave = pixels / octaves.span();
        return (int) (octave < LEAST_STEP ? 2 * LEAST_STEP : octave);
    }

    /** Another text for each exponent: until all labels differ, XChart looks for another step. */
    private static String power(double exponent) {
        return Math.abs(exponent) < WRITTEN_OUT
                ? Amounts.plain(Math.pow(2, exponent))
                : "2^" + exponent;
    }
}
