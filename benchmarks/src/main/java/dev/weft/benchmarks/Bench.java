package dev.weft.benchmarks;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.backend.BackendUnavailableException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The program behind {@code ./weft bench}. */
@Command(
        name = "weft bench",
        description =
                "Measure Weft, beside the machine's measured FMA peak and other libraries."
                        + " Candidates run in turns within one run, so that ratios hold on a"
                        + " machine that does other things too.",
        mixinStandardHelpOptions = true)
public final class Bench implements Callable<Integer> {
    private static final int BAD_INPUT = 2;
    private static final int BATCH = 64;

    /** What can be measured. */
    enum Suite {
        GEMM,
        TRAINING,
        ALL
    }

    @Option(
            names = "--suite",
            defaultValue = "all",
            paramLabel = "NAME",
            description = "gemm, training or all. Default: ${DEFAULT-VALUE}.")
    private Suite suite = Suite.ALL;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "The backend to measure. Default: the most preferred that is there.")
    private @Nullable String backend;

    @Option(
            names = "--peers",
            split = ",",
            defaultValue = "none",
            paramLabel = "NAME",
            description = "openblas, pytorch, both with a comma between, or none.")
    private List<String> peers = List.of("none");

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads for the CPU backend and the peers. Default: 2, or 1 of 1.")
    private @Nullable Integer threads;

    @Option(names = "--out", paramLabel = "DIR", description = "Write results.json there.")
    private @Nullable Path out;

    @Option(
            names = "--quick",
            description = "Small sizes and few rounds: only to see that everything runs.")
    private boolean quick;

    @Option(names = "--jmh", description = "Run the JMH benchmarks instead, in forks.")
    private boolean jmh;

    @Option(names = "--stacktrace", description = "On an error, print where it came from.")
    private boolean stacktrace;

    private final PrintWriter console;

    Bench(PrintWriter console) {
        this.console = console;
    }

    /** Starts the program. */
    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT);
        System.exit(
                run(
                        new PrintWriter(System.out, true, System.out.charset()),
                        new PrintWriter(System.err, true, System.err.charset()),
                        args));
    }

    /** Runs a command line, and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        Bench bench = new Bench(out);
        return new CommandLine(bench)
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Bench::badArguments)
                .setExecutionExceptionHandler((e, command, parsed) -> failed(bench, e, command))
                .execute(args);
    }

    private static int badArguments(ParameterException e, String[] args) {
        e.getCommandLine().getErr().println("weft bench: " + e.getMessage() + " (see --help)");
        return BAD_INPUT;
    }

    private static int failed(Bench bench, Exception e, CommandLine command) throws Exception {
        boolean known =
                e instanceof IllegalArgumentException
                        || e instanceof BackendUnavailableException
                        || e instanceof IOException;
        if (!known) {
            throw e;
        }
        command.getErr().println("weft bench: " + e.getMessage());
        if (bench.stacktrace) {
            e.printStackTrace(command.getErr());
        }
        return BAD_INPUT;
    }

    @Override
    public Integer call() throws Exception {
        int count =
                threads == null ? Math.min(2, Runtime.getRuntime().availableProcessors()) : threads;
        if (count < 1) {
            throw new IllegalArgumentException("--threads must be at least 1, got " + count);
        }
        Path folder = out;
        if (folder != null) {
            Files.createDirectories(folder);
        }
        // Read once, when the CPU backend opens.
        System.setProperty("weft.cpu.threads", Integer.toString(count));
        if (jmh) {
            JmhRun.run(suite, count);
            return 0;
        }
        List<GemmPeer> gemmPeers = wanted(suite != Suite.TRAINING, GemmPeer.class, GemmPeer::name);
        List<TrainingPeer> trainingPeers =
                wanted(suite != Suite.GEMM, TrainingPeer.class, TrainingPeer::name);
        if (gemmPeers.isEmpty() && trainingPeers.isEmpty() && !peers.equals(List.of("none"))) {
            throw new IllegalArgumentException(
                    "none of the peers " + peers + " has a part in the suite " + suite);
        }
        try (Device device = backend == null ? Devices.best() : Devices.open(backend)) {
            double peak = FmaPeak.measure(count);
            console.printf("%s: %s%n", device.info().selector(), device.info().description());
            console.printf("measured FMA peak on %d threads: %.1f GFLOP/s%n", count, peak);
            gemmPeers.forEach(peer -> peer.setThreads(count));
            trainingPeers.forEach(peer -> peer.setThreads(count));
            List<String> described = new ArrayList<>();
            gemmPeers.forEach(peer -> described.add(peer.name() + ": " + peer.describe()));
            trainingPeers.forEach(peer -> described.add(peer.name() + ": " + peer.describe()));
            described.forEach(console::println);
            List<Figure> figures = measure(device, gemmPeers, trainingPeers, peak);
            if (folder != null) {
                Results results = new Results(device.info(), count, described, peak, figures);
                results.write(folder.resolve("results.json"));
                console.println("wrote " + folder.resolve("results.json"));
            }
        } finally {
            gemmPeers.forEach(GemmPeer::close);
            trainingPeers.forEach(TrainingPeer::close);
        }
        return 0;
    }

    private List<Figure> measure(
            Device device,
            List<GemmPeer> gemmPeers,
            List<TrainingPeer> trainingPeers,
            double peak) {
        Rounds rounds = quick ? Rounds.quick() : Rounds.thorough();
        List<Figure> figures = new ArrayList<>();
        if (suite != Suite.TRAINING) {
            GemmSuite gemm = new GemmSuite(device, gemmPeers, rounds, peak);
            figures.addAll(gemm.run(console, GemmSuite.shapes(quick ? 128 : 2048)));
        }
        if (suite != Suite.GEMM) {
            TrainingSuite training = new TrainingSuite(device, trainingPeers, rounds, peak);
            figures.addAll(quick ? training.run(console, 8) : training.run(console, 1, BATCH, 512));
        }
        return figures;
    }

    /** The peers of a kind that were asked for; all names must be known. */
    private <P> List<P> wanted(boolean needed, Class<P> kind, Function<P, String> name) {
        if (peers.equals(List.of("none"))) {
            return List.of();
        }
        List<P> found = ServiceLoader.load(kind).stream().map(ServiceLoader.Provider::get).toList();
        List<String> known = List.of("openblas", "pytorch");
        for (String peer : peers) {
            if (!known.contains(peer)) {
                throw new IllegalArgumentException(
                        "there is no peer '"
                                + peer
                                + "'; choose of "
                                + known.stream().collect(Collectors.joining(", "))
                                + " or none");
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "the peers were not built: start with ./weft bench --peers, or build with"
                            + " -Ppeers");
        }
        return needed
                ? found.stream().filter(p -> peers.contains(name.apply(p))).toList()
                : List.of();
    }
}
