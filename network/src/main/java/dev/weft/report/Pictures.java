package dev.weft.report;

import dev.weft.metrics.Calibration;
import dev.weft.metrics.ConfusionMatrix;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Draws the blocks that are pictures. */
final class Pictures {
    private static final int COLORS = 8;

    /** What the axes are drawn in. */
    private static final String FAINT = "var(--faint)";

    private static final double CELLS = 330;
    private static final double LARGEST_CELL = 56;
    private static final double WITH_NUMBER = 24;
    private static final double WITH_NAME = 13;
    private static final int NAME = 14;
    private static final double LETTER = 7;

    /** What the words beside the rows take. */
    private static final double IS = 34;

    private Pictures() {}

    /** The color of a chart's line. */
    static String color(Block.Chart chart, int line) {
        if (chart.lines().get(line).style() == Line.Style.DASHED) {
            return FAINT;
        }
        long before =
                chart.lines().stream()
                        .limit(line)
                        .filter(l -> l.style() != Line.Style.DASHED)
                        .count();
        return "var(--s%d)".formatted(before % COLORS);
    }

    static String chart(Block.Chart chart) {
        Svg svg = new Svg(Frame.WIDTH, Frame.HEIGHT, chart.title());
        Scale x = new Scale(chart.x(), values(chart, true));
        Scale y = new Scale(chart.y(), values(chart, false));
        Frame frame = new Frame(svg, chart.x(), x, chart.y(), y);
        for (int i = 0; i < chart.lines().size(); i++) {
            frame.draw(chart.lines().get(i), color(chart, i));
        }
        return svg.close();
    }

    private static DoubleStream values(Block.Chart chart, boolean x) {
        return chart.lines().stream()
                .map(Line::points)
                .flatMapToDouble(
                        points ->
                                IntStream.range(0, points.size())
                                        .mapToDouble(i -> x ? points.x(i) : points.y(i)));
    }

    static String reliability(Block.Reliability block) {
        Svg svg = new Svg(Frame.WIDTH, Frame.HEIGHT, block.title());
        Axis x = Axis.of("predicted probability", 0, 1);
        Axis y = Axis.of("share that came true", 0, 1);
        Frame frame =
                new Frame(
                        svg,
                        x,
                        new Scale(x, DoubleStream.empty()),
                        y,
                        new Scale(y, DoubleStream.empty()));
        List<Calibration.Bin> bins = block.calibration().bins();
        double total = bins.stream().mapToDouble(Calibration.Bin::weight).sum();
        for (Calibration.Bin bin : bins) {
            if (bin.weight() > 0) {
                String tip =
                        "%s to %s: predicted %s, came true %s, %s of all examples"
                                .formatted(
                                        Scale.label(bin.low()),
                                        Scale.label(bin.high()),
                                        percent(bin.meanProbability()),
                                        percent(bin.share()),
                                        percent(bin.weight() / total));
                double left = frame.xOf(bin.low());
                double width = frame.xOf(bin.high()) - left;
                double top = frame.yOf(bin.share());
                // Bins of few examples are pale.
                double opacity = 0.25 + 0.6 * Math.min(1, 4 * bin.weight() / total);
                svg.rectangle(left, top, width, frame.yOf(0) - top, "var(--right)", opacity, tip);
            }
        }
        frame.draw(Line.dashed("", 0, 0, 1, 1), FAINT);
        return svg.close();
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    static String confusion(Block.Confusion block) {
        ConfusionMatrix matrix = block.matrix();
        int classes = matrix.classes();
        double cell = Math.min(LARGEST_CELL, CELLS / classes);
        boolean named = cell >= WITH_NAME;
        int longest = block.names().stream().mapToInt(String::length).max().orElse(0);
        double room = LETTER * Math.min(NAME, longest);
        boolean turned = room > cell;
        double left = named ? Math.max(IS, 12 + room) : IS;
        double top = !named ? 20 : turned ? 26 + room : 38;
        double size = classes * cell + 2;
        Svg svg = new Svg(Math.max(left + size, Frame.WIDTH), top + size, block.title());
        svg.text(left, 12, "", "predicted as →");
        svg.text(left - 6, top - 6, "end", "is ↓");
        svg.rectangle(
                left, top, size - 2, size - 2, "var(--line)", 0.35, matrix.total() + " examples");
        for (int i = 0; i < classes; i++) {
            if (named) {
                String name = shortened(block.names().get(i));
                double along = (i + 0.5) * cell;
                svg.text(left - 6, top + along + 4, "end", name);
                if (turned) {
                    svg.turned(left + along + 4, top - 6, name);
                } else {
                    svg.text(left + along, top - 6, "middle", name);
                }
            }
            addRow(svg, block, i, left, top, cell);
        }
        return svg.close();
    }

    private static void addRow(
            Svg svg, Block.Confusion block, int i, double left, double top, double cell) {
        ConfusionMatrix matrix = block.matrix();
        long total = 0;
        for (int j = 0; j < matrix.classes(); j++) {
            total += matrix.count(i, j);
        }
        double y = top + i * cell;
        for (int j = 0; j < matrix.classes(); j++) {
            long count = matrix.count(i, j);
            if (count == 0) {
                continue;
            }
            double share = (double) count / total;
            double x = left + j * cell;
            // Few mistakes are to be seen too.
            double opacity = i == j ? share : Math.sqrt(share);
            String tip =
                    "%s predicted as %s: %d of %d"
                            .formatted(block.names().get(i), block.names().get(j), count, total);
            String fill = i == j ? "var(--right)" : "var(--wrong)";
            svg.rectangle(x, y, cell, cell, fill, 0.12 + 0.88 * opacity, tip);
            if (cell >= WITH_NUMBER) {
                String style = opacity > 0.5 ? "in strong" : "in";
                svg.text(x + cell / 2, y + cell / 2 + 4, style, amount(count, cell));
            }
        }
    }

    /** A count in as many letters as a cell has room for. */
    private static String amount(long count, double cell) {
        String all = Long.toString(count);
        if (all.length() * LETTER <= cell - 2) {
            return all;
        }
        return count < 1_000_000 ? count / 1000 + "k" : count / 1_000_000 + "M";
    }

    private static String shortened(String name) {
        return name.codePointCount(0, name.length()) <= NAME
                ? name
                : name.substring(0, name.offsetByCodePoints(0, NAME - 1)) + "…";
    }
}
