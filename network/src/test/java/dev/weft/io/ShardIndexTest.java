package dev.weft.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.StateDict;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Checkpoints in several files with an index. */
class ShardIndexTest {
    private static final String MAP =
            """
            {"metadata": {"total_size": 20}, "weight_map": {
              "weight": "model-00001-of-00002.safetensors",
              "bias": "model-00002-of-00002.safetensors"}}
            """;

    @TempDir private Path folder;

    @BeforeEach
    void write() throws IOException {
        // 1, 2, -1, 0.5 in BF16.
        short[] bits = {0x3F80, 0x4000, (short) 0xBF80, 0x3F00};
        HostArray weight = new HostArray(DType.BF16, Shape.of(2, 2), MemorySegment.ofArray(bits));
        write("model-00001-of-00002.safetensors", "weight", weight);
        write("model-00002-of-00002.safetensors", "bias", HostArray.of(new float[] {3, 4}, 2));
    }

    private void write(String file, String name, HostArray array) throws IOException {
        new Safetensors(Map.of("format", "pt"), Map.of(name, array)).write(folder.resolve(file));
    }

    private Path index(String json) throws IOException {
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(index, json);
        return index;
    }

    @Test
    void theTensorsOfAllFilesAreOneCheckpointOfTheirTypes() throws IOException {
        Safetensors read = Safetensors.read(index(MAP));
        assertEquals(List.of("weight", "bias"), List.copyOf(read.tensors().keySet()));
        assertEquals(Map.of("format", "pt"), read.metadata());
        assertEquals(DType.BF16, Objects.requireNonNull(read.tensors().get("weight")).dtype());
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Network network = Network.create(device, new Linear(2, 2), 1);
            StateDict.load(network, read.tensors());
            assertArrayEquals(
                    new float[] {1 + 2 + 3, -1 + 0.5f + 4},
                    network.forward(device.ones(1, 2)).toFloatArray());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "00002-of-00002.safetensors\"|00003-of-00003.safetensors\"|the file"
                        + " 'model-00003-of-00003.safetensors' is not beside it",
                "\"bias\"|\"scale\"|'model-00002-of-00002.safetensors' has tensor 'bias', which the"
                        + " index has nowhere",
                "\"model-00002|\"../model-00002|tensor 'bias' is in"
                    + " '../model-00002-of-00002.safetensors', and must be in a .safetensors file"
                    + " beside the index",
                "\"model-00002|\"/tmp/x|tensor 'bias' is in '/tmp/x-of-00002.safetensors', and must"
                        + " be in a .safetensors file beside the index",
                "{\"metadata|{\"bias\":1} {\"metadata|it goes on after the JSON object",
                "\"bias\": \"model-00002-of-00002.safetensors\"|\"bias\": 3|its weight_map has no"
                        + " file's name for 'bias'",
                "\"bias\"|\"weight\"|it is not JSON (Duplicate field 'weight')",
                "weight_map|tensors|its weight_map names no tensor",
            })
    void anIndexThatLiesIsRefused(String from, String to, String message) throws IOException {
        Path index = index(MAP.replace(from, to));
        assertEquals(
                index + ": is no index of a checkpoint: " + message,
                assertThrows(FormatException.class, () -> Safetensors.read(index)).getMessage());
    }

    @Test
    void aTensorInTwoFilesAndOneInNoneAreRefused() throws IOException {
        Path index =
                index(
                        MAP.replace(
                                "\"weight\"",
                                "\"other\": \"model-00002-of-00002.safetensors\", \"weight\""));
        assertTrue(
                String.valueOf(
                                assertThrows(FormatException.class, () -> Safetensors.read(index))
                                        .getMessage())
                        .endsWith("'model-00002-of-00002.safetensors' has no tensor 'other'"));
        write("model-00002-of-00002.safetensors", "weight", HostArray.of(new float[4], 2, 2));
        Path twice = index(MAP);
        assertTrue(
                String.valueOf(
                                assertThrows(FormatException.class, () -> Safetensors.read(twice))
                                        .getMessage())
                        .endsWith(
                                "'model-00002-of-00002.safetensors' has tensor 'weight', which the"
                                        + " index has in 'model-00001-of-00002.safetensors'"));
    }

    /** Whatever a byte is changed to, the index is read or refused, and nothing else. */
    @Test
    void aDamagedIndexIsReadOrRefused() throws IOException {
        long seed = 17;
        Random random = new Random(seed);
        byte[] whole = MAP.getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        for (int run = 0; run < 2000; run++) {
            byte[] damaged = whole.clone();
            int count = 1 + random.nextInt(3);
            for (int i = 0; i < count; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Path index = folder.resolve("model.safetensors.index.json");
            Files.write(index, damaged);
            try {
                Safetensors.read(index);
            } catch (FormatException e) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed %d, run %d".formatted(seed, run), e);
            }
        }
        assertTrue(refused > 1000, "refused " + refused);
    }
}
