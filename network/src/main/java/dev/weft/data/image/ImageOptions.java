package dev.weft.data.image;

/**
 * How the pictures of a folder become images of one shape.
 *
 * @param channels 1 for grey, 3 for red, green and blue; 0 for grey where all pictures are, and
 *     else for colours
 * @param height of every image in pixels; 0 for that of the pictures, which must then have one size
 * @param width likewise
 */
public record ImageOptions(int channels, int height, int width) {
    /** Checks the numbers. */
    public ImageOptions {
        if (channels != 0 && channels != 1 && channels != 3) {
            throw new IllegalArgumentException(
                    "images: %d channels: expected 1 (grey) or 3 (red, green, blue)"
                            .formatted(channels));
        }
        if (height != 0 || width != 0) {
            checkSize(height, width);
        }
    }

    /** Colours and sizes as the pictures have them. */
    public static ImageOptions defaults() {
        return new ImageOptions(0, 0, 0);
    }

    /** In grey, by ITU-R BT.601's weights. */
    public ImageOptions grey() {
        return new ImageOptions(1, height, width);
    }

    /** In red, green and blue, also where all pictures are grey. */
    public ImageOptions colour() {
        return new ImageOptions(3, height, width);
    }

    /**
     * All of this size. A picture of another is stretched or shrunk to it, each pixel a weighted
     * mean of those that it covers; its proportions are not kept.
     */
    public ImageOptions resize(int height, int width) {
        checkSize(height, width);
        return new ImageOptions(channels, height, width);
    }

    boolean resizes() {
        return height != 0;
    }

    static void checkSize(int height, int width) {
        int most = ImageShape.LARGEST_SIDE;
        if (height < 1 || width < 1 || height > most || width > most) {
            throw new IllegalArgumentException(
                    "images: %dx%d pixels: expected 1 to %d on each side"
                            .formatted(width, height, most));
        }
    }
}
