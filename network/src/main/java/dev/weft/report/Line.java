package dev.weft.report;

/**
 * A line of a chart.
 *
 * @param name for the legend, empty for none
 * @param style how it is drawn
 * @param points in their order; they are not copied
 */
public record Line(String name, Style style, Points points) {
    /** How a line is drawn. */
    public enum Style {
        /** From point to point. */
        SOLID,
        /** In the color of the axes: what others are compared with. */
        DASHED,
        /** Not joined. */
        POINTS
    }

    /** The ends of the segments. */
    public static final class Points {
        private final double[] x;
        private final double[] y;

        Points(double[] x, double[] y) {
            if (x.length != y.length) {
                throw new IllegalArgumentException(
                        "line: %d x and %d y: there must be as many".formatted(x.length, y.length));
            }
            this.x = x;
            this.y = y;
        }

        int size() {
            return x.length;
        }

        double x(int i) {
            return x[i];
        }

        double y(int i) {
            return y[i];
        }
    }

    /**
     * A solid line.
     *
     * @throws IllegalArgumentException where there are not as many y as x
     */
    public static Line solid(String name, double[] x, double[] y) {
        return new Line(name, Style.SOLID, new Points(x, y));
    }

    /** A dashed line from one point to another. */
    public static Line dashed(String name, double x0, double y0, double x1, double y1) {
        return new Line(
                name, Style.DASHED, new Points(new double[] {x0, x1}, new double[] {y0, y1}));
    }

    /**
     * Points.
     *
     * @throws IllegalArgumentException where there are not as many y as x
     */
    public static Line points(String name, double[] x, double[] y) {
        return new Line(name, Style.POINTS, new Points(x, y));
    }
}
