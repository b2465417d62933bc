package dev.weft.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.random.Philox;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

class SafetensorsTest {
    @TempDir Path folder;

    private Path small() throws IOException {
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        tensors.put("a", HostArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        tensors.put("b", HostArray.of(new float[] {-0.5f}));
        tensors.put("empty", HostArray.of(new float[0], 0, 4));
        Path file = folder.resolve("small.safetensors");
        new Safetensors(Map.of("k", "v \"quoted\" ü"), tensors).write(file);
        return file;
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path path = small();
        Safetensors read = Safetensors.read(path);
        assertEquals(Map.of("k", "v \"quoted\" ü"), read.metadata());
        Map<String, HostArray> tensors = read.tensors();
        assertEquals(3, tensors.size());
        HostArray a = tensors.getOrDefault("a", HostArray.of(new float[1]));
        assertEquals(Shape.of(2, 3), a.shape());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, a.floats());
        long header =
                ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertEquals(0, header % 8);
    }

    /** Narrow types leave what follows them at odd addresses. */
    @Test
    void everyTypeIsWrittenAndRead() throws IOException {
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        try (Device device = Devices.open("reference")) {
            for (DType dtype : DType.values()) {
                Tensor x = device.tensor(new int[] {0, 1, 1}).to(dtype);
                MemorySegment content = MemorySegment.ofArray(new byte[3 * dtype.bytes()]);
                x.download(content);
                tensors.put(dtype.name(), new HostArray(dtype, x.shape(), content));
            }
            Path file = folder.resolve("types.safetensors");
            new Safetensors(Map.of(), tensors).write(file);
            Safetensors.read(file)
                    .tensors()
                    .forEach(
                            (name, entry) -> {
                                assertEquals(name, entry.dtype().name());
                                Tensor x =
                                        device.upload(
                                                entry.dtype(), entry.content(), entry.shape());
                                assertArrayEquals(new float[] {0, 1, 1}, x.toFloatArray());
                                x.close();
                                if (entry.dtype().isFloating()) {
                                    assertArrayEquals(new float[] {0, 1, 1}, entry.floats());
                                } else {
                                    assertThrows(IllegalStateException.class, entry::floats);
                                }
                            });
            assertEquals(DType.values().length, tensors.size());
        }
    }

    @Test
    void nothingIsLeftBesideTheFile() throws IOException {
        small();
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void everyTruncationIsAFormatError() throws IOException {
        byte[] whole = Files.readAllBytes(small());
        Path cut = folder.resolve("cut");
        for (int length = 0; length < whole.length; length++) {
            Files.write(cut, Arrays.copyOf(whole, length));
            FormatException e = assertThrows(FormatException.class, () -> Safetensors.read(cut));
            assertTrue(String.valueOf(e.getMessage()).startsWith(cut + ": "), e::getMessage);
            assertEquals(1, String.valueOf(e.getMessage()).lines().count());
        }
        Files.write(cut, Arrays.copyOf(whole, whole.length + 4));
        assertThrows(FormatException.class, () -> Safetensors.read(cut));
    }

    @Test
    void aTensorThatIsNoneOfTheFormatsIsRefusedBeforeItIsWritten() {
        HostArray one = HostArray.of(new float[1], 1);
        assertThrows(
                IllegalArgumentException.class,
                () -> new Safetensors(Map.of(), Map.of("__metadata__", one)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new HostArray(DType.F32, Shape.of(2), one.content()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new HostArray(DType.F32, Shape.of(1), MemorySegment.ofArray(new byte[5])));
        HostArray integer = new HostArray(DType.I32, Shape.of(1), one.content());
        assertThrows(IllegalStateException.class, integer::floats);
    }

    @Test
    void aHeaderThatNoReaderTakesIsNotWritten() throws IOException {
        Path file = folder.resolve("large");
        String text = "m".repeat(50_000_000);
        FormatException e =
                assertThrows(
                        FormatException.class,
                        () -> new Safetensors(Map.of("a", text, "b", text), Map.of()).write(file));
        assertTrue(String.valueOf(e.getMessage()).contains("allows 100000000"), e::getMessage);
        assertFalse(Files.exists(file));
    }

    @Test
    void namesAndMetadataOfAnyLengthAreRead() throws IOException {
        Path file = folder.resolve("long");
        String name = "n".repeat(100_000);
        Map<String, String> metadata = Map.of("k".repeat(70_000), "v".repeat(21_000_000));
        HostArray one = HostArray.of(new float[] {2}, 1);
        new Safetensors(metadata, Map.of(name, one)).write(file);
        Safetensors read = Safetensors.read(file);
        assertEquals(metadata, read.metadata());
        assertArrayEquals(new float[] {2}, floats(read, name));
    }

    /** By the format a tensor may begin where an empty one does, and the header has no order. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void anEmptyTensorMayLieBeforeAnother(int first) throws IOException {
        String[] fields = {
            "\"full\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}",
            "\"empty\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}",
            "\"last\":{\"dtype\":\"I32\",\"shape\":[3,0],\"data_offsets\":[4,4]}"
        };
        String header =
                "{%s,%s,%s}"
                        .formatted(fields[first], fields[(first + 1) % 3], fields[(first + 2) % 3]);
        Safetensors read = Safetensors.read(file(header, new byte[] {0, 0, 0x40, 0x40}));
        assertEquals(List.of("empty", "full", "last"), List.copyOf(read.tensors().keySet()));
        assertArrayEquals(new float[] {3}, floats(read, "full"));
        assertArrayEquals(new float[0], floats(read, "empty"));
        assertEquals(Shape.of(3, 0), entry(read, "last").shape());
    }

    private static HostArray entry(Safetensors file, String name) {
        return Objects.requireNonNull(file.tensors().get(name));
    }

    private static float[] floats(Safetensors file, String name) {
        return entry(file, name).floats();
    }

    private Path file(String header, byte[] data) throws IOException {
        return file(header.getBytes(StandardCharsets.UTF_8), data);
    }

    private Path file(byte[] header, byte[] data) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(8 + header.length + data.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .put(data);
        return Files.write(folder.resolve("made"), bytes.array());
    }

    private static String refusal(Path file) {
        String message =
                assertThrows(FormatException.class, () -> Safetensors.read(file)).getMessage() + "";
        assertTrue(message.startsWith(file + ": "), message);
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.length() < file.toString().length() + 350, message);
        return message;
    }

    @Test
    void aHeaderThatIsNotUtf8IsRefused() throws IOException {
        String empty = "{\"__metadata__\":{\"k\":\"v\"}}";
        assertEquals(Map.of("k", "v"), Safetensors.read(file(empty, new byte[0])).metadata());
        for (String charset : List.of("UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE")) {
            refusal(file(empty.getBytes(Charset.forName(charset)), new byte[0]));
            refusal(file(Arrays.copyOf(empty.getBytes(Charset.forName(charset)), 33), new byte[0]));
        }
        assertTrue(refusal(file("\uFEFF" + empty, new byte[0])).contains("begin with '{'"));
        assertTrue(refusal(file(" " + empty, new byte[0])).contains("begin with '{'"));
        byte[] latin = empty.replace('v', 'é').getBytes(StandardCharsets.ISO_8859_1);
        assertTrue(refusal(file(latin, new byte[0])).contains("is not UTF-8"));
        byte[] cut = Arrays.copyOf("{é".getBytes(StandardCharsets.UTF_8), 2);
        assertTrue(refusal(file(cut, new byte[0])).contains("is not UTF-8"));
    }

    @Test
    void metadataMayBeNull() throws IOException {
        String header =
                "{\"__metadata__\":null,\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}"
                    + "  ";
        Safetensors read = Safetensors.read(file(header, new byte[4]));
        assertEquals(Map.of(), read.metadata());
        assertArrayEquals(new float[1], floats(read, "a"));
    }

    @Test
    void longTextsAreCutInMessages() throws IOException {
        String text = "\\u001b[31m" + "x".repeat(1_000_000);
        String shape = "1,".repeat(500_000) + "1";
        for (String header :
                List.of(
                        "{\"a\":{\"dtype\":\"%s\",\"shape\":[],\"data_offsets\":[0,0]}}"
                                .formatted(text),
                        "{\"%s\":1}".formatted(text),
                        "{\"%s\":{\"dtype\":\"F32\",\"shape\":[2,-1],\"data_offsets\":[0,0]}}"
                                .formatted(text),
                        "{\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[0,0]}}"
                                .formatted(text, shape),
                        "{\"%s\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}"
                                .formatted(text),
                        "{\"%s\":{\"dtype\":\"F32\",\"shape\":[%d,4],\"data_offsets\":[4,8]}}"
                                .formatted(text, Long.MAX_VALUE),
                        "{\"a\":{\"%s\":1}}".formatted(text),
                        "{\"__metadata__\":{\"%s\":1}}".formatted(text),
                        "{\"__metadata__\":{\"%s\":\"\",\"%s\":\"\"}}".formatted(text, text),
                        "{\"a\":%s}".formatted("t".repeat(1_000_000)))) {
            String message = refusal(file(header, new byte[0]));
            assertTrue(message.chars().noneMatch(Character::isISOControl), message);
        }
    }

    @Test
    void whatIsNoRegularFileIsRefused() throws IOException, InterruptedException {
        assertTrue(refusal(folder).contains("is a folder, not a file"));
        Path pipe = folder.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
        assertTrue(refusal(pipe).contains("is a pipe or device, not a file"));
        assertTrue(refusal(Path.of("/dev/zero")).contains("is a pipe or device, not a file"));
    }

    @Test
    void anInterruptedThreadReadsAndSaves() throws IOException {
        Path file = folder.resolve("interrupted");
        HostArray one = HostArray.of(new float[] {5}, 1);
        Thread.currentThread().interrupt();
        new Safetensors(Map.of(), Map.of("one", one)).write(file);
        assertTrue(Thread.interrupted(), "the flag is kept");
        for (long atOnce : new long[] {0, 4}) {
            Thread.currentThread().interrupt();
            Safetensors read = Safetensors.read(file, atOnce);
            assertTrue(Thread.interrupted(), "the flag is kept");
            assertArrayEquals(new float[] {5}, floats(read, "one"));
        }
    }

    /** A path in a jar is one of another file system, where nothing can be mapped. */
    @Test
    void aFileOfAnotherFileSystemIsWrittenAndRead() throws IOException {
        Path jar = folder.resolve("app.jar");
        float[] values = {1, 2, 3};
        try (FileSystem zip = FileSystems.newFileSystem(jar, Map.of("create", "true"))) {
            Path model = zip.getPath("/models/model.safetensors");
            Files.createDirectory(zip.getPath("/models"));
            HostArray entry = HostArray.of(values, 3);
            new Safetensors(Map.of("k", "v"), Map.of("a", entry)).write(model);
            new Safetensors(Map.of("k", "w"), Map.of("a", entry)).write(model);
            Safetensors read = Safetensors.read(model);
            assertEquals(Map.of("k", "w"), read.metadata());
            assertArrayEquals(values, floats(read, "a"));
            byte[] whole = Files.readAllBytes(model);
            for (int change : new int[] {-5, -1, 1, 9}) {
                Files.write(model, Arrays.copyOf(whole, whole.length + change));
                assertTrue(
                        refusal(model)
                                .contains("take 12 bytes, and %d follow".formatted(12 + change)));
            }
            try (Stream<Path> files = Files.list(zip.getPath("/models"))) {
                assertEquals(1, files.count());
            }
        }
        try (FileSystem zip = FileSystems.newFileSystem(jar, Map.of("accessMode", "readOnly"))) {
            Path model = zip.getPath("/models/model.safetensors");
            IOException e =
                    assertThrows(
                            IOException.class,
                            () -> new Safetensors(Map.of(), Map.of()).write(model));
            assertTrue(String.valueOf(e.getMessage()).contains("is read-only"), e::getMessage);
        }
    }

    /** 2.4 GB that are a hole in the file: nothing of it is read but what is asked for. */
    @Test
    void aTensorOfMoreThanTwoGibibytesIsMapped() throws IOException {
        byte[] header =
                ("{\"w\":{\"dtype\":\"F32\",\"shape\":[600000000],\"data_offsets\":[0,2400000000]},"
                     + "\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2400000000,2400000004]}}")
                        .getBytes(StandardCharsets.UTF_8);
        Path path = file(header, new byte[0]);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            ByteBuffer three = ByteBuffer.wrap(new byte[] {0, 0, 0x40, 0x40});
            channel.write(three, 8 + header.length + 2_400_000_000L);
        }
        Safetensors read = Safetensors.read(path);
        MemorySegment w = entry(read, "w").content();
        assertEquals(2_400_000_000L, w.byteSize());
        assertEquals(0, w.get(ValueLayout.JAVA_BYTE, w.byteSize() - 1));
        assertArrayEquals(new float[] {3}, floats(read, "x"));
        Files.writeString(path, "");
        Files.delete(path);
    }

    /** Every content that ever stood at the path was whole. */
    @Test
    void aReaderBesideAWriterSeesWholeFiles() throws Exception {
        Path path = folder.resolve("model");
        Safetensors[] models = new Safetensors[2];
        for (int i = 0; i < 2; i++) {
            float[] values = new float[10 + 990 * i];
            models[i] = new Safetensors(Map.of(), Map.of("w", HostArray.of(values, values.length)));
        }
        models[0].write(path);
        FutureTask<Integer> writes =
                new FutureTask<>(
                        () -> {
                            for (int i = 0; i < 300; i++) {
                                models[i & 1].write(path);
                            }
                            return 300;
                        });
        Thread.ofPlatform().start(writes);
        while (!writes.isDone()) {
            long size = entry(Safetensors.read(path, 4000), "w").shape().size();
            assertTrue(size == 10 || size == 1000);
        }
        assertEquals(300, writes.get());
    }

    @Test
    void aDamagedHeaderIsReadOrRefusedButNeverAnythingElse() throws IOException {
        byte[] whole = Files.readAllBytes(small());
        Path damaged = folder.resolve("damaged");
        Philox random = new Philox(1);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = whole.clone();
            int changes = 1 + random.nextInt(3);
            for (int j = 0; j < changes; j++) {
                bytes[random.nextInt(bytes.length - 28)] = (byte) random.nextInt();
            }
            Files.write(damaged, bytes);
            try {
                Safetensors.read(damaged);
            } catch (FormatException e) {
                refused++;
            }
        }
        assertTrue(refused > 2000, "only " + refused + " of 3000 were refused");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                                                           | does not begin"
                        + " with",
                "{\"a\":1}                                                    | not described by an"
                        + " object",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}                    | needs dtype, shape",
                "{\"a\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}} | is of type C64",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}} | negative"
                        + " number",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}} | no integer",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | takes 8 bytes",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}} | takes 4 bytes",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | must start at"
                        + " 0",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}"
                    + " | impossible shape",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,99999999999999999999]}}"
                    + " | not JSON",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{}} |"
                        + " Duplicate",
                "{\"__metadata__\":{\"k\":1}} | is not a string",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | 8 follow the"
                        + " header",
            })
    void aHeaderThatLiesIsRefused(String header, String message) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        Path file = folder.resolve("lies");
        Files.write(file, bytes.array());
        FormatException e = assertThrows(FormatException.class, () -> Safetensors.read(file));
        assertTrue(String.valueOf(e.getMessage()).contains(message), e::getMessage);
    }

    @Test
    void aMissingFileIsNamed() {
        Path missing = folder.resolve("missing");
        assertThrows(NoSuchFileException.class, () -> Safetensors.read(missing));
    }
}
