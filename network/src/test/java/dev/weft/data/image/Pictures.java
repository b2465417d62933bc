package dev.weft.data.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;

import javax.imageio.ImageIO;

/** Draws pictures for tests, and writes them. */
final class Pictures {
    private Pictures() {}

    /** Of one colour, with a red pixel at the top left and a blue one to the right of it. */
    static BufferedImage of(int width, int height, int type, Color colour) {
        BufferedImage picture = new BufferedImage(width, height, type);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(colour);
        graphics.fillRect(0, 0, width, height);
        graphics.dispose();
        picture.setRGB(0, 0, Color.RED.getRGB());
        picture.setRGB(1, 0, Color.BLUE.getRGB());
        return picture;
    }

    static BufferedImage colour(int width, int height) {
        return of(width, height, BufferedImage.TYPE_3BYTE_BGR, new Color(10, 200, 30));
    }

    /** Of grey levels as they are stored, 0, 1, 2, … */
    static BufferedImage grey(int width, int height) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < width * height; i++) {
            picture.getRaster().setSample(i % width, i / width, 0, i);
        }
        return picture;
    }

    static byte[] encoded(BufferedImage picture, String format) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(picture, format, bytes)) {
                throw new IllegalArgumentException("no writer of " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static Path write(Path file, BufferedImage picture) throws IOException {
        Files.createDirectories(file.getParent());
        String name = file.getFileName().toString();
        return Files.write(file, encoded(picture, name.substring(name.lastIndexOf('.') + 1)));
    }

    /** EXIF with nothing but an orientation. */
    private static byte[] exif(int orientation) {
        ByteBuffer tiff = ByteBuffer.allocate(26);
        tiff.put("MM".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
        tiff.putShort((short) 1); // one entry: tag, SHORT, one of them, left-justified
        tiff.putShort((short) 0x0112).putShort((short) 3).putInt(1);
        tiff.putShort((short) orientation).putShort((short) 0).putInt(0);
        return tiff.array();
    }

    /** A JPEG that says how it is turned: an APP1 segment behind its first marker. */
    static byte[] turned(byte[] jpeg, int orientation) {
        byte[] exif = exif(orientation);
        ByteBuffer out = ByteBuffer.allocate(jpeg.length + 10 + exif.length);
        out.put(jpeg, 0, 2).putShort((short) 0xFFE1).putShort((short) (8 + exif.length));
        out.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(exif);
        out.put(jpeg, 2, jpeg.length - 2);
        return out.array();
    }

    /** A PNG that says so: a chunk behind its header's 33 bytes. */
    static byte[] turnedPng(byte[] png, int orientation) {
        byte[] exif = exif(orientation);
        ByteBuffer out = ByteBuffer.allocate(png.length + 12 + exif.length);
        out.put(png, 0, 33);
        chunk(out, "eXIf", exif);
        out.put(png, 33, png.length - 33);
        return out.array();
    }

    /** A PNG with a header alone. */
    static byte[] headerOfPng(int width, int height) {
        ByteBuffer out = ByteBuffer.allocate(8 + 12 + 13).putLong(0x89504E470D0A1A0AL);
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
        chunk(out, "IHDR", header.put(new byte[] {8, 2, 0, 0, 0}).array());
        return out.array();
    }

    private static void chunk(ByteBuffer out, String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.putInt(data.length).put(name).put(data).putInt((int) crc.getValue());
    }
}
