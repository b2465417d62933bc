package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.backend.Penalty;
import dev.weft.data.Batches;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.Normalization;
import dev.weft.data.Split;
import dev.weft.nn.Models;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Checkpoint;
import dev.weft.train.Trainer;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Two epochs, a file and two more give the parameters of four, bit for bit. On the CPU backend,
 * since files hold F32 and the reference backend computes in double; so here, where both are.
 */
class ResumeTest {
    private static final long SEED = (1L << 53) + 1;
    private static final Penalty PENALTY = new Penalty(1e-5, 1e-4, 1e-3);

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource(OptimizerKind.class)
    void resumedTrainingIsTheSameBitForBit(OptimizerKind kind) throws IOException {
        try (Device device = Devices.open("cpu")) {
            try (Scope _ = device.scope()) {
                resume(device, kind);
            }
            assertEquals(0, device.memory().liveBytes());
        }
    }

    private void resume(Device device, OptimizerKind kind) throws IOException {
        Split digits = Split.last(GeneratedDigits.generate(500, 3), 100);
        Normalization scale = Normalization.of(digits.train());
        Batches batches = new InMemoryBatches(device, digits.train().examples(scale), 64);

        Network straight = network(device);
        Optimizer whole = new Optimizer(straight.parameters(), kind, 0.013, PENALTY);
        train(straight, whole, batches, 1, 4);

        Network before = network(device);
        Optimizer half = new Optimizer(before.parameters(), kind, 0.013, PENALTY);
        train(before, half, batches, 1, 2);
        assertNotEquals(straight.parameters().sha256(), before.parameters().sha256());
        Path file = folder.resolve("half.safetensors");
        Checkpoint.save(file, before, half, Map.of("note", "half way"));

        Network resumed = Network.create(device, Models.SIMPLENET.layers(0.2), 0);
        Checkpoint checkpoint = Checkpoint.read(file);
        assertEquals("half way", checkpoint.metadata().get("note"));
        checkpoint.restore(resumed);
        Optimizer other = checkpoint.optimizer(resumed);
        assertEquals(before.parameters().sha256(), resumed.parameters().sha256());
        train(resumed, other, batches, 3, 4);
        assertEquals(straight.parameters().sha256(), resumed.parameters().sha256());
    }

    private static Network network(Device device) {
        return Network.create(device, Models.SIMPLENET.layers(0.2), SEED);
    }

    private static void train(
            Network network, Optimizer optimizer, Batches batches, int first, int last) {
        new Trainer(network, Models.SIMPLENET.loss(), optimizer).train(batches, first, last, SEED);
    }
}
