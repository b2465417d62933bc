package dev.weft.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Shape;
import dev.weft.random.Philox;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

class SafetensorsTest {
    @TempDir Path folder;

    private Path small() throws IOException {
        Map<String, Safetensors.Entry> tensors = new LinkedHashMap<>();
        tensors.put("a", Safetensors.Entry.of(Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6}));
        tensors.put("b", Safetensors.Entry.of(Shape.SCALAR, new float[] {-0.5f}));
        tensors.put("empty", Safetensors.Entry.of(Shape.of(0, 4), new float[0]));
        Path file = folder.resolve("small.safetensors");
        new Safetensors(Map.of("k", "v \"quoted\" ü"), tensors).write(file);
        return file;
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path path = small();
        Safetensors read = Safetensors.read(path);
        assertEquals(Map.of("k", "v \"quoted\" ü"), read.metadata());
        Map<String, Safetensors.Entry> tensors = read.tensors();
        assertEquals(3, tensors.size());
        Safetensors.Entry a =
                tensors.getOrDefault("a", Safetensors.Entry.of(Shape.SCALAR, new float[1]));
        assertEquals(Shape.of(2, 3), a.shape());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, a.floats());
        long header =
                ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertEquals(0, header % 8);
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
                "[]                                                           | not a JSON object",
                "{\"a\":1}                                                    | not described by an"
                        + " object",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}                    | needs dtype, shape",
                "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}} | is of type F64",
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
