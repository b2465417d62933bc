package dev.weft.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What was read in the course of a run: loss, figures, learning rate. One thread adds while others
 * read, and none waits for another for longer than it takes to copy the points. However long the
 * run, a curve has at most 2048 points: as it grows, the gaps between those that are kept double.
 */
public final class History {
    private static final int MOST = 2048;
    private static final double WIDE = 100;

    private final String along;
    private final Map<String, Map<String, Curve>> charts = new LinkedHashMap<>();

    /** The points that are kept, and the last one, whatever the gaps. */
    private static final class Curve {
        private final double[] x = new double[MOST];
        private final double[] y = new double[MOST];
        private int size;
        private long added;
        private long gap = 1;
        private double lastX;
        private double lastY;

        void add(double atX, double atY) {
            lastX = atX;
            lastY = atY;
            if (added++ % gap == 0) {
                if (size == MOST) {
                    size = MOST / 2;
                    gap *= 2;
                    for (int i = 0; i < size; i++) {
                        x[i] = x[2 * i];
                        y[i] = y[2 * i];
                    }
                }
                x[size] = atX;
                y[size] = atY;
                size++;
            }
        }

        Line line(String name) {
            boolean more = (added - 1) % gap != 0;
            double[] allX = Arrays.copyOf(x, more ? size + 1 : size);
            double[] allY = Arrays.copyOf(y, allX.length);
            allX[allX.length - 1] = lastX;
            allY[allX.length - 1] = lastY;
            return Line.solid("%s %s".formatted(name, Scale.label(lastY)), allX, allY);
        }
    }

    /**
     * Without points.
     *
     * @param along what the points are along: "epoch"
     */
    public History(String along) {
        this.along = along;
    }

    /**
     * Adds a point.
     *
     * @param chart the title of the chart that it belongs to: "Loss"
     * @param curve its name: "validation"
     * @param x where it is along the run, not before the point before
     */
    public synchronized void add(String chart, String curve, double x, double y) {
        charts.computeIfAbsent(chart, _ -> new LinkedHashMap<>())
                .computeIfAbsent(curve, _ -> new Curve())
                .add(x, y);
    }

    /**
     * A chart for each title, in the order of their first points; values that differ more than a
     * hundredfold are drawn by their logarithms. The legends say the last values.
     */
    public List<Block> charts() {
        Map<String, List<Line>> copies = new LinkedHashMap<>();
        synchronized (this) {
            charts.forEach(
                    (title, curves) -> {
                        List<Line> lines = new ArrayList<>();
                        curves.forEach((name, curve) -> lines.add(curve.line(name)));
                        copies.put(title, lines);
                    });
        }
        List<Block> blocks = new ArrayList<>();
        copies.forEach((title, lines) -> blocks.add(chart(title, lines)));
        return blocks;
    }

    private Block.Chart chart(String title, List<Line> lines) {
        double[] values =
                lines.stream()
                        .map(Line::points)
                        .flatMapToDouble(
                                points -> IntStream.range(0, points.size()).mapToDouble(points::y))
                        .filter(Double::isFinite)
                        .sorted()
                        .toArray();
        boolean wide =
                values.length > 0 && values[0] > 0 && values[values.length - 1] > WIDE * values[0];
        return new Block.Chart(
                title, "", Axis.of(along), wide ? Axis.logarithmic("") : Axis.of(""), lines);
    }
}
