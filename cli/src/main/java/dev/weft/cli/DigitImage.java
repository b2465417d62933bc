package dev.weft.cli;

import dev.weft.io.FormatException;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

import javax.imageio.ImageIO;

/**
 * A picture of a digit as the network takes it: 28×28, light on dark.
 *
 * @param pixels 0 to 255, row by row
 * @param inverted whether the picture was dark on light
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record DigitImage(byte[] pixels, boolean inverted) {
    static final int SIDE = 28;
    private static final int WHITE = 255;

    /** The largest side that is read: a digit needs no more, and a bomb would. */
    private static final int LARGEST_SIDE = 10_000;

    /**
     * Reads a PNG (or what else the JDK reads), of any size.
     *
     * @throws FormatException where it is no picture
     */
    static DigitImage read(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new FormatException(path + ": is a folder, not a picture");
        }
        BufferedImage picture = decode(path);
        if (picture.getWidth() > LARGEST_SIDE || picture.getHeight() > LARGEST_SIDE) {
            throw new FormatException(
                    path
                            + ": has more than "
                            + LARGEST_SIDE
                            + " pixels on a side: make it smaller");
        }
        byte[] pixels = scaled(picture);
        boolean light = borderIsLight(pixels);
        if (light) {
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) (WHITE - (pixels[i] & WHITE));
            }
        }
        return new DigitImage(pixels, light);
    }

    private static BufferedImage decode(Path path) throws IOException {
        BufferedImage picture;
        try (var stream = Files.newInputStream(path)) {
            picture = ImageIO.read(stream);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The JDK's decoders answer damaged files with exceptions of many kinds.
            throw new FormatException(path + ": is damaged and cannot be read as a picture", e);
        }
        if (picture == null) {
            throw new FormatException(path + ": is neither a PNG nor an IDX file");
        }
        return picture;
    }

    /** The picture on a white ground, shrunk by halves so that thin strokes stay. */
    private static byte[] scaled(BufferedImage picture) {
        BufferedImage from = picture;
        while (Math.min(from.getWidth(), from.getHeight()) >= 4 * SIDE) {
            from = drawn(from, from.getWidth() / 2, from.getHeight() / 2);
        }
        BufferedImage small = drawn(from, SIDE, SIDE);
        byte[] pixels = new byte[SIDE * SIDE];
        small.getRaster().getDataElements(0, 0, SIDE, SIDE, pixels);
        return pixels;
    }

    private static BufferedImage drawn(BufferedImage from, int width, int height) {
        BufferedImage to = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = to.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(from, 0, 0, width, height, null);
        graphics.dispose();
        return to;
    }

    private static boolean borderIsLight(byte[] pixels) {
        long sum = 0;
        int count = 0;
        for (int i = 0; i < SIDE; i++) {
            for (int at : new int[] {i, (SIDE - 1) * SIDE + i, i * SIDE, i * SIDE + SIDE - 1}) {
                sum += pixels[at] & WHITE;
                count++;
            }
        }
        return sum > (long) count * WHITE / 2;
    }
}
