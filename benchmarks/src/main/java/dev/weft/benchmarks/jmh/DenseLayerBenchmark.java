package dev.weft.benchmarks.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Layers with bias and relu. */
public class DenseLayerBenchmark extends TaskBenchmark {
    /** Which task. */
    @Param({
        "dense 64x128x784, bias, relu",
        "dense 512x128x784, bias, relu",
        "dense 64x1024x1024, bias, relu",
        "dense 512x512x512, bias, relu"
    })
    public String task = "dense 64x128x784, bias, relu";

    @Override
    String task() {
        return task;
    }

    /** Once. */
    @Benchmark
    public void layer() {
        run();
    }
}
