package dev.weft.benchmarks.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** SimpleNet's training steps; a captured one is a run of 20. */
public class TrainingBenchmark extends TaskBenchmark {
    /** Which task. */
    @Param({
        "training step, batch 1",
        "training step, batch 64",
        "training step, batch 512",
        "training step, Adam, batch 64",
        "captured training step, batch 64"
    })
    public String task = "training step, batch 1";

    @Override
    String task() {
        return task;
    }

    /** Once. */
    @Benchmark
    public void step() {
        run();
    }
}
