package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.io.FormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

import javax.imageio.ImageIO;

/** Pictures that are sound, large, cut off, or none. */
class PictureFileTest {
    @TempDir Path folder;

    private void assertRefused(Path path, String message) {
        var error = assertThrows(FormatException.class, () -> PictureFile.read(path));
        assertTrue(String.valueOf(error.getMessage()).contains(message), error::getMessage);
        assertTrue(String.valueOf(error.getMessage()).startsWith(path + ": "), error::getMessage);
    }

    /** A GIF of 35 bytes with one pixel's data, whatever size it says. */
    private Path gif(int width, int height) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
        bytes.putShort((short) width).putShort((short) height).put(new byte[] {(byte) 0x80, 0, 0});
        bytes.put(new byte[] {0, 0, 0, -1, -1, -1, ','}).putInt(0);
        bytes.putShort((short) width).putShort((short) height).put((byte) 0);
        bytes.put(new byte[] {2, 2, 0x4C, 1, 0, ';'});
        return Files.write(folder.resolve("a.gif"), Arrays.copyOf(bytes.array(), bytes.position()));
    }

    /** A PNG of zeros, written row by row. */
    private Path png(int side, int depth, int colourType, int bytesOfPixel) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out =
                new DeflaterOutputStream(packed, new Deflater(Deflater.BEST_SPEED))) {
            byte[] row = new byte[1 + side * bytesOfPixel];
            for (int y = 0; y < side; y++) {
                out.write(row);
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(file);
        out.writeLong(0x89504E470D0A1A0AL);
        byte[] header = {(byte) depth, (byte) colourType, 0, 0, 0};
        chunk(out, "IHDR", ByteBuffer.allocate(13).putInt(side).putInt(side).put(header).array());
        chunk(out, "IDAT", packed.toByteArray());
        chunk(out, "IEND", new byte[0]);
        return Files.write(folder.resolve("a.png"), file.toByteArray());
    }

    private static void chunk(DataOutputStream out, String type, byte[] data) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(type.getBytes(StandardCharsets.US_ASCII));
        crc.update(data);
        out.writeInt(data.length);
        out.writeBytes(type);
        out.write(data);
        out.writeInt((int) crc.getValue());
    }

    private Path written(String format) throws IOException {
        BufferedImage picture = new BufferedImage(120, 90, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(1);
        for (int i = 0; i < 120 * 90; i++) {
            picture.setRGB(i % 120, i / 120, random.nextInt());
        }
        Path path = folder.resolve("a." + format);
        assertTrue(ImageIO.write(picture, format, path.toFile()));
        return path;
    }

    @Test
    void theSizeIsAskedForBeforeAnythingIsDecoded() throws IOException {
        assertRefused(gif(65_000, 32_000), "more than 10000 pixels on a side (65000x32000)");
        assertRefused(png(10_001, 1, 0, 1), "more than 10000 pixels on a side (10001x10001)");
    }

    /** 10⁸ pixels of a GIF, 288 MB of a PNG: neither is ever there as a whole. */
    @Test
    void largePicturesTakeNoMoreMemoryThanSmallOnes() throws IOException {
        for (Path path : new Path[] {gif(10_000, 10_000), png(6000, 16, 6, 8)}) {
            GreyImage picture;
            try {
                picture = PictureFile.read(path);
            } catch (FormatException e) {
                // The GIF ends after its first pixel.
                assertTrue(path.toString().endsWith("gif"), e::getMessage);
                continue;
            }
            assertTrue(picture.grey().length <= 4_000_000, path::toString);
            assertEquals(picture.width(), picture.height());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "bmp", "tiff"})
    void everyKindIsReadAndRefusedWhereItIsCutOff(String format) throws IOException {
        Path path = written(format);
        GreyImage whole = PictureFile.read(path);
        assertEquals(120, whole.width());
        assertEquals(90, whole.height());
        byte[] bytes = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(bytes, bytes.length / 2));
        assertRefused(path, "is damaged and cannot be read as a picture");
    }

    @Test
    void whatIsTransparentLiesOnWhite() throws IOException {
        BufferedImage picture = new BufferedImage(10, 10, BufferedImage.TYPE_INT_ARGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(new Color(0, 0, 255, 255));
        graphics.fillRect(0, 0, 5, 10);
        graphics.dispose();
        Path path = folder.resolve("a.png");
        ImageIO.write(picture, "png", path.toFile());
        GreyImage grey = PictureFile.read(path);
        assertEquals(0.114f * 255, grey.at(2, 2), 0.01f);
        assertEquals(255, grey.at(7, 2), 0.01f);
    }

    @Test
    void whatIsNoPictureIsSaid() throws IOException {
        assertRefused(folder, "is a folder, not a picture");
        Path text = Files.writeString(folder.resolve("text.png"), "no picture at all");
        assertRefused(text, "is neither a picture");
        assertRefused(Files.createFile(folder.resolve("empty.png")), "is neither a picture");
    }
}
