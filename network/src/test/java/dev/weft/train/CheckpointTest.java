package dev.weft.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.io.FormatException;
import dev.weft.io.Safetensors;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.random.Philox;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a run needs to go on is saved, comes back exactly, and is refused where it makes no sense.
 */
class CheckpointTest {
    /** No double: it would become 2^53. */
    private static final long SEED = (1L << 53) + 1;

    private static final Penalty PENALTY = new Penalty(0.125, 0.25, 0.5);

    @TempDir Path folder;

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Network network(long seed) {
        return Network.create(device, new Linear(3, 2), seed);
    }

    private Path save(OptimizerKind kind) throws IOException {
        Network network = network(SEED);
        Optimizer optimizer = new Optimizer(network.parameters(), kind, 0.1, PENALTY);
        device.backend()
                .run(
                        new KernelCall.Fill(
                                0.5, network.parameters().groups().getFirst().gradients().view()));
        optimizer.step();
        network.restoreDropout(SEED, SEED + 2);
        Path file = folder.resolve("model");
        Checkpoint.save(file, network, optimizer, Map.of("mine", "kept"));
        return file;
    }

    /**
     * The same file with one string of its metadata changed, or taken away where it is empty, by a
     * program that knows of no sums.
     */
    private Checkpoint changed(Path file, String key, String value) throws IOException {
        Safetensors whole = Safetensors.read(file);
        Map<String, String> metadata = new LinkedHashMap<>(whole.metadata());
        metadata.remove(key);
        metadata.keySet().removeAll(Checksums.ALL);
        if (!value.isEmpty()) {
            metadata.put(key, value);
        }
        Path other = folder.resolve("other");
        new Safetensors(metadata, whole.tensors()).write(other);
        return Checkpoint.read(other);
    }

    private static float[] floats(Safetensors file, String name) {
        return Objects.requireNonNull(file.tensors().get(name)).floats();
    }

    private static String refusal(Executable work) {
        return assertThrows(FormatException.class, work).getMessage() + "";
    }

    @ParameterizedTest
    @EnumSource(OptimizerKind.class)
    void everythingThatARunNeedsComesBack(OptimizerKind kind) throws IOException {
        Checkpoint checkpoint = Checkpoint.read(save(kind));
        assertEquals("kept", checkpoint.metadata().get("mine"));
        Network network = network(7);
        checkpoint.restore(network);
        assertEquals(SEED, network.seed());
        assertEquals(SEED + 2, network.dropoutBlock());
        Optimizer optimizer = checkpoint.optimizer(network);
        assertEquals(kind, optimizer.kind());
        assertEquals(0.1, optimizer.lr());
        assertEquals(PENALTY, optimizer.rule().penalty());
        assertEquals(1, optimizer.steps());
        Path again = folder.resolve("again");
        Checkpoint.save(again, network, optimizer, Map.of("mine", "kept"));
        Safetensors first = Safetensors.read(folder.resolve("model"));
        Safetensors second = Safetensors.read(again);
        assertEquals(first.metadata(), second.metadata());
        assertEquals(first.tensors().keySet(), second.tensors().keySet());
        first.tensors()
                .forEach(
                        (name, entry) ->
                                assertArrayEquals(entry.floats(), floats(second, name), name));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SGD     | 0.1  | 0.125 | 0.25 | 0.5 | optimizer adam, .* not with sgd",
                "ADAM    | 0.11 | 0.125 | 0.25 | 0.5 | lr 0.1, .* not with 0.11",
                "ADAM    | 0.1  | 0     | 0.25 | 0.5 | l1 0.125, .* not with 0.0",
                "ADAM    | 0.1  | 0.125 | 0.5  | 0.5 | l2 0.25, .* not with 0.5",
                "ADAM    | 0.1  | 0.125 | 0.25 | 1   | weight_decay 0.5, .* not with 1.0"
            })
    void anotherSettingIsRefused(
            OptimizerKind kind, double lr, double l1, double l2, double decay, String message)
            throws IOException {
        Checkpoint checkpoint = Checkpoint.read(save(OptimizerKind.ADAM));
        Network network = network(7);
        Optimizer other = new Optimizer(network.parameters(), kind, lr, new Penalty(l1, l2, decay));
        String refusal = refusal(() -> checkpoint.restore(other, network));
        assertTrue(refusal.matches(".*model: was trained with " + message), () -> refusal);
        assertEquals(0, other.steps());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "optimizer              | adamant | optimizer 'adamant', which is none that Weft"
                        + " knows",
                "optimizer              | ''     | its metadata has no 'optimizer'",
                "optimizer.lr           | -0.1   | lr must be a finite number above 0",
                "optimizer.lr           | NaN    | lr must be a finite number above 0",
                "optimizer.lr           | much   | optimizer.lr 'much', which is no number",
                "optimizer.l1           | -1     | l1 must be at least 0",
                "optimizer.l2           | Infinity | l2 must be at least 0",
                "optimizer.weight_decay | -1     | weightDecay must be at least 0",
                "optimizer              | lion   | lion has no setting 'eps'",
                "optimizer.beta1        | 1.5    | beta1 must be in [0, 1)",
                "optimizer.eps          | 0      | eps must be at least",
                "optimizer.amsgrad      | yes    | amsgrad must be true or false, got 'yes'",
                "optimizer.schedule     | fast(1) | expected one of constant, step",
                "optimizer.lr_now       | 0      | lr must be a finite number above 0",
                "optimizer.steps        | -7     | optimizer.steps '-7', which must be 0 to",
                "optimizer.steps        | 1.5    | optimizer.steps '1.5', which is no whole number",
                "optimizer.steps        | ''     | its metadata has no 'optimizer.steps'",
                "dropout.block          | -1     | dropout.block '-1', which must be 0 to",
                "network.seed           | 1e3    | network.seed '1e3', which is no whole number",
            })
    void metadataThatMakesNoSenseIsRefused(String key, String value, String message)
            throws IOException {
        Checkpoint checkpoint = changed(save(OptimizerKind.ADAM), key, value);
        Network network = network(7);
        String refusal =
                refusal(
                        () -> {
                            checkpoint.restore(network);
                            checkpoint.optimizer(network);
                        });
        assertTrue(refusal.contains(message), () -> refusal);
    }

    @Test
    void anotherArchitectureIsRefusedAndLeavesTheNetworkAsItWas() throws IOException {
        Checkpoint checkpoint = Checkpoint.read(save(OptimizerKind.SGD));
        Network wider = Network.create(device, new Linear(4, 2), 2);
        String before = wider.parameters().sha256();
        String refusal = refusal(() -> checkpoint.restore(wider));
        assertTrue(refusal.contains("'weight' is F32 2x3, expected F32 2x4"), () -> refusal);
        assertEquals(before, wider.parameters().sha256());
        assertEquals(2, wider.seed());
    }

    /** Every bit of the file: the header's, the metadata's, the parameters', the state's. */
    @Test
    void aFlippedBitIsFound() throws IOException {
        Path file = save(OptimizerKind.MOMENTUM);
        byte[] whole = Files.readAllBytes(file);
        Network network = network(7);
        String before = network.parameters().sha256();
        Path flipped = folder.resolve("flipped");
        Philox random = new Philox(1);
        for (int at = 0; at < whole.length; at++) {
            int bit = 1 << random.nextInt(Byte.SIZE);
            whole[at] ^= (byte) bit;
            Files.write(flipped, whole);
            whole[at] ^= (byte) bit;
            String where = "bit %d of byte %d of %d".formatted(bit, at, whole.length);
            boolean state = at >= whole.length - 8 * Float.BYTES;
            FormatException e =
                    assertThrows(
                            FormatException.class,
                            () -> {
                                Checkpoint checkpoint = Checkpoint.read(flipped);
                                checkpoint.restore(network);
                                checkpoint.optimizer(network);
                            },
                            where);
            assertTrue(String.valueOf(e.getMessage()).startsWith(flipped + ": "), e::getMessage);
            if (!state) {
                assertEquals(before, network.parameters().sha256(), where);
            }
        }
        Checkpoint.read(file).restore(network);
        assertNotEquals(before, network.parameters().sha256());
    }

    @Test
    void theSumsAreThoseOfThePartsAndAreAllThereOrNone() throws IOException {
        Path file = save(OptimizerKind.SGD);
        Safetensors whole = Safetensors.read(file);
        Network network = network(7);
        Checkpoint.read(file).restore(network);
        assertEquals(network.parameters().sha256(), whole.metadata().get("parameters_sha256"));
        assertEquals(
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                whole.metadata().get("optimizer_sha256"),
                "of nothing: sgd has no state");
        for (String key : Checksums.ALL) {
            Map<String, String> less = new LinkedHashMap<>(whole.metadata());
            less.remove(key);
            Path cut = folder.resolve("cut");
            new Safetensors(less, whole.tensors()).write(cut);
            assertTrue(refusal(() -> Checkpoint.read(cut)).contains("is damaged: its metadata_"));
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void parametersThatAreNotFiniteAreNeitherReadNorSaved(float bad) throws IOException {
        float[] weight = {1, 2, 3, 4, bad, 6};
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        tensors.put("weight", HostArray.of(weight, 2, 3));
        tensors.put("bias", HostArray.of(new float[2], 2));
        Path file = folder.resolve("model");
        new Safetensors(Map.of(), tensors).write(file);
        Network network = network(7);
        String before = network.parameters().sha256();
        Checkpoint checkpoint = Checkpoint.read(file);
        String refusal = refusal(() -> checkpoint.restore(network));
        assertTrue(refusal.contains("'weight' is " + bad + " at index 4"), refusal);
        assertEquals(before, network.parameters().sha256());
        Optimizer sgd = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.1);
        device.backend()
                .run(new KernelCall.Fill(bad, network.parameters().list().get(1).value().view()));
        String unsaved =
                assertThrows(
                                        IllegalArgumentException.class,
                                        () -> Checkpoint.save(file, network, sgd, Map.of()))
                                .getMessage()
                        + "";
        assertTrue(unsaved.contains("'bias' is " + bad + " at index 0"), unsaved);
    }

    @Test
    void aFileOfAnotherProgramIsReadWithoutKeys() throws IOException {
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        float[] weight = {1, 2, 3, 4, 5, 6};
        tensors.put("weight", HostArray.of(weight, 2, 3));
        tensors.put("bias", HostArray.of(new float[] {7, 8}, 2));
        Path file = folder.resolve("model");
        new Safetensors(Map.of(), tensors).write(file);
        Network network = network(7);
        Checkpoint checkpoint = Checkpoint.read(file);
        checkpoint.restore(network);
        assertArrayEquals(weight, network.parameters().list().get(0).value().toFloatArray());
        assertEquals(7, network.seed());
        assertTrue(refusal(() -> checkpoint.optimizer(network)).contains("has no 'optimizer'"));
        tensors.put("more", HostArray.of(new float[1], 1));
        new Safetensors(Map.of(), tensors).write(file);
        Checkpoint larger = Checkpoint.read(file);
        assertTrue(
                refusal(() -> larger.restore(network))
                        .contains("it holds 1 tensors besides, such as 'more'"));
    }
}
