package dev.weft.benchmarks;

import dev.weft.DType;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.DeviceLostException;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.benchmarks.jmh.JmhRun;
import dev.weft.benchmarks.library.WeftLibrary;
import dev.weft.benchmarks.machine.Limits;
import dev.weft.benchmarks.machine.Machine;
import dev.weft.benchmarks.measure.Allocation;
import dev.weft.benchmarks.measure.Comparison;
import dev.weft.benchmarks.measure.Rounds;
import dev.weft.benchmarks.report.Figure;
import dev.weft.benchmarks.report.HtmlReport;
import dev.weft.benchmarks.report.Run;
import dev.weft.benchmarks.report.RunComparison;
import dev.weft.benchmarks.report.RunFile;
import dev.weft.benchmarks.report.Table;
import dev.weft.benchmarks.task.Task;
import dev.weft.benchmarks.task.TrainingStep;
import dev.weft.io.PrintableWriter;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/** The program behind {@code ./weft bench}. */
@Command(
        name = "weft bench",
        description =
                "Measure Weft, beside the machine's measured limits and other libraries."
                        + " Candidates run in turns within one run, so that ratios hold on a"
                        + " machine that does other things too.",
        mixinStandardHelpOptions = true)
public final class Bench implements Callable<Integer> {
    private static final int BUG = 1;
    private static final int BAD_INPUT = 2;

    /** As many as the CPU backend takes. */
    private static final int MOST_THREADS = 4096;

    private static final int ALLOCATION_STEPS = 200;

    @Option(
            names = "--suite",
            defaultValue = "all",
            paramLabel = "NAME",
            description = {
                "gemm, dense (layers with bias and relu), conv (convolutions and their gradients),",
                "layers (pooling, normalisation, attention, recurrence), kernels (those that memory"
                        + " limits), ops (elementary functions), training, startup, launches (on"
                        + " CUDA), data (a table of 800 MB) or all. Default: ${DEFAULT-VALUE}."
            })
    private Suite suite = Suite.ALL;

    @Option(
            names = "--dtype",
            split = ",",
            defaultValue = "F32",
            paramLabel = "TYPE",
            description = {
                "Types to measure in, with commas between: F32 (everything), F64 (products and",
                "kernels), F16 and BF16 (products, beside those of the same numbers in F32).",
                "Default: ${DEFAULT-VALUE}."
            })
    private List<DType> dtypes = List.of(DType.F32);

    @Option(
            names = "--full",
            description = "All of a suite's tasks, which may take an hour, instead of a choice.")
    private boolean full;

    @Option(
            names = "--filter",
            paramLabel = "REGEX",
            description = "Only tasks whose name contains a match, of all that the suite has.")
    private @Nullable String filter;

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
                "Of openblas, mkl, pytorch, tensorflow, nd4j, and what the system has to have",
                "installed: clblast, cublas; with commas between; all (but the system's) or none.",
                "pairwise adds up as NumPy does, to compare errors with."
            })
    private List<String> peers = List.of("none");

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            description = {
                "Threads for the CPU backend and the peers; with commas between, everything is",
                "measured on each number. Default: 2, or 1 of 1. An OpenCL driver for CPUs takes",
                "its own number: PoCL that in POCL_MAX_PTHREAD_COUNT."
            })
    private List<Integer> threads =
            List.of(Math.min(2, Runtime.getRuntime().availableProcessors()));

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write results.json there, and report.html with charts.")
    private @Nullable Path out;

    @Option(
            names = "--compare",
            arity = "2",
            paramLabel = "FILE",
            description = {
                "Measure nothing: print what became faster or slower between an earlier",
                "results.json and a later one."
            })
    private List<Path> compared = List.of();

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = {
                "Measure nothing: print the tables of a results.json, and write its report anew to",
                "--out, such as of a machine that has no fonts to draw charts with."
            })
    private @Nullable Path reported;

    @Option(
            names = "--quick",
            description = "Small sizes and few rounds: only to see that everything runs.")
    private boolean quick;

    @Option(
            names = "--jmh",
            description = {
                "Run the JMH benchmarks instead, in forks, with the garbage collector's profiler;",
                "--out then gets jmh.json."
            })
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
                        new OutputStreamWriter(
                                new FileOutputStream(FileDescriptor.out), System.out.charset()),
                        new OutputStreamWriter(
                                new FileOutputStream(FileDescriptor.err), System.err.charset()),
                        args));
    }

    /** Runs a command line, and returns its exit code. */
    static int run(Writer standardOut, Writer standardErr, String... args) {
        PrintableWriter printable = new PrintableWriter(standardOut);
        PrintWriter out = new PrintWriter(printable, true);
        PrintWriter err = new PrintWriter(new PrintableWriter(standardErr), true);
        Bench bench = new Bench(out);
        CommandLine line =
                new CommandLine(bench)
                        .setOut(out)
                        .setErr(err)
                        .setColorScheme(
                                CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setParameterExceptionHandler(Bench::badArguments)
                        .setExecutionExceptionHandler(
                                (e, command, parsed) -> failed(bench, e, command));
        int code;
        try {
            code = line.execute(args);
        } catch (OutOfMemoryError e) {
            code = failed(bench, e, line);
        }
        out.flush();
        if (printable.failure().isPresent()) {
            String reason = printable.failure().get().getMessage();
            err.println("weft bench: standard output cannot be written: " + reason);
            return code == 0 ? BAD_INPUT : code;
        }
        return code;
    }

    private static int badArguments(ParameterException e, String[] args) {
        e.getCommandLine()
                .getErr()
                .println("weft bench: " + oneLine(e.getMessage()) + " (see --help)");
        return BAD_INPUT;
    }

    private static int failed(Bench bench, Throwable e, CommandLine command) {
        PrintWriter err = command.getErr();
        int code = BAD_INPUT;
        switch (e) {
            case OutOfMemoryError _ ->
                    err.println(
                            "weft bench: %s: give Java a larger heap, such as WEFT_JAVA_OPTS=-Xmx8g"
                                    .formatted(e.getMessage()));
            case IllegalArgumentException _, BackendUnavailableException _, IOException _ ->
                    err.println("weft bench: " + oneLine(e.getMessage()));
            case DeviceOutOfMemoryException _, DeviceLostException _ ->
                    err.println("weft bench: " + oneLine(e.getMessage()));
            default -> {
                err.println(
                        "weft bench: %s; this is a bug, --stacktrace shows where"
                                .formatted(oneLine(e.toString())));
                code = BUG;
            }
        }
        if (bench.stacktrace) {
            e.printStackTrace(err);
        }
        return code;
    }

    private static String oneLine(@Nullable String message) {
        return String.valueOf(message).lines().map(String::strip).collect(Collectors.joining(" "));
    }

    @Override
    public Integer call() throws Exception {
        if (!compared.isEmpty()) {
            Run before = RunFile.read(compared.getFirst());
            RunComparison.of(before, RunFile.read(compared.getLast())).print(console);
            return 0;
        }
        if (reported != null) {
            report(reported);
            return 0;
        }
        for (int count : threads) {
            if (count < 1 || count > MOST_THREADS) {
                throw new IllegalArgumentException(
                        "--threads must be from 1 to %d, got %d".formatted(MOST_THREADS, count));
            }
        }
        for (DType dtype : dtypes) {
            if (!Suite.TYPES.contains(dtype)) {
                throw new IllegalArgumentException(
                        "--dtype: nothing is measured in %s; choose of %s"
                                .formatted(dtype, Suite.TYPES));
            }
        }
        if (Set.copyOf(dtypes).size() < dtypes.size()) {
            throw new IllegalArgumentException("--dtype names a type twice: " + dtypes);
        }
        if (jmh && !dtypes.equals(List.of(DType.F32))) {
            throw new IllegalArgumentException("--jmh measures in F32, not in " + dtypes);
        }
        if (Set.copyOf(threads).size() < threads.size()) {
            throw new IllegalArgumentException("--threads names a number twice: " + threads);
        }
        Libraries.checkPeers(peers);
        Path folder = out;
        if (folder != null) {
            Files.createDirectories(folder);
        }
        if (jmh) {
            List<String> measured = backends.isEmpty() ? List.of("cpu") : backends;
            JmhRun.run(suite, measured, threads, folder, quick);
            return 0;
        }
        Run run = measure();
        Table.print(run, console);
        if (folder != null) {
            RunFile.write(run, folder.resolve("results.json"));
            HtmlReport.write(run, folder.resolve("report.html"));
            console.printf("wrote results.json and report.html to %s%n", folder);
        }
        return 0;
    }

    private void report(Path results) throws IOException {
        Run run = RunFile.read(results);
        Table.print(run, console);
        if (out != null) {
            Files.createDirectories(out);
            HtmlReport.write(run, out.resolve("report.html"));
            console.printf("wrote report.html to %s%n", out);
        }
    }

    private Run measure() throws IOException {
        List<Limits> limits = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        List<DeviceInfo> devices = List.of();
        List<String> described = new ArrayList<>();
        for (int count : threads) {
            try (Libraries libraries = Libraries.open(backends, peers, count)) {
                List<Task> tasks = tasks(libraries.isOnGpu());
                Limits limit = quick ? Limits.glance(count) : Limits.measure(count);
                limits.add(limit);
                devices = libraries.infos();
                described.addAll(libraries.peers());
                for (DeviceInfo info : devices) {
                    console.printf(
                            "%s: %s %s%n", info.selector(), info.description(), info.properties());
                }
                libraries.peers().forEach(console::println);
                console.printf(
                        "measured on %d threads: FMA peak %.1f GFLOP/s, memory %.1f GB/s%n",
                        count, limit.gflops(), limit.gbs());
                if (quick) {
                    console.println("quick: everything runs once; the figures say nothing");
                }
                figures.addAll(measure(libraries, tasks, count));
            }
        }
        return new Run(Machine.here(), limits, devices, described, figures);
    }

    /** Those that were chosen. */
    private List<Task> tasks(boolean onGpu) {
        boolean choice = filter == null && !full;
        Suite.Extent extent =
                quick ? Suite.Extent.QUICK : choice ? Suite.Extent.USUAL : Suite.Extent.FULL;
        List<Task> tasks = suite.tasks(extent, onGpu, dtypes);
        boolean isOther = suite == Suite.STARTUP || suite == Suite.LAUNCHES || suite == Suite.DATA;
        if (tasks.isEmpty() && !(isOther && dtypes.contains(DType.F32))) {
            throw new IllegalArgumentException(
                    "the suite %s has no task in %s".formatted(suite.label(), dtypes));
        }
        if (filter == null) {
            return tasks;
        }
        Pattern pattern = pattern(filter);
        List<Task> found =
                tasks.stream().filter(task -> pattern.matcher(task.what()).find()).toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "--filter: no task of the suite %s matches '%s'"
                            .formatted(suite.label(), filter));
        }
        return found;
    }

    private static Pattern pattern(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "--filter: '%s' is no regular expression: %s"
                            .formatted(regex, e.getDescription()),
                    e);
        }
    }

    private List<Figure> measure(Libraries libraries, List<Task> tasks, int count) {
        Rounds rounds = quick ? Rounds.quick() : Rounds.thorough();
        Comparison comparison =
                new Comparison(libraries.all(), count, !libraries.isOnGpu(), rounds);
        boolean single = filter == null && dtypes.contains(DType.F32);
        boolean startup = single && suite.includes(Suite.STARTUP);
        boolean launches = single && suite.includes(Suite.LAUNCHES);
        // Always on one thread, and so once.
        boolean data = single && suite.includes(Suite.DATA) && count == threads.getFirst();
        int steps = tasks.size() + (startup ? 1 : 0) + (launches ? 1 : 0) + (data ? 1 : 0);
        List<Figure> figures = new ArrayList<>();
        try (Progress progress = Progress.create(console, steps)) {
            for (Task task : tasks) {
                progress.step(task.what());
                figures.addAll(comparison.measure(task));
                if (task instanceof TrainingStep step) {
                    for (WeftLibrary device : libraries.devices()) {
                        progress.note(allocation(device, step));
                    }
                }
            }
            if (startup) {
                progress.step("starts of a JVM");
                figures.addAll(new StartupSuite(libraries.devices(), count).run(quick ? 1 : 5));
            }
            if (launches) {
                progress.step("launches");
                figures.addAll(new LaunchSuite(libraries.devices(), count).run(quick ? 1 : 101));
            }
            if (data) {
                progress.step("tables");
                int rows = quick ? DataSuite.QUICK_ROWS : DataSuite.USUAL_ROWS;
                figures.addAll(new DataSuite(libraries.devices().getFirst().name(), rows).run());
            }
        }
        return figures;
    }

    private static String allocation(WeftLibrary device, TrainingStep step) {
        Allocation allocation = Allocation.of(device, step, ALLOCATION_STEPS);
        return String.format(
                "%s, %s: a steady step allocates %,d bytes of Java heap and makes %d native"
                        + " allocations",
                step.what(), device.name(), allocation.heap(), allocation.nativeAllocations());
    }
}
