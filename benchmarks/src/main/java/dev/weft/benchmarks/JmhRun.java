package dev.weft.benchmarks;

import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

import java.util.List;

/** Starts the JMH benchmarks with the flags that the modules need. */
final class JmhRun {
    private JmhRun() {}

    static void run(Bench.Suite suite, List<String> backends, int threads) throws RunnerException {
        String include =
                switch (suite) {
                    case GEMM -> GemmBenchmark.class.getSimpleName();
                    case TRAINING -> TrainingStepBenchmark.class.getSimpleName();
                    case ALL -> "Benchmark";
                    case KERNELS, STARTUP, LAUNCHES ->
                            throw new IllegalArgumentException(
                                    "--jmh measures gemm and training, not " + suite);
                };
        new Runner(
                        new OptionsBuilder()
                                .include(include)
                                .param("backend", backends.toArray(String[]::new))
                                .jvmArgsAppend(
                                        "--add-modules",
                                        "jdk.incubator.vector",
                                        "--enable-native-access=ALL-UNNAMED",
                                        "-Dweft.cpu.threads=" + threads)
                                .build())
                .run();
    }
}
