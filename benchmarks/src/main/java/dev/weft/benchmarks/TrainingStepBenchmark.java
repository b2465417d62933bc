package dev.weft.benchmarks;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.optim.OptimizerKind;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * SimpleNet's training step: what {@link TrainingSuite} compares with peers, here alone and in a
 * fork.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TrainingStepBenchmark {
    /** Which backend. */
    @Param("cpu")
    public String backend = "cpu";

    /** Examples in a step. */
    @Param({"1", "64", "512"})
    public int batch = 64;

    /** Which optimizer. */
    @Param({"SGD", "ADAM"})
    public OptimizerKind optimizer = OptimizerKind.SGD;

    private @Nullable Device device;
    private @Nullable TrainingCase training;

    /** Draws a batch, and checks that steps lower its loss. */
    @Setup(Level.Trial)
    public void setUp() {
        Device opened = Devices.open(backend);
        TrainingCase made = new TrainingCase(opened, batch, optimizer);
        made.step();
        double first = made.loss();
        for (int i = 0; i < 20; i++) {
            made.step();
        }
        if (!(made.loss() < first)) {
            throw new IllegalStateException(
                    "20 steps took the loss from " + first + " to " + made.loss());
        }
        device = opened;
        training = made;
    }

    /** One step. */
    @Benchmark
    public void step() {
        if (training != null) {
            training.step();
        }
    }

    /** Closes the device. */
    @TearDown(Level.Trial)
    public void tearDown() {
        if (training != null && device != null) {
            training.close();
            device.close();
        }
    }
}
