package dev.weft.benchmarks.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Activations, reductions, losses. */
public class KernelBenchmark extends TaskBenchmark {
    /** Which task. */
    @Param({
        "relu, 1048576 elements",
        "exp, 1048576 elements",
        "log, 1048576 elements",
        "tanh, 1048576 elements",
        "sigmoid, 1048576 elements",
        "gelu, 1048576 elements",
        "softmax of rows of 1024, 1048576 elements",
        "log-softmax of rows of 1024, 1048576 elements",
        "sum, 1048576 elements",
        "mean of rows of 1024, 1048576 elements",
        "max, 1048576 elements",
        "argmax of rows of 1024, 1048576 elements",
        "cross-entropy and gradient, 1024x1000",
        "cross-entropy and gradient, 64x10",
        "mean squared error and gradient, 1048576 elements"
    })
    public String task = "relu, 1048576 elements";

    @Override
    String task() {
        return task;
    }

    /** Once. */
    @Benchmark
    public void kernel() {
        run();
    }
}
