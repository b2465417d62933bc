package dev.weft.benchmarks;

import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Starts the JMH benchmarks with the flags that the modules need. */
final class JmhRun {
    private JmhRun() {}

    static void run(Bench.Suite suite, int threads) throws RunnerException {
        String include =
                switch (suite) {
                    case GEMM -> GemmBenchmark.class.getSimpleName();
                    case TRAINING -> TrainingStepBenchmark.class.getSimpleName();
                    case ALL -> "Benchmark";
                };
        new Runner(
                        new OptionsBuilder()
                                .include(include)
                                .jvmArgsAppend(
                                        "--add-modules",
                                        "jdk.incubator.vector",
                                        "-Dweft.cpu.threads=" + threads)
                                .build())
                .run();
    }
}
