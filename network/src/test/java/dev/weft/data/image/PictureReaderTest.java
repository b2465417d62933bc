package dev.weft.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.io.FormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Pictures of every kind, turned, transparent, damaged, or none. */
class PictureReaderTest {
    @TempDir Path folder;

    private static int[] read(Path path, int channels, int height, int width) throws IOException {
        ImageShape shape = new ImageShape(channels, height, width);
        byte[] pixels = new byte[shape.size()];
        PictureReader.read(path, shape, pixels, 0);
        int[] unsigned = new int[pixels.length];
        Arrays.setAll(unsigned, i -> pixels[i] & 0xFF);
        return unsigned;
    }

    private static void assertRefused(Path path, String... parts) {
        FormatException error = assertThrows(FormatException.class, () -> read(path, 3, 4, 6));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.startsWith(path + ": "), message);
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @ParameterizedTest
    @CsvSource({"png,1", "png,2", "png,5", "png,6", "bmp,5", "bmp,1", "tif,5", "tif,6"})
    void coloursAreChannels(String format, int type) throws IOException {
        Path path = folder.resolve("a." + format);
        Pictures.write(path, Pictures.of(3, 2, type, new Color(10, 200, 30)));
        assertEquals(new ImageShape(3, 2, 3), PictureReader.shape(path));
        int[] expected = {
            255, 0, 10, 10, 10, 10, // red
            0, 0, 200, 200, 200, 200,
            0, 255, 30, 30, 30, 30
        };
        assertArrayEquals(expected, read(path, 3, 2, 3));
        int[] grey = {76, 29, 124, 124, 124, 124}; // 0.299 r + 0.587 g + 0.114 b
        assertArrayEquals(grey, read(path, 1, 2, 3));
    }

    @Test
    void palettesAreColours() throws IOException {
        Path path = folder.resolve("a.gif");
        Pictures.write(path, Pictures.of(2, 8, BufferedImage.TYPE_BYTE_INDEXED, Color.GREEN));
        assertEquals(new ImageShape(3, 8, 2), PictureReader.shape(path));
        int[] planes = read(path, 3, 8, 2);
        assertArrayEquals(new int[] {255, 0, 0, 0}, Arrays.copyOf(planes, 4));
        assertArrayEquals(new int[] {0, 0, 255, 255}, Arrays.copyOfRange(planes, 16, 20));
        assertArrayEquals(new int[] {0, 255, 0, 0}, Arrays.copyOfRange(planes, 32, 36));
    }

    /** Java would convert them to another colour space, and brighten them. */
    @ParameterizedTest
    @ValueSource(strings = {"png", "tif", "bmp"})
    void greyLevelsAreThoseOfTheFile(String format) throws IOException {
        Path path = Pictures.write(folder.resolve("a." + format), Pictures.grey(16, 16));
        assertEquals(new ImageShape(1, 16, 16), PictureReader.shape(path));
        int[] levels = new int[256];
        Arrays.setAll(levels, i -> i);
        assertArrayEquals(levels, read(path, 1, 16, 16));
        int[] colours = read(path, 3, 16, 16);
        assertArrayEquals(levels, Arrays.copyOfRange(colours, 256, 512));
    }

    @Test
    void wideGreyLevelsAreScaled() throws IOException {
        BufferedImage wide = new BufferedImage(4, 1, BufferedImage.TYPE_USHORT_GRAY);
        int[] samples = {0, 65535, 257 * 100, 257 * 7};
        for (int x = 0; x < 4; x++) {
            wide.getRaster().setSample(x, 0, 0, samples[x]);
        }
        Path path = Pictures.write(folder.resolve("a.png"), wide);
        assertEquals(1, PictureReader.shape(path).channels());
        assertArrayEquals(new int[] {0, 255, 100, 7}, read(path, 1, 1, 4));
    }

    @Test
    void whatIsTransparentLiesOnWhite() throws IOException {
        BufferedImage picture = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        picture.setRGB(0, 0, 0x00FF0000);
        picture.setRGB(1, 0, 0x800000FF);
        picture.setRGB(2, 0, 0xFF0000FF);
        Path path = Pictures.write(folder.resolve("a.png"), picture);
        assertArrayEquals(new int[] {255, 127, 0, 255, 127, 0, 255, 255, 255}, read(path, 3, 1, 3));
    }

    /** The stored rows are 1 2 3 and 4 5 6 (times 40); EXIF's own table says what is seen. */
    @ParameterizedTest
    @CsvSource({
        "1, 2, 1 2 3 4 5 6", "2, 2, 3 2 1 6 5 4", "3, 2, 6 5 4 3 2 1", "4, 2, 4 5 6 1 2 3",
        "5, 3, 1 4 2 5 3 6", "6, 3, 4 1 5 2 6 3", "7, 3, 6 3 5 2 4 1", "8, 3, 3 6 2 5 1 4",
        "9, 2, 1 2 3 4 5 6"
    })
    void exifSaysHowAPictureIsTurned(int orientation, int height, String expected)
            throws IOException {
        BufferedImage stored = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 6; i++) {
            stored.getRaster().setSample(i % 3, i / 3, 0, 40 * (i + 1));
        }
        byte[] png = Pictures.turnedPng(Pictures.encoded(stored, "png"), orientation);
        Path path = Files.write(folder.resolve("a.png"), png);
        assertEquals(new ImageShape(1, height, 6 / height), PictureReader.shape(path));
        int[] levels = read(path, 1, height, 6 / height);
        StringBuilder seen = new StringBuilder();
        for (int level : levels) {
            seen.append(seen.isEmpty() ? "" : " ").append(level / 40);
        }
        assertEquals(expected, seen.toString());
    }

    @Test
    void exifOfAJpegIsRead() throws IOException {
        BufferedImage stored = new BufferedImage(32, 16, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < 16 * 16; i++) {
            stored.setRGB(i % 16, i / 16, 0xFFFFFF); // the left half
        }
        byte[] jpeg = Pictures.turned(Pictures.encoded(stored, "jpg"), 6);
        Path path = Files.write(folder.resolve("a.jpg"), jpeg);
        assertEquals(new ImageShape(3, 32, 16), PictureReader.shape(path));
        int[] upright = read(path, 1, 32, 16);
        assertTrue(upright[3] > 250 && upright[31 * 16 + 3] < 5, "what was left is above");
    }

    /** As most cameras write it; and cut anywhere, it says nothing or the same. */
    @Test
    void exifMayBeLittleEndianAndMayBeCut() throws IOException {
        byte[] tiff = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0};
        assertEquals(6, ExifTag.orientation(new ByteArrayInputStream(tiff)));
        byte[] jpeg =
                Pictures.turned(
                        Pictures.encoded(
                                new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY), "jpg"),
                        3);
        assertEquals(3, ExifTag.orientation(new ByteArrayInputStream(jpeg)));
        for (byte[] whole : new byte[][] {tiff, jpeg}) {
            for (int length = 0; length < Math.min(40, whole.length); length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                int found = ExifTag.orientation(new ByteArrayInputStream(cut));
                assertTrue(found == 0 || found == 3 || found == 6, "cut at " + length);
            }
        }
    }

    @Test
    void sizesAreReadBeforePixels() throws IOException {
        Path path = Files.write(folder.resolve("a.png"), Pictures.headerOfPng(100_000, 100_000));
        assertRefused(path, "more than 10000 pixels on a side (100000x100000)");
        FormatException error =
                assertThrows(FormatException.class, () -> PictureReader.shape(path));
        assertTrue(String.valueOf(error.getMessage()).contains("more than 10000"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "bmp", "tif"})
    void whatIsCutOffIsDamaged(String format) throws IOException {
        Path path = Pictures.write(folder.resolve("a." + format), Pictures.colour(60, 40));
        assertEquals(new ImageShape(3, 40, 60), PictureReader.shape(path));
        byte[] bytes = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(bytes, bytes.length * 3 / 4));
        assertRefused(path, "is damaged and cannot be read as a picture");
        Files.write(path, bytes);
        assertEquals(3 * 40 * 60, read(path, 3, 40, 60).length, "the reader is sound after that");
    }

    @Test
    void strayBytesOfAJpegDoNoHarm() throws IOException {
        byte[] jpeg = Pictures.encoded(Pictures.colour(60, 40), "jpg");
        byte[] more = Arrays.copyOf(jpeg, jpeg.length + 20);
        Arrays.fill(more, jpeg.length - 2, more.length - 2, (byte) 1);
        more[more.length - 2] = (byte) 0xFF;
        more[more.length - 1] = (byte) 0xD9;
        Path path = Files.write(folder.resolve("a.jpg"), more);
        Path sound = Files.write(folder.resolve("b.jpg"), jpeg);
        assertArrayEquals(read(sound, 3, 40, 60), read(path, 3, 40, 60));
    }

    @Test
    void whatIsNoPictureIsSaid() throws IOException {
        assertRefused(folder, "is a folder, not a picture");
        assertRefused(folder.resolve("none.png"), "there is no such file");
        Path text = Files.writeString(folder.resolve("text.png"), "no picture at all");
        assertRefused(text, "is no picture that Weft reads", "convert it, or leave it out");
        assertRefused(Files.createFile(folder.resolve("empty.png")), "is no picture");
    }

    @Test
    void whatIsOfAnotherSizeIsResized() throws IOException {
        BufferedImage halves = new BufferedImage(400, 200, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 200 * 200; i++) {
            halves.getRaster().setSample(200 + i % 200, i / 200, 0, 200);
        }
        Path path = Pictures.write(folder.resolve("a.png"), halves);
        assertArrayEquals(
                new int[] {0, 0, 200, 200, 0, 0, 200, 200}, inside(read(path, 1, 2, 4), 26));
        int[] large = read(path, 1, 600, 800);
        assertEquals(0, large[300 * 800 + 100]);
        assertEquals(200, large[300 * 800 + 700]);
    }

    /** Rounds what lies near 0 and 200: the tent reaches over the edge between them. */
    private static int[] inside(int[] levels, int off) {
        return Arrays.stream(levels)
                .map(level -> level < off ? 0 : level > 200 - off ? 200 : level)
                .toArray();
    }

    @Test
    void largePicturesTakeNoMoreMemoryThanSmallOnes() throws IOException {
        BufferedImage large = new BufferedImage(9000, 9000, BufferedImage.TYPE_BYTE_BINARY);
        large.setRGB(0, 0, 0xFFFFFF);
        Path path = Pictures.write(folder.resolve("a.png"), large);
        assertEquals(4, read(path, 1, 2, 2).length);
    }

    @Test
    void picturesInAJarAndLargeFilesAreRead() throws IOException {
        try (FileSystem jar =
                FileSystems.newFileSystem(folder.resolve("a.jar"), Map.of("create", "true"))) {
            Path path = Pictures.write(jar.getPath("/x/a.png"), Pictures.grey(16, 16));
            assertEquals(17, read(path, 1, 16, 16)[17]);
            byte[] padded = Arrays.copyOf(Files.readAllBytes(path), 5 << 20);
            Path inJar = Files.write(jar.getPath("/x/b.png"), padded);
            assertEquals(17, read(inJar, 1, 16, 16)[17]);
            Path onDisk = Files.write(folder.resolve("b.png"), padded);
            assertEquals(17, read(onDisk, 1, 16, 16)[17]);
        }
    }
}
