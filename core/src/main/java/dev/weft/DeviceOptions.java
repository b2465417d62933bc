package dev.weft;

import dev.weft.backend.DeviceOptionException;
import dev.weft.backend.GemmKernels;

import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How one device is opened. Immutable: each method that sets an option returns other options.
 *
 * <pre>{@code
 * DeviceOptions one = DeviceOptions.defaults().threads(1);
 * try (Device quiet = Devices.open("cpu", one);
 *         Device fast = Devices.open("cpu")) {
 *     System.out.println(quiet.info());
 * }
 * }</pre>
 *
 * <p>Options belong to their device: others that are open at the same time have theirs. What is not
 * set is what the system property or the environment's variable says that the option's method
 * names, and where neither is there, what the method says.
 */
public final class DeviceOptions {
    /** An option, named as the method that sets it. */
    public enum Option {
        /** {@link DeviceOptions#threads(int)}. */
        THREADS("threads"),
        /** {@link DeviceOptions#vectorBits(int)}. */
        VECTOR_BITS("vectorBits"),
        /** {@link DeviceOptions#gemm(GemmKernels)}. */
        GEMM("gemm"),
        /** {@link DeviceOptions#cacheFolder(Path)}. */
        CACHE_FOLDER("cacheFolder");

        private final String label;

        Option(String label) {
            this.label = label;
        }

        /** The name of the method that sets it. */
        public String label() {
            return label;
        }
    }

    private static final DeviceOptions DEFAULTS = new DeviceOptions(new EnumMap<>(Option.class));

    private final Map<Option, Object> values;

    private DeviceOptions(Map<Option, Object> values) {
        this.values = values;
    }

    /** No option set. */
    public static DeviceOptions defaults() {
        return DEFAULTS;
    }

    private DeviceOptions with(Option option, Object value) {
        Map<Option, Object> all = new EnumMap<>(values);
        all.put(option, Objects.requireNonNull(value, option.label()));
        return new DeviceOptions(all);
    }

    /**
     * How many threads a kernel runs on, the caller's among them. Results do not depend on it.
     *
     * <p>The CPU takes 1 to 4096. Its devices share one set of threads, of which each uses as many
     * as it was opened with. Default: {@code weft.cpu.threads}, or the available processors.
     */
    public DeviceOptions threads(int threads) {
        return with(Option.THREADS, threads);
    }

    /**
     * How wide the vectors are that kernels are compiled for. Sums are added in an order that
     * depends on it.
     *
     * <p>The CPU takes 128, 256 or 512, up to what the processor has. It is the same for all CPU
     * devices of a JVM: the first that is opened settles it, and one that asks for another width
     * afterwards is refused. Default: what was settled, {@code weft.cpu.vector.bits}, or what the
     * processor prefers.
     */
    public DeviceOptions vectorBits(int bits) {
        return with(Option.VECTOR_BITS, bits);
    }

    /**
     * Whose kernels multiply matrices.
     *
     * <p>CUDA takes both; with {@link GemmKernels#VENDOR} it is refused where there is no cuBLAS.
     * Default: cuBLAS where it is found, unless {@code weft.cublas} or {@code WEFT_CUBLAS} is
     * {@code none}.
     */
    public DeviceOptions gemm(GemmKernels kernels) {
        return with(Option.GEMM, kernels);
    }

    /**
     * Where compiled programs and what a tuner measured are kept from run to run. A folder that is
     * not there is made; one that cannot be written costs time, which is said once, and stops
     * nothing.
     *
     * <p>OpenCL and CUDA take it. What drivers keep for themselves is elsewhere. Default: {@code
     * weft.cache}, {@code WEFT_CACHE}, {@code XDG_CACHE_HOME/weft}, or {@code ~/.cache/weft}.
     */
    public DeviceOptions cacheFolder(Path folder) {
        return with(Option.CACHE_FOLDER, folder);
    }

    /** What {@link #threads(int)} has set. */
    public OptionalInt threads() {
        return number(Option.THREADS);
    }

    /** What {@link #vectorBits(int)} has set. */
    public OptionalInt vectorBits() {
        return number(Option.VECTOR_BITS);
    }

    /** What {@link #gemm(GemmKernels)} has set. */
    public Optional<GemmKernels> gemm() {
        return Optional.ofNullable((GemmKernels) values.get(Option.GEMM));
    }

    /** What {@link #cacheFolder(Path)} has set. */
    public Optional<Path> cacheFolder() {
        return Optional.ofNullable((Path) values.get(Option.CACHE_FOLDER));
    }

    private OptionalInt number(Option option) {
        Integer value = (Integer) values.get(option);
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    /** The options that are set. */
    public Set<Option> given() {
        return Collections.unmodifiableSet(values.keySet());
    }

    /** Without the options that are not among these. */
    DeviceOptions only(Set<Option> taken) {
        Map<Option, Object> some = new EnumMap<>(values);
        some.keySet().retainAll(taken);
        return new DeviceOptions(some);
    }

    /**
     * Says what is wrong with the value of an option that is set.
     *
     * @param device the device that was to be opened, such as {@code cpu} or {@code cuda:0}
     * @param rule what it takes instead, as the end of a sentence
     */
    public DeviceOptionException refused(Option option, String device, String rule) {
        return new DeviceOptionException(
                "open: the option %s of %s is %s, but %s"
                        .formatted(option.label(), device, text(option), rule));
    }

    /** For messages: names by commas, or {@code none}. */
    static String names(Set<Option> options) {
        return options.isEmpty()
                ? "none"
                : options.stream().sorted().map(Option::label).collect(Collectors.joining(", "));
    }

    /** An option's value, for messages. */
    String text(Option option) {
        return values.get(option) instanceof GemmKernels kernels
                ? kernels.label()
                : String.valueOf(values.get(option));
    }

    @Override
    public String toString() {
        return values.keySet().stream()
                .map(option -> option.label() + "=" + text(option))
                .collect(Collectors.joining(", ", "options(", ")"));
    }
}
