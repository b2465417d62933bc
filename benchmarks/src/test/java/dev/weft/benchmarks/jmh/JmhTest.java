package dev.weft.benchmarks.jmh;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.benchmarks.Suite;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;

import java.util.List;
import java.util.function.Consumer;

/** Runs every JMH benchmark once, and sees that its tasks exist. */
class JmhTest {
    private static <B extends TaskBenchmark> void once(B benchmark, Consumer<B> call) {
        benchmark.setUp();
        call.accept(benchmark);
        benchmark.tearDown();
    }

    @Test
    void theBenchmarksRun() {
        GemmBenchmark gemm = new GemmBenchmark();
        gemm.task = "gemm 64x10x128 NT";
        once(gemm, GemmBenchmark::product);
        DenseLayerBenchmark dense = new DenseLayerBenchmark();
        dense.task = "dense 16x32x64, bias, relu";
        once(dense, DenseLayerBenchmark::layer);
        KernelBenchmark kernel = new KernelBenchmark();
        kernel.task = "relu, 16384 elements";
        once(kernel, KernelBenchmark::kernel);
        UpdateBenchmark update = new UpdateBenchmark();
        update.task = "Adam, 10000 parameters";
        once(update, UpdateBenchmark::update);
        TrainingBenchmark training = new TrainingBenchmark();
        training.task = "training step, batch 8";
        once(training, TrainingBenchmark::step);
        EpochBenchmark epoch = new EpochBenchmark();
        epoch.task = "epoch of 256 digits, batch 64";
        once(epoch, EpochBenchmark::epoch);
    }

    @Test
    void everyTaskExists() throws NoSuchFieldException {
        for (Class<?> benchmark :
                List.of(
                        GemmBenchmark.class,
                        DenseLayerBenchmark.class,
                        KernelBenchmark.class,
                        UpdateBenchmark.class,
                        TrainingBenchmark.class,
                        EpochBenchmark.class)) {
            String[] tasks = benchmark.getField("task").getAnnotation(Param.class).value();
            assertTrue(tasks.length > 0);
            for (String task : tasks) {
                assertDoesNotThrow(() -> Suite.task(task));
            }
        }
    }
}
