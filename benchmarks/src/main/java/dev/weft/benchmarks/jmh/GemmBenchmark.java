package dev.weft.benchmarks.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Matrix products. */
public class GemmBenchmark extends TaskBenchmark {
    /** Which task. */
    @Param({
        "gemm 256x256x256 NN",
        "gemm 512x512x512 NN",
        "gemm 1024x1024x1024 NN",
        "gemm 64x128x784 NT",
        "gemm 128x784x64 TN",
        "gemm 64x10x128 NT",
        "64 gemms 64x64x64 NN"
    })
    public String task = "gemm 256x256x256 NN";

    @Override
    String task() {
        return task;
    }

    /** Once. */
    @Benchmark
    public void product() {
        run();
    }
}
