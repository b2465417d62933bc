package dev.weft.cli;

/** Strokes made wider, and how wide they are. */
final class Dilation {
    private Dilation() {}

    /** y(p) = max of x over the disc of a radius around p. */
    static GreyImage of(GreyImage image, int radius) {
        int width = image.width();
        int height = image.height();
        float[] wider = new float[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float most = 0;
                for (int dy = -radius; dy <= radius; dy++) {
                    for (int dx = -radius; dx <= radius; dx++) {
                        int nx = x + dx;
                        int ny = y + dy;
                        boolean inside = nx >= 0 && ny >= 0 && nx < width && ny < height;
                        if (inside && dx * dx + dy * dy <= radius * (radius + 1)) {
                            most = Math.max(most, image.at(nx, ny));
                        }
                    }
                }
                wider[y * width + x] = most;
            }
        }
        return new GreyImage(width, height, wider);
    }

    /** 2 area / perimeter, which is the width of a long stroke; values are 0 to 1. */
    static double strokeWidth(GreyImage strokes) {
        double area = 0;
        double perimeter = 0;
        for (int y = 0; y < strokes.height(); y++) {
            for (int x = 0; x < strokes.width(); x++) {
                float value = strokes.at(x, y);
                float right = x + 1 < strokes.width() ? strokes.at(x + 1, y) : 0;
                float down = y + 1 < strokes.height() ? strokes.at(x, y + 1) : 0;
                area += value;
                // The length of the gradient, which is a contour's whatever its direction.
                perimeter += Math.hypot(right - value, down - value);
            }
        }
        return perimeter == 0 ? 0 : 2 * area / perimeter;
    }
}
