package dev.weft.benchmarks;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.backend.DeviceInfo;

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

    /** The property by which the CUDA backend is told which cuBLAS to use. */
    private static final String CUBLAS = "weft.cublas";

    private static final List<String> PEERS = List.of("openblas", "pytorch", "clblast", "cublas");

    /** Those that need no library in the class path. */
    private static final List<String> SYSTEM_PEERS = List.of("clblast", "cublas");

    /** Elements of the kernels' operands: larger than caches. Multiples of 1024. */
    private static final int ELEMENTS = 1 << 24;

    private static final int ELEMENTS_ON_GPU = 97_657 << 10;

    /** What can be measured. */
    enum Suite {
        GEMM,
        KERNELS,
        TRAINING,
        STARTUP,
        LAUNCHES,
        ALL;

        boolean includes(Suite part) {
            return this == ALL || this == part;
        }
    }

    @Option(
            names = "--suite",
            defaultValue = "all",
            paramLabel = "NAME",
            description = {
                "gemm, kernels (those that memory limits), training, startup, launches (on CUDA)",
                "or all. Default: ${DEFAULT-VALUE}."
            })
    private Suite suite = Suite.ALL;

    @Option(
            names = "--backend",
            split = ",",
            paramLabel = "NAME",
            description = {
                "The device to measure, such as cpu or opencl:1, or several with commas between:",
                "the others and the peers are then compared with the first. Default: the most",
                "preferred that is there."
            })
    private List<String> backends = List.of();

    @Option(
            names = "--peers",
            split = ",",
            defaultValue = "none",
            paramLabel = "NAME",
            description = {
                "Of openblas, pytorch, and what the system has to have installed: clblast, cublas;",
                "with commas between; or none."
            })
    private List<String> peers = List.of("none");

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = {
                "Threads for the CPU backend and the peers. Default: 2, or 1 of 1. An OpenCL",
                "driver for CPUs takes its own number: PoCL that in POCL_MAX_PTHREAD_COUNT."
            })
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
            JmhRun.run(suite, backends.isEmpty() ? List.of("cpu") : backends, count);
            return 0;
        }
        List<Device> devices = new ArrayList<>();
        List<GemmPeer> gemmPeers = new ArrayList<>();
        List<TrainingPeer> trainingPeers = new ArrayList<>();
        try {
            backends.forEach(selector -> devices.add(Devices.open(selector)));
            if (devices.isEmpty()) {
                devices.add(Devices.best());
            }
            findPeers(devices, gemmPeers, trainingPeers);
            List<String> described = new ArrayList<>();
            for (GemmPeer peer : gemmPeers) {
                peer.setThreads(count);
                described.add(peer.name() + ": " + peer.describe());
            }
            for (TrainingPeer peer : trainingPeers) {
                peer.setThreads(count);
                described.add(peer.name() + ": " + peer.describe());
            }
            Limits limits = Limits.measure(count);
            List<DeviceInfo> infos = devices.stream().map(Device::info).toList();
            for (DeviceInfo info : infos) {
                console.printf(
                        "%s: %s %s%n", info.selector(), info.description(), info.properties());
            }
            described.forEach(console::println);
            console.printf(
                    "measured on %d threads: FMA peak %.1f GFLOP/s, copy bandwidth %.1f GB/s%n",
                    count, limits.gflops(), limits.gbs());
            if (quick) {
                console.println("quick: everything runs once; the figures say nothing");
            }
            Rounds rounds = quick ? Rounds.quick() : Rounds.thorough();
            Comparison comparison = new Comparison(devices, rounds, limits, console);
            List<Figure> figures = measure(comparison, gemmPeers, trainingPeers);
            if (folder != null) {
                new Results(infos, limits, described, figures)
                        .write(folder.resolve("results.json"));
                console.println("wrote " + folder.resolve("results.json"));
            }
        } finally {
            gemmPeers.forEach(GemmPeer::close);
            trainingPeers.forEach(TrainingPeer::close);
            devices.forEach(Device::close);
        }
        return 0;
    }

    private List<Figure> measure(
            Comparison comparison, List<GemmPeer> gemmPeers, List<TrainingPeer> trainingPeers) {
        List<Figure> figures = new ArrayList<>();
        if (suite.includes(Suite.GEMM)) {
            figures.addAll(gemm(comparison, gemmPeers));
        }
        if (suite.includes(Suite.KERNELS)) {
            int elements = comparison.isOnGpu() ? ELEMENTS_ON_GPU : ELEMENTS;
            figures.addAll(new KernelSuite(comparison).run(quick ? 1 << 16 : elements));
        }
        if (suite.includes(Suite.TRAINING)) {
            TrainingSuite training = new TrainingSuite(comparison, trainingPeers);
            figures.addAll(quick ? training.run(8) : training.run(1, BATCH, 128, 512));
        }
        if (suite.includes(Suite.STARTUP)) {
            figures.addAll(new StartupSuite(comparison).run(quick ? 1 : 5));
        }
        if (suite.includes(Suite.LAUNCHES)) {
            figures.addAll(new LaunchSuite(comparison).run(quick ? 1 : 101));
        }
        return figures;
    }

    /** Where a CUDA device multiplies by cuBLAS, also by Weft's own kernels. */
    private List<Figure> gemm(Comparison comparison, List<GemmPeer> gemmPeers) {
        List<Device> all = new ArrayList<>(comparison.devices());
        List<Device> own = new ArrayList<>();
        try {
            for (Device device : comparison.devices()) {
                if (CublasDirect.isFound(device.info())) {
                    own.add(openWithoutCublas(device.info().selector()));
                }
            }
            all.addAll(own);
            GemmSuite gemm = new GemmSuite(comparison.of(all), gemmPeers);
            int largest = comparison.isOnGpu() ? 4096 : 2048;
            return gemm.run(GemmSuite.shapes(quick ? 128 : largest));
        } finally {
            own.forEach(Device::close);
        }
    }

    private static Device openWithoutCublas(String selector) {
        String usual = System.getProperty(CUBLAS);
        System.setProperty(CUBLAS, "none");
        try {
            return Devices.open(selector);
        } finally {
            if (usual == null) {
                System.clearProperty(CUBLAS);
            } else {
                System.setProperty(CUBLAS, usual);
            }
        }
    }

    /** Adds the peers that were asked for and have a part in what is measured. */
    private void findPeers(
            List<Device> devices, List<GemmPeer> gemmPeers, List<TrainingPeer> trainingPeers) {
        if (peers.equals(List.of("none"))) {
            return;
        }
        for (String peer : peers) {
            if (!PEERS.contains(peer)) {
                throw new IllegalArgumentException(
                        "there is no peer '%s'; choose of %s or none"
                                .formatted(peer, String.join(", ", PEERS)));
            }
        }
        List<GemmPeer> gemm = load(GemmPeer.class);
        List<TrainingPeer> training = load(TrainingPeer.class);
        if (gemm.isEmpty() && !SYSTEM_PEERS.containsAll(peers)) {
            throw new IllegalArgumentException(
                    "the peers were not built: start with ./weft bench --peers, or build with"
                            + " -Ppeers");
        }
        if (suite.includes(Suite.GEMM)) {
            gemm.stream().filter(p -> peers.contains(p.name())).forEach(gemmPeers::add);
            List<DeviceInfo> infos = devices.stream().map(Device::info).toList();
            if (peers.contains("clblast")) {
                gemmPeers.add(new ClBlast(infos));
            }
            if (peers.contains("cublas")) {
                gemmPeers.add(new CublasDirect(infos));
            }
        }
        if (suite.includes(Suite.TRAINING)) {
            training.stream().filter(p -> peers.contains(p.name())).forEach(trainingPeers::add);
        }
        if (gemmPeers.isEmpty() && trainingPeers.isEmpty()) {
            throw new IllegalArgumentException(
                    "none of the peers " + peers + " has a part in the suite " + suite);
        }
    }

    private static <P> List<P> load(Class<P> kind) {
        return ServiceLoader.load(kind).stream().map(ServiceLoader.Provider::get).toList();
    }
}
