package dev.weft.benchmarks.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Optimizers' updates. */
public class UpdateBenchmark extends TaskBenchmark {
    /** Which task. */
    @Param({
        "SGD, 10000000 parameters",
        "SGD with momentum, 10000000 parameters",
        "Adam, 10000000 parameters",
        "AdamW, 10000000 parameters",
        "RMSprop, 10000000 parameters"
    })
    public String task = "SGD, 10000000 parameters";

    @Override
    String task() {
        return task;
    }

    /** Once. */
    @Benchmark
    public void update() {
        run();
    }
}
