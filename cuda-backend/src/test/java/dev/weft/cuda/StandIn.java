package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.fail;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.conformance.Tool;
import dev.weft.gpu.KernelSource;

import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A library in the place of NVIDIA's driver, for machines without a GPU: built from stand_in.cpp,
 * with the kernels compiled for the host, and found by what {@code weft.cuda.library} says. With
 * {@code -Dweft.cuda.real=true} tests use the machine's driver instead.
 */
final class StandIn {
    private static final Path FOLDER = Path.of("target", "stand-in");

    private StandIn() {}

    private static final class Built {
        static final Optional<Path> LIBRARY = build();
    }

    static boolean isReal() {
        return Boolean.getBoolean("weft.cuda.real");
    }

    /**
     * Puts it in the driver's place, if it can be built, without cuBLAS; to be called before a
     * device is opened.
     */
    static void install() {
        if (!isReal()) {
            Built.LIBRARY.ifPresent(
                    path -> System.setProperty("weft.cuda.library", path.toString()));
            System.setProperty("weft.cublas", "none");
            Built.LIBRARY.ifPresent(_ -> pretend(12080, 2, 90));
        }
    }

    /** Puts the cuBLAS of this major version there too; {@link #install} takes it away. */
    static void installCublas(int major) {
        require();
        System.setProperty("weft.cublas", cublas("libcublas.so." + major).toString());
        pretend(1000 * major, 2, 90);
    }

    /** A cuBLAS: {@code libcublas.so.12}, its 13, or one {@code libcublas.without.batches}. */
    static Path cublas(String name) {
        return library().resolveSibling("cublas").resolve(name);
    }

    /** The library; skips, saying so, where it cannot be built, unless cuda is required. */
    static Path require() {
        install();
        return library();
    }

    private static Path library() {
        if (isReal()) {
            return Assumptions.abort("this is a test of the stand-in");
        }
        return Built.LIBRARY.orElseGet(
                () -> {
                    String message = "there is no g++ to build the stand-in for CUDA's driver with";
                    if (List.of(System.getProperty("require.backends", "").split(","))
                            .contains("cuda")) {
                        return fail(message);
                    }
                    System.out.println("SKIPPED: " + message);
                    return Assumptions.abort(message);
                });
    }

    /** Skips where there is neither a stand-in nor, with {@code weft.cuda.real}, a GPU. */
    static void requireDevice() {
        if (!isReal()) {
            require();
        }
    }

    // ---- what tests ask of it

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        return function(library(), name, descriptor);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(Path library, String name, FunctionDescriptor descriptor) {
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), descriptor);
    }

    private static void call(String name, long argument) {
        try {
            function(name, FunctionDescriptor.ofVoid(JAVA_LONG)).invoke(argument);
        } catch (Throwable e) {
            throw new IllegalStateException(name, e);
        }
    }

    private static long ask(String name, MemoryLayout result) {
        return ask(library(), name, result);
    }

    private static long ask(Path library, String name, MemoryLayout result) {
        try {
            return ((Number) function(library, name, FunctionDescriptor.of(result)).invoke())
                    .longValue();
        } catch (Throwable e) {
            throw new IllegalStateException(name, e);
        }
    }

    /** The nth allocation from now finds no memory; 0 for none. */
    static void failAllocation(long n) {
        call("stand_in_fail_allocation", n);
    }

    /** The nth launch from now touches memory that it must not; 0 brings the GPU back. */
    static void failLaunch(long n) {
        call("stand_in_fail_launch", n);
    }

    static long liveBytes() {
        return ask("stand_in_live_bytes", JAVA_LONG);
    }

    static long launches() {
        return ask("stand_in_launches", JAVA_LONG);
    }

    static long allocations() {
        return ask("stand_in_allocations", JAVA_LONG);
    }

    static long contexts() {
        return ask("stand_in_contexts", JAVA_INT);
    }

    /** Graphs that nobody has destroyed. */
    static long graphs() {
        return ask("stand_in_graphs", JAVA_LONG);
    }

    static long graphLaunches() {
        return ask("stand_in_graph_launches", JAVA_LONG);
    }

    /** Handles of this cuBLAS that nobody has destroyed. */
    static long cublasHandles(int major) {
        return ask(cublas("libcublas.so." + major), "stand_in_cublas_handles", JAVA_LONG);
    }

    /** Products that this cuBLAS was asked for. */
    static long cublasProducts(int major) {
        return ask(cublas("libcublas.so." + major), "stand_in_cublas_products", JAVA_LONG);
    }

    /** Whether this cuBLAS gives no handles from now on. */
    static void refuseCublas(int major, boolean refuse) {
        try {
            function(
                            cublas("libcublas.so." + major),
                            "stand_in_cublas_refuse",
                            FunctionDescriptor.ofVoid(JAVA_LONG))
                    .invoke(refuse ? 1L : 0L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The kernels that were launched since the last call, in order. */
    @SuppressWarnings("restricted")
    static List<String> launched() {
        try {
            MemorySegment text =
                    (MemorySegment)
                            function("stand_in_launched", FunctionDescriptor.of(ADDRESS)).invoke();
            return text.reinterpret(Long.MAX_VALUE).getString(0).lines().toList();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the driver and its GPUs say they are. */
    static void pretend(int version, int count, int capability) {
        try {
            function("stand_in_pretend", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT))
                    .invoke(version, count, capability);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- how it is built

    private static Optional<Path> build() {
        return Tool.find("g++")
                .map(
                        gpp -> {
                            try {
                                return build(gpp);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
    }

    /** Into a folder that its sources name: what is there already is not built again. */
    private static Path build(String compiler) throws IOException {
        List<KernelSource> sources = KernelSource.forGpus();
        String everything =
                Stream.concat(
                                Stream.of(
                                        text("stand_in.cpp"),
                                        text("stand_in_cublas.cpp"),
                                        text("host.h")),
                                sources.stream().map(KernelSource::hash))
                        .collect(Collectors.joining("\n"));
        Path folder = FOLDER.toAbsolutePath().resolve(hash(everything));
        Path library = folder.resolve("libcuda.so.1");
        if (Files.exists(library)) {
            return library;
        }
        Files.createDirectories(folder);
        Path driver = Files.writeString(folder.resolve("stand_in.cpp"), text("stand_in.cpp"));
        Files.writeString(folder.resolve("host.h"), text("host.h"));
        try (ExecutorService pool =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<Future<?>> compilations = new ArrayList<>();
            for (KernelSource source : sources) {
                compilations.add(pool.submit(() -> kernels(compiler, folder, source)));
            }
            for (Future<?> each : compilations) {
                try {
                    each.get();
                } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
                    throw new IOException(e);
                }
            }
        }
        Path cublas = Files.createDirectories(folder.resolve("cublas"));
        cublas(compiler, cublas, "libcublas.so.12", "-DMAJOR=12");
        cublas(compiler, cublas, "libcublas.so.13", "-DMAJOR=13");
        cublas(compiler, cublas, "libcublas.without.batches", "-DMAJOR=12", "-DWITHOUT_BATCHES");
        // Last, and by another name first: where it is, everything is.
        Path half = folder.resolve("libcuda.half");
        compile(
                compiler,
                List.of(
                        "-Wl,-soname,libcuda.so.1",
                        "-o",
                        half.toString(),
                        driver.toString(),
                        "-ldl"));
        return Files.move(half, library, StandardCopyOption.ATOMIC_MOVE);
    }

    /** With symbols of a version that is called as the library is: JCublas2 asks for that. */
    private static void cublas(String compiler, Path folder, String name, String... defines)
            throws IOException {
        Path unit =
                Files.writeString(
                        folder.resolve("stand_in_cublas.cpp"), text("stand_in_cublas.cpp"));
        Path versions =
                Files.writeString(folder.resolve(name + ".map"), name + " { global: *; };\n");
        List<String> options = new ArrayList<>(List.of(defines));
        options.addAll(
                List.of(
                        "-Wl,-soname," + name,
                        "-Wl,--version-script," + versions,
                        "-o",
                        folder.resolve(name).toString(),
                        unit.toString(),
                        "-ldl"));
        compile(compiler, options);
    }

    private static Path kernels(String compiler, Path folder, KernelSource source)
            throws IOException {
        String name = (source.file() + " " + String.join(" ", source.options())).replace(' ', '_');
        String launchers =
                source.kernels().stream()
                        .map(kernel -> "LAUNCHER(" + kernel + ")")
                        .collect(Collectors.joining("\n"));
        Path unit =
                Files.writeString(
                        folder.resolve(name + ".cpp"),
                        "#include \"host.h\"\n" + source.text() + "\n" + launchers + "\n");
        Path library = folder.resolve(name + ".so");
        List<String> options = new ArrayList<>(source.options());
        options.addAll(List.of("-o", library.toString(), unit.toString()));
        compile(compiler, options);
        return library;
    }

    private static void compile(String compiler, List<String> options) throws IOException {
        List<String> command =
                Stream.concat(
                                Stream.of(
                                        compiler,
                                        "-std=c++17",
                                        "-O1",
                                        "-march=native",
                                        "-ffp-contract=off",
                                        "-w",
                                        "-fPIC",
                                        "-shared",
                                        "-fvisibility=hidden"),
                                options.stream())
                        .toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ":\n" + output);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static String text(String name) {
        try (InputStream in = StandIn.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + name + " among the tests");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
