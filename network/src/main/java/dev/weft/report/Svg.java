package dev.weft.report;

import java.util.Locale;

/**
 * A picture as an element of a page, whose colors are the page's: it is drawn in units that are
 * pixels on a phone.
 */
final class Svg {
    private final StringBuilder text = new StringBuilder();

    /**
     * Opens one.
     *
     * @param title what it shows, for those who cannot see it
     */
    Svg(double width, double height, String title) {
        text.append(
                """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" role="img" aria-label="%s">\
                """
                        .formatted(number(width), number(height), Html.escape(title)));
    }

    /**
     * Adds text.
     *
     * @param style classes
     */
    void text(double x, double y, String style, String content) {
        text.append(
                "<text x=\"%s\" y=\"%s\" class=\"%s\">%s</text>"
                        .formatted(number(x), number(y), style, Html.escape(content)));
    }

    /** Adds text that is read from below. */
    void turned(double x, double y, String content) {
        text.append(
                "<text transform=\"translate(%s) rotate(-90)\">%s</text>"
                        .formatted(point(x, y), Html.escape(content)));
    }

    /**
     * Adds a path.
     *
     * @param color of its stroke as CSS writes it, or empty
     */
    void path(String style, String color, String path) {
        text.append("<path class=\"%s\"".formatted(style));
        if (!color.isEmpty()) {
            text.append(" style=\"stroke:%s\"".formatted(color));
        }
        text.append(" d=\"%s\"/>".formatted(path));
    }

    /**
     * Adds a rectangle.
     *
     * @param fill as CSS writes it
     * @param tip what is said where the mouse rests on it
     */
    void rectangle(
            double x,
            double y,
            double width,
            double height,
            String fill,
            double opacity,
            String tip) {
        text.append(
                """
                <rect class="cell" x="%s" y="%s" width="%s" height="%s" style="fill:%s;fill-opacity:%s"><title>%s</title></rect>\
                """
                        .formatted(
                                number(x),
                                number(y),
                                number(width),
                                number(height),
                                fill,
                                String.format(Locale.ROOT, "%.3f", opacity),
                                Html.escape(tip)));
    }

    /** A point of a path: tenths of a pixel are enough. */
    static String point(double x, double y) {
        return number(x) + " " + number(y);
    }

    static String number(double value) {
        String tenths = String.format(Locale.ROOT, "%.1f", value);
        return tenths.endsWith(".0") ? tenths.substring(0, tenths.length() - 2) : tenths;
    }

    /** Closes it. */
    String close() {
        return text + "</svg>";
    }
}
