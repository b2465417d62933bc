package dev.weft.benchmarks.report;

import dev.weft.DType;
import dev.weft.benchmarks.machine.Limits;

import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

import java.awt.BasicStroke;
import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * {@code min(peak, bandwidth * intensity)}, and how close to it what was measured comes (Williams,
 * Waterman, Patterson 2009). Work whose operands stay in caches may lie above the slope.
 *
 * @param library the device of Weft's whose figures these are
 * @param dtype in which the points compute
 * @param limits the roof
 * @param points with operations and bytes
 */
record Roofline(String library, DType dtype, Limits limits, List<Figure> points) {
    private static final int WIDTH = 1100;
    private static final int HEIGHT = 560;
    private static final float ROOF_LINE = 2.4f;

    /** Of a label: a letter's width, the height, and the distance from its point, in pixels. */
    private static final double LETTER = 6.2;

    private static final double LINE = 15;
    private static final double AWAY = 7;

    /** An amount at the end of a name, which the chart has no room for. */
    private static final Pattern AMOUNT = Pattern.compile(", [\\d,]+ \\w+$");

    /** One for each number of threads, device that computes on the processor, and type. */
    static List<Roofline> of(Run run) {
        List<Roofline> rooflines = new ArrayList<>();
        List<String> libraries =
                run.devices().stream()
                        .map(device -> "weft " + device.selector())
                        .filter(library -> !run.isOnGpu(library))
                        .toList();
        for (Limits limits : run.limits()) {
            for (String library : libraries) {
                Map<DType, List<Figure>> types =
                        run.figures().stream()
                                .filter(f -> f.library().equals(library))
                                .filter(f -> f.threads() == limits.threads())
                                .filter(f -> isOnLogAxis(intensity(f)) && isOnLogAxis(gflops(f)))
                                .collect(
                                        Collectors.groupingBy(
                                                f -> f.dtype().computesIn(),
                                                LinkedHashMap::new,
                                                Collectors.toList()));
                types.forEach(
                        (dtype, points) ->
                                rooflines.add(
                                        new Roofline(library, dtype, limits.in(dtype), points)));
            }
        }
        return rooflines;
    }

    /** Such as {@code weft cpu, F64, on 2 threads}. */
    String title() {
        String type = dtype == DType.F32 ? "" : ", " + dtype;
        return library + type + ", on " + Family.threads(limits.threads());
    }

    private static boolean isOnLogAxis(double value) {
        return value > 0 && Double.isFinite(value);
    }

    /** Operations for each byte. */
    static double intensity(Figure figure) {
        return figure.flops() / figure.bytes();
    }

    static double gflops(Figure figure) {
        return figure.flops() / figure.micros() * 1e-3;
    }

    /** What can be reached at an intensity. */
    double roof(double intensity) {
        return Math.min(limits.gflops(), limits.gbs() * intensity);
    }

    private List<String> suites() {
        return points.stream().map(Figure::suite).distinct().toList();
    }

    List<Palette.Key> legend(Palette palette) {
        return suites().stream()
                .map(suite -> palette.suite(suites().indexOf(suite), suite, library))
                .toList();
    }

    XYChart chart(Palette palette) {
        double ridge = limits.gflops() / limits.gbs();
        Plot.Octaves across =
                Plot.Octaves.around(
                        DoubleStream.concat(
                                        points.stream().mapToDouble(Roofline::intensity),
                                        DoubleStream.of(ridge / 4, ridge * 4))
                                .toArray());
        Plot.Octaves up =
                Plot.Octaves.around(
                        DoubleStream.concat(
                                        points.stream().mapToDouble(Roofline::gflops),
                                        DoubleStream.of(limits.gflops()))
                                .toArray());
        XYChart chart =
                Plot.chart(WIDTH, HEIGHT, "floating-point operations for each byte", "GFLOP/s");
        Plot.octavesAlongX(chart.getStyler(), across, WIDTH);
        Plot.octavesAlongY(chart.getStyler(), up, HEIGHT);
        addRoof(chart, across, up, Plot.log2(ridge));
        for (String suite : suites()) {
            List<Figure> some = points.stream().filter(f -> f.suite().equals(suite)).toList();
            XYSeries series =
                    chart.addSeries(
                            suite,
                            some.stream().mapToDouble(f -> Plot.log2(intensity(f))).toArray(),
                            some.stream().mapToDouble(f -> Plot.log2(gflops(f))).toArray());
            series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
            series.setMarker(Palette.suiteMarker(suites().indexOf(suite)));
            series.setMarkerColor(palette.color(library));
        }
        name(chart, across, up);
        return chart;
    }

    private void addRoof(XYChart chart, Plot.Octaves across, Plot.Octaves up, double ridge) {
        double peak = Plot.log2(limits.gflops());
        double left = Math.max(across.low(), ridge - (peak - up.low()));
        XYSeries roof =
                chart.addSeries(
                        "roof: measured FMA peak and bandwidth",
                        new double[] {left, ridge, across.high()},
                        new double[] {peak - (ridge - left), peak, peak});
        roof.setMarker(SeriesMarkers.NONE);
        roof.setLineColor(Plot.INK);
        roof.setLineStyle(
                new BasicStroke(ROOF_LINE, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    }

    /** Names the points, but for those around which there is no room. */
    private void name(XYChart chart, Plot.Octaves across, Plot.Octaves up) {
        double octaveX = (WIDTH - Plot.MARGIN_X) / across.span();
        double octaveY = (HEIGHT - Plot.MARGIN_Y) / up.span();
        Rectangle2D plot =
                new Rectangle2D.Double(
                        octaveX * across.low(),
                        octaveY * up.low(),
                        octaveX * across.span(),
                        octaveY * up.span());
        double ridge = octaveX * Plot.log2(limits.gflops() / limits.gbs());
        double peak = octaveY * Plot.log2(limits.gflops());
        // The slope is one octave up for one across.
        double far = plot.getWidth() + plot.getHeight();
        Line2D slope = new Line2D.Double(ridge - far * octaveX / octaveY, peak - far, ridge, peak);
        Line2D top = new Line2D.Double(ridge, peak, ridge + far, peak);
        List<Rectangle2D> taken = new ArrayList<>();
        List<Point2D> places = new ArrayList<>();
        for (Figure point : points) {
            double x = octaveX * Plot.log2(intensity(point));
            double y = octaveY * Plot.log2(gflops(point));
            places.add(new Point2D.Double(x, y));
            taken.add(new Rectangle2D.Double(x - AWAY / 2, y - AWAY / 2, AWAY, AWAY));
        }
        for (int i = 0; i < points.size(); i++) {
            String name = AMOUNT.matcher(points.get(i).what()).replaceFirst("");
            Optional<Rectangle2D> free =
                    places(places.get(i), LETTER * name.length()).stream()
                            .filter(plot::contains)
                            .filter(box -> !box.intersectsLine(slope) && !box.intersectsLine(top))
                            .filter(box -> taken.stream().noneMatch(box::intersects))
                            .findFirst();
            if (free.isPresent()) {
                Rectangle2D box = free.get();
                taken.add(box);
                chart.addAnnotation(
                        new AnnotationText(
                                name,
                                box.getCenterX() / octaveX,
                                box.getCenterY() / octaveY,
                                false));
            }
        }
    }

    /** Where a label may be: right, left, above and below. */
    private static List<Rectangle2D> places(Point2D at, double width) {
        List<Rectangle2D> places = new ArrayList<>();
        for (double up : new double[] {-LINE / 2, AWAY - 2, -LINE - AWAY + 2}) {
            places.add(box(at.getX() + AWAY, at.getY() + up, width));
            places.add(box(at.getX() - AWAY - width, at.getY() + up, width));
        }
        places.add(box(at.getX() - width / 2, at.getY() + AWAY, width));
        places.add(box(at.getX() - width / 2, at.getY() - AWAY - LINE, width));
        return places;
    }

    private static Rectangle2D box(double x, double y, double width) {
        return new Rectangle2D.Double(x, y, width, LINE);
    }
}
