package dev.weft.cli;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/**
 * A grey picture.
 *
 * @param grey 0 (black) to 255 (white), row by row
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record GreyImage(int width, int height, float[] grey) {
    private static final int BYTE = 0xFF;

    /** A picture's luminance; what is transparent lies on white. */
    static GreyImage of(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        BufferedImage onWhite = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = onWhite.createGraphics();
        graphics.drawImage(picture, 0, 0, Color.WHITE, null);
        graphics.dispose();
        float[] grey = new float[width * height];
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            onWhite.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                // ITU-R BT.601.
                grey[y * width + x] =
                        0.299f * (row[x] >> 16 & BYTE)
                                + 0.587f * (row[x] >> 8 & BYTE)
                                + 0.114f * (row[x] & BYTE);
            }
        }
        return new GreyImage(width, height, grey);
    }

    /** An image of bytes, as in an IDX file. */
    static GreyImage of(byte[] pixels, int width, int height) {
        float[] grey = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            grey[i] = pixels[i] & BYTE;
        }
        return new GreyImage(width, height, grey);
    }

    float at(int x, int y) {
        return grey[y * width + x];
    }

    /** The same with no side longer than {@code most}. */
    GreyImage within(int most) {
        int longer = Math.max(width, height);
        if (longer <= most) {
            return this;
        }
        return scaled(
                Math.max(1, Math.round((float) width * most / longer)),
                Math.max(1, Math.round((float) height * most / longer)));
    }

    /** The same at another size, each pixel a weighted mean of those that it covers. */
    GreyImage scaled(int newWidth, int newHeight) {
        float[] rows = new float[newWidth * height];
        Weights across = new Weights(width, newWidth);
        for (int x = 0; x < newWidth; x++) {
            float[] weights = across.of(x);
            for (int y = 0; y < height; y++) {
                float sum = 0;
                for (int i = 0; i < weights.length; i++) {
                    sum += weights[i] * grey[y * width + across.from + i];
                }
                rows[y * newWidth + x] = sum;
            }
        }
        float[] scaled = new float[newWidth * newHeight];
        Weights down = new Weights(height, newHeight);
        for (int y = 0; y < newHeight; y++) {
            float[] weights = down.of(y);
            for (int x = 0; x < newWidth; x++) {
                float sum = 0;
                for (int i = 0; i < weights.length; i++) {
                    sum += weights[i] * rows[(down.from + i) * newWidth + x];
                }
                scaled[y * newWidth + x] = sum;
            }
        }
        return new GreyImage(newWidth, newHeight, scaled);
    }

    /** The part of that size whose first pixel is (x, y). */
    GreyImage part(int x, int y, int partWidth, int partHeight) {
        float[] part = new float[partWidth * partHeight];
        for (int row = 0; row < partHeight; row++) {
            System.arraycopy(grey, (y + row) * width + x, part, row * partWidth, partWidth);
        }
        return new GreyImage(partWidth, partHeight, part);
    }

    /** With so many black pixels on each side. */
    GreyImage framed(int border) {
        int newWidth = width + 2 * border;
        int newHeight = height + 2 * border;
        float[] framed = new float[newWidth * newHeight];
        for (int y = 0; y < height; y++) {
            System.arraycopy(grey, y * width, framed, (y + border) * newWidth + border, width);
        }
        return new GreyImage(newWidth, newHeight, framed);
    }

    /** Without the rows and columns around that have nothing above {@code level}. */
    GreyImage trimmed(float level) {
        int left = width;
        int right = -1;
        int top = height;
        int bottom = -1;
        for (int i = 0; i < grey.length; i++) {
            if (grey[i] > level) {
                left = Math.min(left, i % width);
                right = Math.max(right, i % width);
                top = Math.min(top, i / width);
                bottom = Math.max(bottom, i / width);
            }
        }
        return right < 0 ? this : part(left, top, right - left + 1, bottom - top + 1);
    }

    /** A tent over the pixels that one at another scale covers. */
    private static final class Weights {
        private final int size;
        private final double scale;

        /** The first pixel that the weights of the last call are for. */
        private int from;

        Weights(int size, int newSize) {
            this.size = size;
            this.scale = (double) size / newSize;
        }

        float[] of(int i) {
            double centre = (i + 0.5) * scale;
            double reach = Math.max(1, scale);
            from = (int) Math.max(0, Math.floor(centre - reach));
            int to = (int) Math.min(size, Math.ceil(centre + reach));
            float[] weights = new float[to - from];
            double sum = 0;
            for (int j = from; j < to; j++) {
                double weight = Math.max(0, 1 - Math.abs(j + 0.5 - centre) / reach);
                weights[j - from] = (float) weight;
                sum += weight;
            }
            for (int j = 0; j < weights.length; j++) {
                weights[j] /= (float) sum;
            }
            return weights;
        }
    }
}
