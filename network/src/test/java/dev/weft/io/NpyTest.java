package dev.weft.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.backend.Encoding;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

class NpyTest {
    @TempDir Path folder;

    /** A file as NumPy lays it out. */
    private static byte[] npy(int version, String header, byte[] content) {
        byte[] text = (header + "\n").getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(12 + text.length + content.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        bytes.put((byte) version).put((byte) 0);
        if (version == 1) {
            bytes.putShort((short) text.length);
        } else {
            bytes.putInt(text.length);
        }
        bytes.put(text).put(content);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static byte[] header(String type, boolean fortran, String shape, byte[] content) {
        return npy(
                1,
                "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }"
                        .formatted(type, fortran ? "True" : "False", shape),
                content);
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("a.npy"), content);
    }

    private HostArray read(byte[] content) throws IOException {
        return Npy.read(file(content));
    }

    private String refusal(byte[] content) throws IOException {
        Path file = file(content);
        return String.valueOf(
                        assertThrows(FormatException.class, () -> Npy.read(file)).getMessage())
                .replace(file.toString(), "FILE");
    }

    private static byte[] floats(ByteOrder order, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(order);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    private static byte[] zip(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue());
            }
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, mode = EnumSource.Mode.EXCLUDE, names = "BF16")
    void readsWhatItWrites(DType dtype) throws IOException {
        for (Shape shape : List.of(Shape.of(), Shape.of(7), Shape.of(2, 3, 4), Shape.of(3, 0))) {
            MemorySegment content =
                    MemorySegment.ofArray(new byte[(int) shape.size() * dtype.bytes()]);
            for (int i = 0; i < shape.size(); i++) {
                Encoding.set(dtype, content, i, dtype == DType.BOOL ? i % 2 : i + 1);
            }
            Path file = folder.resolve("w.npy");
            Npy.write(file, new HostArray(dtype, shape, content));
            HostArray read = Npy.read(file);
            assertEquals(dtype, read.dtype());
            assertEquals(shape, read.shape());
            assertEquals(-1, content.mismatch(read.content()));
            assertEquals(0, (Files.size(file) - content.byteSize()) % 64);
        }
    }

    @Test
    void writesWhatNumPyReads() throws IOException {
        Path file = folder.resolve("w.npy");
        Npy.write(file, HostArray.of(new float[] {1, 2}, 2));
        byte[] bytes = Files.readAllBytes(file);
        assertEquals(
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
                new String(bytes, 10, 118, StandardCharsets.US_ASCII).strip());
        assertEquals(118, bytes[8]);
        assertEquals('\n', bytes[127]);
        HostArray half = new HostArray(DType.BF16, Shape.of(0), MemorySegment.ofArray(new byte[0]));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Npy.write(file, half));
        assertEquals(".npy files have no BF16; convert the array to F32", e.getMessage());
        assertEquals(128 + 8, Files.size(file));
    }

    @Test
    void readsBothOrdersOfElementsAndBytes() throws IOException {
        float[] turned = {1, 4, 2, 5, 3, 6};
        float[] expected = {1, 2, 3, 4, 5, 6};
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            String type = order == ByteOrder.BIG_ENDIAN ? ">f4" : "<f4";
            HostArray c = read(header(type, false, "(2, 3)", floats(order, expected)));
            HostArray fortran = read(header(type, true, "(2, 3)", floats(order, turned)));
            assertArrayEquals(expected, c.floats());
            assertArrayEquals(expected, fortran.floats());
            assertEquals(Shape.of(2, 3), fortran.shape());
        }
        // [i][j][k] at i + 2 j + 4 k.
        HostArray cube =
                read(header("|u1", true, "(2, 2, 2)", new byte[] {0, 1, 2, 3, 4, 5, 6, 7}));
        double[] inOrder = new double[8];
        Arrays.setAll(inOrder, cube::get);
        assertArrayEquals(new double[] {0, 4, 2, 6, 1, 5, 3, 7}, inOrder);
        HostArray wide = read(header(">i8", false, "(1,)", new byte[] {0, 0, 0, 0, 0, 0, 1, 2}));
        assertEquals(258, wide.get(0));
        HostArray half = read(header(">f2", false, "(1,)", new byte[] {0x3C, 0}));
        assertEquals(1, half.get(0));
    }

    @Test
    void readsAllVersionsAndWaysOfWriting() throws IOException {
        byte[] one = {1, 0, 0, 0};
        for (int version = 1; version <= 3; version++) {
            assertEquals(
                    1,
                    read(npy(version, "{'descr': '<i4', 'fortran_order': False, 'shape': ()}", one))
                            .get(0));
        }
        assertEquals(
                Shape.of(1, 1),
                read(npy(
                                1,
                                "{\"shape\":(1L,1L),\"fortran_order\":False,\"descr\":\"<i4\"}   ",
                                one))
                        .shape());
    }

    @Test
    void refusesOtherFilesAndDamage() throws IOException {
        byte[] one = {1, 0, 0, 0};
        byte[] whole = header("<i4", false, "(1,)", one);
        assertEquals(
                "FILE: is not an .npy file: it does not begin with \\x93NUMPY",
                refusal(new byte[0]));
        assertEquals(
                "FILE: is not an .npy file: it does not begin with \\x93NUMPY",
                refusal("a,b\n1,2\n3,4\n".getBytes(StandardCharsets.US_ASCII)));
        assertEquals("FILE: is truncated within its .npy header", refusal(Arrays.copyOf(whole, 9)));
        assertEquals(
                "FILE: is truncated within its .npy header", refusal(Arrays.copyOf(whole, 30)));
        assertEquals(
                "FILE: is truncated or damaged: I32 [1] takes 4 bytes, and 3 follow the header",
                refusal(Arrays.copyOf(whole, whole.length - 1)));
        assertEquals(
                "FILE: is truncated or damaged: I32 [1] takes 4 bytes, and more follow the header",
                refusal(Arrays.copyOf(whole, whole.length + 1)));
        byte[] later = whole.clone();
        later[6] = 4;
        assertEquals("FILE: is an .npy file of version 4; Weft reads 1 to 3", refusal(later));
        for (String type : List.of("<U10", "|O", "<c8", "<i2", "f4", "", "|f4")) {
            assertEquals(
                    "FILE: holds elements of type '%s'; Weft reads f8, f4, f2, i8, i4, u1, i1 and b1: convert it with astype"
                            .formatted(type),
                    refusal(header(type, false, "(1,)", one)));
        }
        for (String header :
                List.of(
                        "",
                        "{}",
                        "{'descr': '<i4', 'shape': (1,)}",
                        "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,)}",
                        "{'descr': '<i4', 'fortran_order': False, 'shape': (1,)} x",
                        "{'descr': '<i4', 'fortran_order': False, 'shape': (-1,)}",
                        "{'descr': '<i4', 'fortran_order': False, 'shape': (1,), 'more': True}")) {
            assertTrue(
                    refusal(npy(1, header, one))
                            .startsWith("FILE: has an .npy header that Weft does not read: "),
                    header);
        }
        for (String shape :
                List.of(
                        "(99999999999999999999,)",
                        "(4294967296, 4294967296)",
                        "(2305843009213693952,)")) {
            String says = refusal(header("<i4", false, shape, one));
            assertTrue(says.startsWith("FILE: has an impossible shape: "), says);
        }
        assertTrue(
                refusal(header("<i4", false, "(1000000000000,)", one))
                        .contains("takes 4000000000000 bytes"));
        assertEquals(
                "FILE: is damaged: element 1 is neither true nor false",
                refusal(header("|b1", false, "(2,)", new byte[] {1, 2})));
        assertTrue(
                String.valueOf(
                                assertThrows(FormatException.class, () -> Npy.read(folder))
                                        .getMessage())
                        .contains("is a folder"));
    }

    @Test
    void readsArraysByNameFromNpz() throws IOException {
        byte[] x = header("<f4", false, "(2, 1)", floats(ByteOrder.LITTLE_ENDIAN, 3, 4));
        byte[] y = header("|i1", false, "(2,)", new byte[] {-1, 1});
        Path file =
                Files.write(
                        folder.resolve("a.npz"), zip(Map.of("x.npy", x, "y.npy", y, "note", y)));
        Map<String, HostArray> arrays = Npy.readAll(file);
        assertEquals(2, arrays.size());
        assertArrayEquals(new float[] {3, 4}, array(arrays, "x").floats());
        assertEquals(-1, array(arrays, "y").get(0));
    }

    private static HostArray array(Map<String, HostArray> arrays, String name) {
        HostArray array = arrays.get(name);
        if (array == null) {
            throw new AssertionError("no array '%s' in %s".formatted(name, arrays.keySet()));
        }
        return array;
    }

    @Test
    void refusesOtherZipsAndDamage() throws IOException {
        byte[] y = header("|i1", false, "(2,)", new byte[] {-1, 1});
        Path file = folder.resolve("a.npz");
        for (Map.Entry<byte[], String> bad :
                Map.of(
                                zip(Map.of("note.txt", y)),
                                "holds no array",
                                y,
                                "is a damaged .npz file, or none",
                                new byte[0],
                                "is a damaged .npz file, or none",
                                zip(Map.of("y.npy", Arrays.copyOf(y, y.length - 1))),
                                "array 'y': is truncated or damaged",
                                zip(Map.of("y.npy", Arrays.copyOf(y, y.length + 1))),
                                "array 'y': is truncated or damaged",
                                zip(Map.of("y.npy", header("|i1", false, "(3000000000,)", y))),
                                "array 'y': I8 [3000000000] takes 3000000000 bytes; of an .npz")
                        .entrySet()) {
            Files.write(file, bad.getKey());
            String message =
                    String.valueOf(
                            assertThrows(FormatException.class, () -> Npy.readAll(file))
                                    .getMessage());
            assertTrue(
                    message.startsWith(file.toString()) && message.contains(bad.getValue()),
                    message);
        }
        byte[] crc = zip(Map.of("y.npy", y));
        // The central directory's checksum of the entry: 16 bytes behind its signature.
        int at = crc.length - 22 - 46 - "y.npy".length() + 16;
        crc[at] ^= 1;
        Files.write(file, crc);
        FormatException e = assertThrows(FormatException.class, () -> Npy.readAll(file));
        assertEquals(
                file + ", array 'y': is damaged: its checksum is not the file's", e.getMessage());
    }
}
