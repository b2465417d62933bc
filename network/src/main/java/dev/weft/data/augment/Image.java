package dev.weft.data.augment;

import dev.weft.Shape;
import dev.weft.random.Philox;

import java.util.function.IntConsumer;

/**
 * How an image lies in an array: [C, H, W].
 *
 * @param channels C
 * @param height H
 * @param width W
 */
record Image(int channels, int height, int width) {
    static Image of(String name, Shape shape) {
        if (shape.rank() != 3) {
            throw new IllegalArgumentException(
                    "%s: an example is %s: it must be an image, [channels, height, width]"
                            .formatted(name, shape));
        }
        return new Image(
                Math.toIntExact(shape.dim(0)),
                Math.toIntExact(shape.dim(1)),
                Math.toIntExact(shape.dim(2)));
    }

    /**
     * A rectangle.
     *
     * @param top its first row
     * @param left its first column
     */
    record Part(int top, int left, int height, int width) {
        /** The places of its pixels, in all channels. */
        void each(Image image, IntConsumer place) {
            for (int c = 0; c < image.channels; c++) {
                for (int y = top; y < top + height; y++) {
                    int row = (c * image.height + y) * image.width;
                    for (int i = row + left; i < row + left + width; i++) {
                        place.accept(i);
                    }
                }
            }
        }
    }

    /** One of this size around a pixel at random; what is outside the image is cut off. */
    Part part(Philox random, double partHeight, double partWidth) {
        int top = (int) Math.round(random.nextInt(height) + 0.5 - partHeight / 2);
        int left = (int) Math.round(random.nextInt(width) + 0.5 - partWidth / 2);
        int bottom = Math.min(height, top + (int) Math.round(partHeight));
        int right = Math.min(width, left + (int) Math.round(partWidth));
        top = Math.max(0, top);
        left = Math.max(0, left);
        return new Part(top, left, bottom - top, right - left);
    }

    /** y ↦ a·y + b·x + c, x ↦ d·y + e·x + f: from a pixel's centre to where it is taken from. */
    record Map(double a, double b, double c, double d, double e, double f) {}

    /** Takes each pixel from elsewhere, bilinear between pixels; outside of the image all is 0. */
    void warp(float[] x, Map map) {
        float[] from = x.clone();
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                double y = map.a * (row + 0.5) + map.b * (column + 0.5) + map.c - 0.5;
                double z = map.d * (row + 0.5) + map.e * (column + 0.5) + map.f - 0.5;
                // Half a pixel around the outer centres is inside, too.
                boolean inside = y >= -0.5 && y <= height - 0.5 && z >= -0.5 && z <= width - 0.5;
                for (int c = 0; c < channels; c++) {
                    x[(c * height + row) * width + column] = inside ? at(from, c, y, z) : 0;
                }
            }
        }
    }

    private float at(float[] from, int channel, double row, double column) {
        double y = Math.clamp(row, 0, height - 1.0);
        double x = Math.clamp(column, 0, width - 1.0);
        int top = (int) y;
        int left = (int) x;
        float down = (float) (y - top);
        float across = (float) (x - left);
        int right = Math.min(left + 1, width - 1);
        int above = (channel * height + top) * width;
        int below = (channel * height + Math.min(top + 1, height - 1)) * width;
        float first = from[above + left] + across * (from[above + right] - from[above + left]);
        float second = from[below + left] + across * (from[below + right] - from[below + left]);
        return first + down * (second - first);
    }
}
