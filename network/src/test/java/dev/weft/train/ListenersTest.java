package dev.weft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.data.Batches;
import dev.weft.data.Examples;
import dev.weft.data.InMemoryBatches;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What follows a run: early stopping and checkpoints. */
class ListenersTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @TempDir Path folder;

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private final Network network = Network.create(device, new Linear(1, 1), 1);
    private final Optimizer optimizer =
            new Optimizer(network.parameters(), OptimizerKind.SGD, 0.05);
    private final Trainer trainer = new Trainer(network, Objective.mse(), optimizer);

    /** t = 2 x, of some examples. */
    private Batches line(int examples, double slope) {
        float[] x = new float[examples];
        float[] t = new float[examples];
        for (int i = 0; i < examples; i++) {
            x[i] = i % 5 - 2;
            t[i] = (float) (slope * x[i]);
        }
        HostArray input = HostArray.of(x, examples, 1);
        return new InMemoryBatches(device, Examples.of(input, HostArray.of(t, examples, 1)), 4);
    }

    @Test
    void trainingEndsWhenOthersBecomeWorseAndTheBestComesBack() {
        // On the way to a slope of 2 it passes 1, which is the best for the other examples.
        network.parameters().list().getFirst().value().fill(0);
        trainer.validateOn(line(8, 1));
        EarlyStopping stopping = EarlyStopping.onValidationLoss(trainer, network, 3);
        trainer.listen(stopping);
        List<Double> losses = new ArrayList<>();
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onEpoch(EpochEvent event) {
                        losses.add(Objects.requireNonNull(event.validation()).loss());
                    }
                });
        trainer.train(line(12, 2), 1, 100, 1);
        assertTrue(stopping.hasStopped());
        assertEquals(stopping.bestEpoch() + 3, losses.size());
        stopping.restore();
        double restored = Evaluation.of(network, Objective.mse(), line(8, 1)).loss();
        assertEquals(losses.get(stopping.bestEpoch() - 1), restored, 1e-6);
        assertThrows(
                IllegalArgumentException.class,
                () -> EarlyStopping.onValidationLoss(trainer, network, 0));
    }

    @Test
    void epochsWithoutValidationCannotBeJudgedByIt() {
        trainer.listen(EarlyStopping.onValidationLoss(trainer, network, 3));
        Batches batches = line(8, 1);
        assertThrows(IllegalStateException.class, () -> trainer.train(batches, 1, 1, 1));
    }

    @Test
    void theLastCheckpointsAndTheBestAreKept() throws IOException {
        CheckpointKeeper keeper =
                new CheckpointKeeper(
                        folder.resolve("kept"),
                        2,
                        Duration.ZERO,
                        2,
                        file -> Checkpoint.save(file, network, optimizer, Map.of()));
        trainer.listen(keeper);
        trainer.train(line(12, 2), 1, 3, 1);
        assertEquals(
                List.of("step-6.safetensors", "step-8.safetensors"),
                keeper.files().stream().map(file -> String.valueOf(file.getFileName())).toList());
        assertFalse(Files.exists(folder.resolve("kept/step-4.safetensors")));
        assertTrue(Files.exists(folder.resolve("kept/step-8.safetensors")));
        String trained = network.parameters().sha256();
        Checkpoint.read(folder.resolve("kept/best.safetensors")).restore(network);
        assertEquals(trained, network.parameters().sha256(), "each epoch was better");
    }

    @Test
    void checkpointsComeByTheClockToo() {
        List<Path> saved = new ArrayList<>();
        trainer.listen(new CheckpointKeeper(folder, 0, Duration.ofNanos(1), 1, saved::add));
        trainer.train(line(8, 2), 1, 1, 1);
        assertEquals(3, saved.size());
        assertThrows(
                IllegalArgumentException.class,
                () -> new CheckpointKeeper(folder, -1, Duration.ZERO, 1, saved::add));
    }

    @Test
    void aCheckpointThatCannotBeWrittenEndsTheRun() {
        trainer.listen(
                new CheckpointKeeper(
                        folder,
                        1,
                        Duration.ZERO,
                        1,
                        file -> {
                            throw new IOException(file + ": no space left");
                        }));
        Batches batches = line(8, 2);
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> trainer.train(batches, 1, 1, 1));
        assertTrue(String.valueOf(e.getMessage()).endsWith("no space left"));
    }
}
