package dev.weft.report;

import java.util.List;

/** Two axes of a picture, and where values lie between them. */
final class Frame {
    static final double WIDTH = 420;
    static final double HEIGHT = 270;
    private static final double MARGIN = 8;
    private static final double RIGHT = 14;
    private static final double BOTTOM = 40;
    private static final double LETTER = 7.4;
    private static final double LINE = 14;

    private final Svg svg;
    private final Scale x;
    private final Scale y;
    private final double left;
    private final double top;

    /** Draws axes with their numbers and titles. */
    Frame(Svg svg, Axis xAxis, Scale x, Axis yAxis, Scale y) {
        this.svg = svg;
        this.x = x;
        this.y = y;
        top = yAxis.title().isEmpty() ? MARGIN : MARGIN + LINE + 2;
        List<Double> ticks = y.ticks();
        int longest = ticks.stream().mapToInt(t -> Scale.label(t).length()).max().orElse(1);
        left = 12 + LETTER * longest;
        double bottom = HEIGHT - BOTTOM;
        for (double tick : ticks) {
            double at = yOf(tick);
            svg.path(
                    "grid", "", "M%sH%s".formatted(Svg.point(left, at), Svg.number(WIDTH - RIGHT)));
            svg.text(left - 6, at + 4, "end", Scale.label(tick));
        }
        double free = 0;
        for (double tick : x.ticks()) {
            double at = xOf(tick);
            String label = Scale.label(tick);
            double half = LETTER * label.length() / 2;
            svg.path("axis", "", "M%sv4".formatted(Svg.point(at, bottom)));
            // A label that would touch the one before is left out, or reach over the picture's end.
            if (at - half >= free && at + half <= WIDTH) {
                svg.text(at, bottom + LINE + 3, "middle", label);
                free = at + half + LETTER;
            }
        }
        svg.path(
                "axis", "", "M%sH%s".formatted(Svg.point(left, bottom), Svg.number(WIDTH - RIGHT)));
        svg.text(left, LINE - 2, "", yAxis.title());
        svg.text((left + WIDTH - RIGHT) / 2, HEIGHT - 5, "middle", xAxis.title());
    }

    double xOf(double value) {
        return left + x.position(value) * (WIDTH - RIGHT - left);
    }

    double yOf(double value) {
        return HEIGHT - BOTTOM - y.position(value) * (HEIGHT - BOTTOM - top);
    }

    /** Draws a line within the axes. */
    void draw(Line line, String color) {
        Line.Points points = line.points();
        StringBuilder path = new StringBuilder();
        boolean joined = false;
        for (int i = 0; i < points.size(); i++) {
            if (!x.isShown(points.x(i)) || !y.isShown(points.y(i))) {
                joined = false;
                continue;
            }
            String point = Svg.point(xOf(points.x(i)), yOf(points.y(i)));
            if (joined) {
                path.append('L').append(point);
            } else {
                // Of no length: a dot where nothing follows.
                path.append('M').append(point).append("h0");
                joined = line.style() != Line.Style.POINTS;
            }
        }
        if (!path.isEmpty()) {
            String style =
                    switch (line.style()) {
                        case SOLID -> points.size() == 1 ? "line dot" : "line";
                        case DASHED -> "line dashed";
                        case POINTS -> "line points";
                    };
            svg.path(style, color, path.toString());
        }
    }
}
