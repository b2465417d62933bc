package dev.weft.data.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;

/**
 * The channels of a decoded picture as bytes, row by row: as many as are asked for, whatever the
 * picture has. What is transparent lies on white.
 */
final class Planes {
    private static final int BYTE = 0xFF;

    private Planes() {}

    /** One plane of grey or three of red, green and blue. */
    static byte[][] of(BufferedImage picture, int channels) {
        byte[][] bands =
                picture.getColorModel() instanceof ComponentColorModel model
                                && !model.isAlphaPremultiplied()
                        ? samples(picture.getRaster(), model)
                        : colours(picture);
        int colours = bands.length < 3 ? 1 : 3;
        if (bands.length > colours) {
            for (int c = 0; c < colours; c++) {
                layOnWhite(bands[c], bands[colours]);
            }
        }
        if (channels == colours) {
            return channels == 1 ? new byte[][] {bands[0]} : withoutAlpha(bands);
        }
        return channels == 1
                ? new byte[][] {grey(bands)}
                : new byte[][] {bands[0], bands[0], bands[0]};
    }

    private static byte[][] withoutAlpha(byte[][] bands) {
        return new byte[][] {bands[0], bands[1], bands[2]};
    }

    /**
     * The samples as they were stored, not converted between colour spaces: the JDK would make grey
     * ones brighter.
     */
    private static byte[][] samples(Raster raster, ColorModel model) {
        int count = raster.getNumBands();
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[][] bands = new byte[count][width * height];
        if (raster.getDataBuffer() instanceof DataBufferByte bytes
                && raster.getSampleModel() instanceof PixelInterleavedSampleModel layout
                && model.getComponentSize(0) == Byte.SIZE) {
            byte[] data = bytes.getData();
            int start =
                    bytes.getOffset()
                            - raster.getSampleModelTranslateY() * layout.getScanlineStride()
                            - raster.getSampleModelTranslateX() * layout.getPixelStride();
            for (int c = 0; c < count; c++) {
                byte[] band = bands[c];
                for (int y = 0; y < height; y++) {
                    int at = start + layout.getBandOffsets()[c] + y * layout.getScanlineStride();
                    for (int x = 0; x < width; x++) {
                        band[y * width + x] = data[at];
                        at += layout.getPixelStride();
                    }
                }
            }
            return bands;
        }
        int[] row = new int[width];
        for (int c = 0; c < count; c++) {
            int most = (1 << model.getComponentSize(c)) - 1;
            for (int y = 0; y < height; y++) {
                raster.getSamples(0, y, width, 1, c, row);
                for (int x = 0; x < width; x++) {
                    bands[c][y * width + x] = (byte) Math.round((float) row[x] * BYTE / most);
                }
            }
        }
        return bands;
    }

    /** Red, green, blue and opacity of what has a palette, or packs a pixel into a number. */
    private static byte[][] colours(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        byte[][] bands = new byte[picture.getColorModel().hasAlpha() ? 4 : 3][width * height];
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            picture.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                bands[0][y * width + x] = (byte) (row[x] >> 16);
                bands[1][y * width + x] = (byte) (row[x] >> 8);
                bands[2][y * width + x] = (byte) row[x];
                if (bands.length > 3) {
                    bands[3][y * width + x] = (byte) (row[x] >> 24);
                }
            }
        }
        return bands;
    }

    private static void layOnWhite(byte[] band, byte[] opacity) {
        for (int i = 0; i < band.length; i++) {
            int share = opacity[i] & BYTE;
            int mixed = (band[i] & BYTE) * share + BYTE * (BYTE - share);
            band[i] = (byte) ((mixed + BYTE / 2) / BYTE);
        }
    }

    /** ITU-R BT.601. */
    private static byte[] grey(byte[][] colours) {
        byte[] grey = new byte[colours[0].length];
        for (int i = 0; i < grey.length; i++) {
            int sum =
                    299 * (colours[0][i] & BYTE)
                            + 587 * (colours[1][i] & BYTE)
                            + 114 * (colours[2][i] & BYTE);
            grey[i] = (byte) ((sum + 500) / 1000);
        }
        return grey;
    }
}
