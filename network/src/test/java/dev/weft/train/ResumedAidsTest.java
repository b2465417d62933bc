package dev.weft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.data.Examples;
import dev.weft.data.InMemoryBatches;
import dev.weft.io.FormatException;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.optim.MovingAverage;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.optim.Plateau;
import dev.weft.optim.TrainingAid;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A run with a moving average and a plateau goes on to the same bits. */
class ResumedAidsTest {
    private static final Plateau.Settings EAGER =
            Plateau.Settings.LOWER.factor(0.5).patience(1).threshold(0.2);

    @TempDir Path folder;

    /** A network that is trained with both, and what they are. */
    private record Run(
            Network network, Optimizer optimizer, MovingAverage average, Plateau plateau) {
        static Run begun(Device device) {
            Network network = Network.create(device, new Linear(3, 2), 1);
            return new Run(
                    network,
                    new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.1),
                    new MovingAverage(network.parameters(), 0.9),
                    new Plateau(EAGER));
        }

        static Run resumed(Device device, Checkpoint checkpoint) throws IOException {
            Network network = Network.create(device, new Linear(3, 2), 2);
            checkpoint.restore(network);
            Run run =
                    new Run(
                            network,
                            checkpoint.optimizer(network),
                            new MovingAverage(network.parameters(), 0.9),
                            new Plateau(EAGER));
            checkpoint.restore(run.aids(), network);
            return run;
        }

        List<TrainingAid> aids() {
            return List.of(average, plateau);
        }

        void train(Device device, int first, int last) {
            Trainer trainer = new Trainer(network, Objective.mse(), optimizer);
            trainer.captureSteps(true);
            trainer.average(average);
            for (int step = first; step <= last; step++) {
                try (Scope _ = device.scope()) {
                    Tensor x = device.random(step).normal(DType.F32, 0, 1, 4, 3);
                    Tensor target = x.slice(1, 0, 2).mul(2);
                    plateau.tell(optimizer, trainer.step(x, target, step, step));
                }
            }
        }

        void save(Path file) throws IOException {
            Checkpoint.save(file, network, optimizer, aids(), Map.of());
        }

        String hash() {
            return network.parameters().sha256();
        }
    }

    @Test
    void aRunThatIsResumedEndsAlike() throws IOException {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Run whole = Run.begun(device);
            whole.train(device, 1, 12);
            assertTrue(whole.optimizer().lr() < 0.1, "the rate has to fall, or nothing is shown");

            Run stopped = Run.begun(device);
            stopped.train(device, 1, 5);
            Path file = folder.resolve("model");
            stopped.save(file);
            Checkpoint checkpoint = Checkpoint.read(file);
            Run resumed = Run.resumed(device, checkpoint);
            assertEquals(stopped.plateau().progress(), resumed.plateau().progress());
            resumed.train(device, 6, 12);

            assertEquals(whole.hash(), resumed.hash());
            assertEquals(whole.optimizer().lr(), resumed.optimizer().lr());
            assertEquals(whole.plateau().progress(), resumed.plateau().progress());
            String trained = whole.hash();
            whole.average().swap();
            resumed.average().swap();
            assertNotEquals(trained, whole.hash());
            assertEquals(whole.hash(), resumed.hash());
        }
    }

    @Test
    void aidsOfAnotherRunAreRefused() throws IOException {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Run run = Run.begun(device);
            Path with = folder.resolve("with");
            run.save(with);
            MovingAverage slower = new MovingAverage(run.network().parameters(), 0.99);
            assertRefused(with, run, slower, "decay 0.9, and goes on only with the same");
            Path without = folder.resolve("without");
            Checkpoint.save(without, run.network(), run.optimizer(), Map.of());
            assertRefused(without, run, run.average(), "was of decay none");
            Checkpoint checkpoint = Checkpoint.read(with);
            FormatException refused =
                    assertThrows(
                            FormatException.class,
                            () -> checkpoint.restore(List.of(run.plateau()), run.network()));
            String message = String.valueOf(refused.getMessage());
            assertTrue(
                    message.contains("2 tensors of other aids")
                            && message.contains("average.weight"),
                    message);
        }
    }

    /** What validations see, and what training goes on with. */
    @Test
    void theAverageIsValidated() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Run run = Run.begun(device);
            Examples examples =
                    Examples.of(
                            HostArray.of(new float[] {1, 2, 3, -1, 0, 2}, 2, 3),
                            HostArray.of(new float[] {1, 0, 3, 5}, 2, 2));
            Batches batches = new InMemoryBatches(device, examples, 2);
            Trainer trainer = new Trainer(run.network(), Objective.mse(), run.optimizer());
            trainer.average(run.average());
            trainer.validateOn(batches);
            List<Double> validated = new ArrayList<>();
            trainer.listen(
                    new TrainingListener() {
                        @Override
                        public void onEpoch(EpochEvent event) {
                            validated.add(Objects.requireNonNull(event.validation()).loss());
                        }
                    });
            trainer.train(batches, 1, 3, 1);
            double trained = Evaluation.of(run.network(), Objective.mse(), batches).loss();
            run.average().swap();
            double ofAverage = Evaluation.of(run.network(), Objective.mse(), batches).loss();
            assertNotEquals(trained, ofAverage);
            assertEquals(ofAverage, validated.getLast());
        }
    }

    private static void assertRefused(Path file, Run run, MovingAverage average, String part)
            throws IOException {
        Checkpoint checkpoint = Checkpoint.read(file);
        FormatException refused =
                assertThrows(
                        FormatException.class,
                        () -> checkpoint.restore(List.of(average), run.network()));
        assertTrue(String.valueOf(refused.getMessage()).contains(part), refused::getMessage);
    }
}
