package dev.weft.benchmarks.report;

import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

import java.awt.Color;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How each library looks: the same in every chart of a run, and peers in every run. */
final class Palette {
    /** The first is for the device that everything is compared with. */
    private static final List<Color> WEFT =
            List.of(
                    new Color(0xE8590C),
                    new Color(0xA61E4D),
                    new Color(0xF2A900),
                    new Color(0x7A4A1E));

    private static final Map<String, Color> PEERS =
            Map.of(
                    "openblas", new Color(0x1971C2),
                    "mkl", new Color(0x12A594),
                    "pytorch", new Color(0x6741D9),
                    "tensorflow", new Color(0x5C940D),
                    "nd4j", new Color(0x868E96),
                    "clblast", new Color(0x1098AD),
                    "cublas", new Color(0x2B8A3E));

    private static final List<Color> OTHERS =
            List.of(new Color(0x343A40), new Color(0x4DABF7), new Color(0xAE3EC9));

    /** The shape of a line's points, and the letter that looks like it. */
    private record Shape(Marker marker, String letter) {}

    private static final List<Shape> SHAPES =
            List.of(
                    new Shape(SeriesMarkers.CIRCLE, "●"),
                    new Shape(SeriesMarkers.SQUARE, "■"),
                    new Shape(SeriesMarkers.DIAMOND, "◆"),
                    new Shape(SeriesMarkers.TRIANGLE_UP, "▲"),
                    new Shape(SeriesMarkers.TRIANGLE_DOWN, "▼"));

    private static final Shape FOR_BARS = SHAPES.get(1);

    /**
     * An entry of a chart's legend.
     *
     * @param letter in the shape of the chart's points
     * @param color as CSS writes it
     */
    record Key(String letter, String color, String name) {}

    private final Map<String, Color> colors = new HashMap<>();
    private final Map<String, Shape> shapes = new HashMap<>();

    /** For all that have a figure in the run. */
    Palette(Run run) {
        List<String> libraries = run.figures().stream().map(Figure::library).distinct().toList();
        List<String> weft = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String library : libraries) {
            shapes.put(library, shape(shapes.size()));
            if (Family.isWeft(library)) {
                colors.put(library, WEFT.get(weft.size() % WEFT.size()));
                weft.add(library);
            } else if (PEERS.containsKey(library)) {
                colors.put(library, PEERS.get(library));
            } else {
                colors.put(library, OTHERS.get(others.size() % OTHERS.size()));
                others.add(library);
            }
        }
    }

    Color color(String library) {
        return colors.getOrDefault(library, Color.BLACK);
    }

    Marker marker(String library) {
        return shapes.getOrDefault(library, SHAPES.getFirst()).marker;
    }

    /** The legend's entry for lines with points. */
    Key line(String library) {
        return key(shapes.getOrDefault(library, SHAPES.getFirst()), library, library);
    }

    /** The legend's entry for bars. */
    Key bar(String library) {
        return key(FOR_BARS, library, library);
    }

    /** The legend's entry for a suite, which has a shape in the color of a library. */
    Key suite(int index, String suite, String library) {
        return key(shape(index), library, suite);
    }

    static Marker suiteMarker(int index) {
        return shape(index).marker;
    }

    private static Shape shape(int index) {
        return SHAPES.get(index % SHAPES.size());
    }

    private Key key(Shape shape, String library, String name) {
        String color = "#%06x".formatted(color(library).getRGB() & 0xFFFFFF);
        return new Key(shape.letter, color, name);
    }
}
