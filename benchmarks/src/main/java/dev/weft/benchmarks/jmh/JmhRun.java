package dev.weft.benchmarks.jmh;

import dev.weft.benchmarks.Suite;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

import java.nio.file.Path;
import java.util.List;

/** Starts the JMH benchmarks with the flags that the modules need. */
public final class JmhRun {
    private JmhRun() {}

    /**
     * Runs those of a suite.
     *
     * @param threads each number is measured
     * @param folder where jmh.json goes, or null for nowhere
     * @param quick one short iteration of each in this process: only to see that it runs
     */
    public static void run(
            Suite suite,
            List<String> backends,
            List<Integer> threads,
            @Nullable Path folder,
            boolean quick)
            throws RunnerException {
        ChainedOptionsBuilder options =
                new OptionsBuilder()
                        .include(include(suite))
                        .param("backend", backends.toArray(String[]::new))
                        .param(
                                "threads",
                                threads.stream().map(String::valueOf).toArray(String[]::new))
                        .addProfiler(GCProfiler.class)
                        .jvmArgsAppend(
                                "--add-modules",
                                "jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED");
        if (folder != null) {
            options.resultFormat(ResultFormatType.JSON)
                    .result(folder.resolve("jmh.json").toString());
        }
        if (quick) {
            options.forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(10));
        }
        new Runner(options.build()).run();
    }

    /** A pattern of the classes' names. */
    private static String include(Suite suite) {
        String classes =
                switch (suite) {
                    case GEMM -> "Gemm";
                    case DENSE -> "DenseLayer";
                    case KERNELS -> "(Kernel|Update)";
                    case TRAINING -> "(Training|Epoch)";
                    case ALL -> "";
                    case CONV, LAYERS, OPS, STARTUP, LAUNCHES, DATA ->
                            throw new IllegalArgumentException(
                                    "--jmh measures gemm, dense, kernels and training, not "
                                            + suite.label());
                };
        return classes + "Benchmark";
    }
}
