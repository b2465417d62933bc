package dev.weft.benchmarks.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** A pass of SimpleNet over digits. */
public class EpochBenchmark extends TaskBenchmark {
    /** Which task. */
    @Param({"epoch of 10,000 digits, batch 64"})
    public String task = "epoch of 10,000 digits, batch 64";

    @Override
    String task() {
        return task;
    }

    /** Once. */
    @Benchmark
    public void epoch() {
        run();
    }
}
