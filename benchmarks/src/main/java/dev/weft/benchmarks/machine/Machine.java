package dev.weft.benchmarks.machine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What has to be known of a machine, and of how Java was started on it, to compare what was
 * measured there.
 *
 * @param date when that was asked
 * @param revision what git calls the sources, or unknown
 * @param jdk the virtual machine and its version
 * @param flags those that the virtual machine was started with
 * @param os the operating system and its version
 * @param cpu the processor's name and, where it is an x86, its family and model
 * @param processors how many there are for Java
 * @param caches the first processor's, such as L1 data: 32K; empty where the system does not say
 * @param clocks the processor's and NVIDIA GPUs' clocks; empty where the system does not say
 */
public record Machine(
        Instant date,
        String revision,
        String jdk,
        String flags,
        String os,
        String cpu,
        int processors,
        Map<String, String> caches,
        Map<String, String> clocks) {
    private static final Path CPU = Path.of("/sys/devices/system/cpu/cpu0");
    private static final int SECONDS = 10;

    /** This one, now. */
    public static Machine here() throws IOException {
        return new Machine(
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                findRevision(),
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()),
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " "
                        + System.getProperty("os.arch"),
                findCpu(),
                Runtime.getRuntime().availableProcessors(),
                findCaches(),
                findClocks());
    }

    /** A portable bundle, which is no checkout, names its own. */
    private static String findRevision() throws IOException {
        String named = System.getProperty("weft.revision");
        return named != null
                ? named
                : answer("git", "describe", "--always", "--dirty").stream()
                        .findFirst()
                        .orElse("unknown");
    }

    /** In a virtual machine the name may be that of a whole line of processors. */
    private static String findCpu() throws IOException {
        String name = cpuInfo("model name").orElse(System.getProperty("os.arch"));
        Optional<String> family = cpuInfo("cpu family");
        Optional<String> model = cpuInfo("model\t");
        return family.isPresent() && model.isPresent()
                ? "%s, family %s, model %s".formatted(name, family.get(), model.get())
                : name;
    }

    private static Map<String, String> findCaches() throws IOException {
        Path folder = CPU.resolve("cache");
        if (!Files.isDirectory(folder)) {
            return Map.of();
        }
        Map<String, String> caches = new TreeMap<>();
        try (DirectoryStream<Path> indices = Files.newDirectoryStream(folder, "index*")) {
            for (Path index : indices) {
                Optional<String> level = line(index.resolve("level"));
                Optional<String> size = line(index.resolve("size"));
                if (level.isPresent() && size.isPresent()) {
                    String type = line(index.resolve("type")).orElse("Unified");
                    String kind = type.equals("Unified") ? "" : " " + type.toLowerCase(Locale.ROOT);
                    caches.put("L" + level.get() + kind, size.get());
                }
            }
        }
        return Collections.unmodifiableMap(caches);
    }

    private static Map<String, String> findClocks() throws IOException {
        Map<String, String> clocks = new LinkedHashMap<>();
        cpuInfo("cpu MHz").ifPresent(mhz -> clocks.put("cpu", mhz + " MHz"));
        megahertz("scaling_cur_freq").ifPresent(mhz -> clocks.put("cpu", mhz));
        megahertz("cpuinfo_max_freq").ifPresent(mhz -> clocks.put("cpu at most", mhz));
        List<String> gpus =
                answer(
                        "nvidia-smi",
                        "--format=csv,noheader",
                        "--query-gpu=name,driver_version,clocks.sm,clocks.max.sm,clocks.mem");
        for (int i = 0; i < gpus.size(); i++) {
            String[] facts = gpus.get(i).split(", *", -1);
            if (facts.length == 5) {
                clocks.put(
                        "gpu " + i,
                        "%s, driver %s, %s of %s, memory %s"
                                .formatted(facts[0], facts[1], facts[2], facts[3], facts[4]));
            }
        }
        return Collections.unmodifiableMap(clocks);
    }

    private static Optional<String> megahertz(String file) throws IOException {
        return line(CPU.resolve("cpufreq").resolve(file))
                .filter(kilohertz -> kilohertz.matches("\\d{1,9}"))
                .map(kilohertz -> Integer.parseInt(kilohertz) / 1000 + " MHz");
    }

    private static Optional<String> cpuInfo(String field) throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(info)) {
            return lines.filter(line -> line.startsWith(field))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        }
    }

    private static Optional<String> line(Path file) throws IOException {
        return Files.isReadable(file)
                ? Files.readAllLines(file).stream().map(String::strip).findFirst()
                : Optional.empty();
    }

    /** The lines that a program prints; none where it is missing, fails, or takes too long. */
    private static List<String> answer(String... command) throws IOException {
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
        } catch (IOException e) {
            return List.of();
        }
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return List.of();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command[0] + " ran", e);
        }
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.exitValue() == 0
                ? new ArrayList<>(text.lines().map(String::strip).toList())
                : List.of();
    }
}
