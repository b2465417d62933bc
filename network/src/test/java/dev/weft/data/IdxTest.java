package dev.weft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.io.FormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** IDX files, right and wrong: what is wrong ends in one line that says what, where and why. */
class IdxTest {
    @TempDir Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("some-file"), content);
    }

    private void assertWrong(byte[] content, String... parts) throws IOException {
        Path file = file(content);
        String message =
                assertThrows(FormatException.class, () -> Idx.images(file)).getMessage() + "";
        assertTrue(message.startsWith(file + ": "), message);
        assertEquals(1, message.lines().count(), message);
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsImagesAndLabelsPlainAndGzipWhateverTheName(boolean gzip) throws IOException {
        byte[] images = IdxFiles.bytes(4 * 6, IdxFiles.IMAGES, 4, 3, 2);
        Idx.Images read = Idx.images(file(gzip ? IdxFiles.gzip(images) : images));
        assertEquals(4, read.count());
        assertEquals(3, read.rows());
        assertEquals(2, read.columns());
        assertArrayEquals(Arrays.copyOfRange(images, 16, 40), read.pixels());

        byte[] labels = IdxFiles.bytes(200, IdxFiles.LABELS, 200);
        int[] values = Idx.labels(file(gzip ? IdxFiles.gzip(labels) : labels));
        assertEquals(200, values.length);
        assertEquals(199, values[199], "unsigned");
    }

    @ParameterizedTest
    @CsvSource({
        "0x08, 1, U8",
        "0x09, 1, I8",
        "0x0B, 2, I32",
        "0x0C, 4, I32",
        "0x0D, 4, F32",
        "0x0E, 8, F64"
    })
    void readsEveryType(String type, int width, DType dtype) throws IOException {
        int code = Integer.decode(type);
        ByteBuffer content = ByteBuffer.allocate(12 + 6 * width);
        content.putInt(code << 8 | 2).putInt(3).putInt(2);
        for (int i = 0; i < 6; i++) {
            int value = dtype == DType.U8 ? 250 + i : i - 2;
            switch (code) {
                case 0x08, 0x09 -> content.put((byte) value);
                case 0x0B -> content.putShort((short) value);
                case 0x0C -> content.putInt(value);
                case 0x0D -> content.putFloat(value + 0.5f);
                default -> content.putDouble(value + 0.5);
            }
        }
        HostArray read = Idx.array(file(IdxFiles.gzip(content.array())));
        assertEquals(dtype, read.dtype());
        assertEquals(Shape.of(3, 2), read.shape());
        for (int i = 0; i < 6; i++) {
            double value = dtype == DType.U8 ? 250 + i : i - 2;
            assertEquals(dtype.isFloating() ? value + 0.5 : value, read.get(i));
        }
        byte[] cut = Arrays.copyOf(content.array(), content.capacity() - 1);
        assertThrows(FormatException.class, () -> Idx.array(file(cut)));
    }

    @Test
    void arraysThatAreNone() throws IOException {
        for (byte[] wrong :
                new byte[][] {
                    {},
                    {0, 0, 8},
                    IdxFiles.bytes(4, 0x0A01, 4),
                    IdxFiles.bytes(4, 0x0809, 4),
                    IdxFiles.bytes(0, 0x0802, 4),
                    IdxFiles.bytes(0, 0x0802, 4, 0),
                    IdxFiles.bytes(0, 0x0802, -1, 4),
                    IdxFiles.bytes(9, 0x0804, 7, 65536, 65536, 65536)
                }) {
            Path file = file(wrong);
            String message =
                    assertThrows(FormatException.class, () -> Idx.array(file)).getMessage() + "";
            assertTrue(message.startsWith(file + ": "), message);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 15})
    void aHeaderThatIsCutOff(int length) throws IOException {
        byte[] good = IdxFiles.bytes(24, IdxFiles.IMAGES, 4, 3, 2);
        assertWrong(Arrays.copyOf(good, length), "truncated", length + " bytes", "takes 16");
        assertWrong(IdxFiles.gzip(Arrays.copyOf(good, length)), "truncated", "takes 16");
    }

    @Test
    void tooFewAndTooManyItems() throws IOException {
        byte[] few = IdxFiles.bytes(23, IdxFiles.IMAGES, 4, 3, 2);
        assertWrong(few, "4 items of 6 bytes", "only 3 whole ones");
        assertWrong(IdxFiles.gzip(few), "4 items of 6 bytes", "only 3 whole ones");
        byte[] many = IdxFiles.bytes(30, IdxFiles.IMAGES, 4, 3, 2);
        assertWrong(many, "4 items of 6 bytes", "holds more", "longer");
        assertWrong(IdxFiles.gzip(many), "4 items of 6 bytes", "holds more");
    }

    @Test
    void aWrongMagicNumberSaysWhatTheFileIs() throws IOException {
        assertWrong(
                IdxFiles.bytes(20, IdxFiles.LABELS, 20),
                "this is a labels file (magic number 2049)",
                "expected an images file (magic number 2051)");
        assertWrong(IdxFiles.bytes(20, 0x0D03, 1, 2, 2), "another IDX file (type 0x0d, 3");
        assertWrong(
                "PK whatever it is".getBytes(StandardCharsets.UTF_8),
                "not an IDX file",
                "0x504b2077");
        Path images = file(IdxFiles.bytes(24, IdxFiles.IMAGES, 4, 3, 2));
        String message =
                assertThrows(FormatException.class, () -> Idx.labels(images)).getMessage() + "";
        assertTrue(message.contains("this is an images file"), message);
    }

    @Test
    void extentsThatNoFileHas() throws IOException {
        assertWrong(IdxFiles.bytes(0, IdxFiles.IMAGES, 0, 3, 2), "0 items");
        assertWrong(IdxFiles.bytes(0, IdxFiles.IMAGES, -1, 3, 2), "4294967295 items");
        assertWrong(IdxFiles.bytes(0, IdxFiles.IMAGES, 1, 0, 2), "0x2 pixels");
        assertWrong(IdxFiles.bytes(0, IdxFiles.IMAGES, 1, 3, -2), "3x4294967294 pixels");
        assertWrong(IdxFiles.bytes(0, IdxFiles.IMAGES, 1, 1 << 20, 1), "1048576x1 pixels");
        int most = Integer.MAX_VALUE;
        assertWrong(IdxFiles.bytes(9, IdxFiles.IMAGES, most, 28, 28), "2 GiB");
        assertWrong(IdxFiles.bytes(9, IdxFiles.IMAGES, 2, 28, 28), "only 0 whole ones");
        assertWrong(IdxFiles.gzip(IdxFiles.bytes(9, IdxFiles.IMAGES, most, 28, 28)), "2 GiB");
    }

    /** What the heap cannot hold is refused before any of it is inflated. */
    @Test
    void itemsThatDoNotFitTheHeapAreNotRead() throws IOException {
        long heap = Runtime.getRuntime().maxMemory();
        int side = 1 << 14;
        int count = (int) (heap / 2 / side / side) + 1;
        assumeTrue((long) count * side * side < Integer.MAX_VALUE - 8);
        byte[] header = IdxFiles.bytes(1, IdxFiles.IMAGES, count, side, side);
        assertWrong(header, count + " items of 268435456 bytes", "-Xmx");
        assertWrong(IdxFiles.gzip(header), count + " items of 268435456 bytes", "-Xmx");
        byte[] less = IdxFiles.bytes(1, IdxFiles.IMAGES, count - 1, side, side);
        assertWrong(less, "only 0 whole ones");
    }

    @Test
    void anInterruptedThreadReads() throws IOException {
        Path labels = file(IdxFiles.bytes(3, IdxFiles.LABELS, 3));
        Thread.currentThread().interrupt();
        assertArrayEquals(new int[] {0, 1, 2}, Idx.labels(labels));
        assertTrue(Thread.interrupted(), "the flag is kept");
    }

    @Test
    void aFileInAJarIsRead() throws IOException {
        try (FileSystem zip =
                FileSystems.newFileSystem(folder.resolve("d.jar"), Map.of("create", "true"))) {
            byte[] content = IdxFiles.gzip(IdxFiles.bytes(3, IdxFiles.LABELS, 3));
            Path labels = Files.write(zip.getPath("/labels"), content);
            assertArrayEquals(new int[] {0, 1, 2}, Idx.labels(labels));
        }
    }

    /** 64 MiB of zeros behind a header of one image: inflating must stop behind that image. */
    @Test
    void aGzipThatInflatesPastItsHeaderIsNotReadOn() throws IOException {
        Path bomb = folder.resolve("bomb");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
            out.write(IdxFiles.bytes(784, IdxFiles.IMAGES, 1, 28, 28));
            for (int i = 0; i < 64; i++) {
                out.write(new byte[1 << 20]);
            }
        }
        byte[] whole = Files.readAllBytes(bomb);
        // What comes late in the file is broken; it would be noticed if it were read.
        Arrays.fill(whole, whole.length - 1000, whole.length, (byte) 0x55);
        assertWrong(whole, "1 items of 784 bytes", "holds more");
    }

    @Test
    void aGzipThatIsDamaged() throws IOException {
        byte[] good = IdxFiles.gzip(IdxFiles.bytes(2400, IdxFiles.IMAGES, 400, 3, 2));
        assertWrong(Arrays.copyOf(good, good.length / 2), "truncated gzip");
        assertWrong(Arrays.copyOf(good, 5), "truncated gzip");
        byte[] checksum = good.clone();
        checksum[good.length - 5] ^= 1;
        assertWrong(checksum, "corrupt gzip");
        byte[] method = good.clone();
        method[2] = 7;
        assertWrong(method, "corrupt gzip");
    }

    @Test
    void aFileThatIsNotThere() {
        assertThrows(NoSuchFileException.class, () -> Idx.images(folder.resolve("nowhere")));
    }
}
