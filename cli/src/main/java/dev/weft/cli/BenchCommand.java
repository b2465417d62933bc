package dev.weft.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.List;
import java.util.concurrent.Callable;

/** Stands in the help for what the launcher starts from another module. */
@Command(
        name = "bench",
        description = "Measure backends and peers: see ./weft bench --help.",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    @Parameters(hidden = true)
    private List<String> rest = List.of();

    @Override
    public Integer call() {
        throw new InputException(
                "benchmarks are a program of their own: start them with ./weft bench "
                        + String.join(" ", rest));
    }
}
