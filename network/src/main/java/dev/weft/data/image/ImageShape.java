package dev.weft.data.image;

import dev.weft.Shape;

/**
 * What the images of a data set have in common.
 *
 * @param channels 1 for grey, 3 for red, green and blue
 * @param height in pixels
 * @param width in pixels
 */
public record ImageShape(int channels, int height, int width) {
    /** The largest side of a picture that is read: cameras make no larger ones. */
    public static final int LARGEST_SIDE = 10_000;

    /** Checks the numbers. */
    public ImageShape {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException(
                    "images: %d channels: expected 1 (grey) or 3 (red, green, blue)"
                            .formatted(channels));
        }
        ImageOptions.checkSize(height, width);
    }

    /** How many numbers an image is. */
    public int size() {
        return channels * height * width;
    }

    /** The shape of so many images: [count, channels, height, width]. */
    public Shape of(int count) {
        return Shape.of(count, channels, height, width);
    }

    @Override
    public String toString() {
        return "%dx%d pixels in %s".formatted(width, height, channels == 1 ? "grey" : "colour");
    }
}
