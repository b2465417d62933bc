package dev.weft.data.image;

import java.io.IOException;
import java.io.InputStream;

/**
 * How a picture lies in its file: cameras store what their sensor gives and say in EXIF how to turn
 * it. ImageIO does not look there. Exif 2.32, 4.6.4, tag 0x0112.
 *
 * @param transposed whether rows are columns; what follows is of the picture as it lies then
 * @param mirrored whether the first column is on the right
 * @param upsideDown whether the first row is at the bottom
 */
record Orientation(boolean transposed, boolean mirrored, boolean upsideDown) {
    static final Orientation UPRIGHT = new Orientation(false, false, false);

    /** The one of EXIF's numbers 1 to 8; others say nothing. */
    static Orientation of(int tag) {
        return switch (tag) {
            case 2 -> new Orientation(false, true, false);
            case 3 -> new Orientation(false, true, true);
            case 4 -> new Orientation(false, false, true);
            case 5 -> new Orientation(true, false, false);
            case 6 -> new Orientation(true, true, false);
            case 7 -> new Orientation(true, true, true);
            case 8 -> new Orientation(true, false, true);
            default -> UPRIGHT;
        };
    }

    /** What a file says; a picture whose metadata is damaged lies as it lies. */
    static Orientation of(InputStream file) throws IOException {
        return of(ExifTag.orientation(file));
    }

    /** One channel, upright: {@code width} and {@code height} are those of the result. */
    byte[] turn(byte[] plane, int height, int width) {
        if (equals(UPRIGHT)) {
            return plane;
        }
        byte[] turned = new byte[plane.length];
        for (int y = 0; y < height; y++) {
            int row = upsideDown ? height - 1 - y : y;
            for (int x = 0; x < width; x++) {
                int column = mirrored ? width - 1 - x : x;
                turned[y * width + x] =
                        plane[transposed ? column * height + row : row * width + column];
            }
        }
        return turned;
    }
}
