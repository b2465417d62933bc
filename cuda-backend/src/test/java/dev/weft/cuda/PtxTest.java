package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.conformance.Sample;
import dev.weft.conformance.Tool;
import dev.weft.gpu.KernelSource;

import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The PTX in the jar: that it is there for every source, that it is what nvcc makes of them, and
 * that it compiles for every GPU that Weft serves. With {@code -Dptx=apply} it is written anew.
 */
class PtxTest {
    private static final Path FOLDER = Path.of("src/main/resources/dev/weft/cuda/ptx");
    private static final List<String> GPUS = List.of("sm_75", "sm_80", "sm_86", "sm_89", "sm_90");
    private static final String NO_SPILLS = "0 bytes stack frame, 0 bytes spill stores";
    private static final Pattern SIGNATURE = Pattern.compile("\\.visible \\.entry [^{]*\\)");
    private static final Pattern RELEASE = Pattern.compile("V(\\d+\\.\\d+\\.\\d+)");

    /**
     * nvcc writes the PTX version of its own release, which older drivers refuse; nothing in the
     * kernels needs more than that of CUDA 12.0.
     */
    private static final String PTX_OF_CUDA_12_0 = ".version 8.0";

    @TempDir private Path scratch = Path.of("");

    private static boolean applies() {
        return "apply".equals(System.getProperty("ptx"));
    }

    @Test
    void thereIsOneForEverySourceAndNoOther() throws IOException {
        assumeTrue(!applies(), "they are being written");
        TreeSet<String> expected =
                KernelSource.forGpus().stream()
                        .map(Modules::file)
                        .collect(Collectors.toCollection(TreeSet::new));
        try (Stream<Path> files = Files.list(FOLDER)) {
            TreeSet<String> found =
                    files.map(file -> file.getFileName().toString())
                            .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(expected, found, "the kernels have changed: scripts/ptx.sh");
        }
    }

    @Test
    void itIsWhatNvccMakes() throws IOException, InterruptedException {
        String nvcc = Tool.require("nvcc", "/usr/local/cuda/bin");
        String release = release(nvcc);
        if (applies()) {
            try (Stream<Path> files = Files.list(FOLDER)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
        for (KernelSource source : KernelSource.forGpus()) {
            Path file = FOLDER.resolve(Modules.file(source));
            if (applies()) {
                Files.writeString(file, ptx(nvcc, release, source));
                continue;
            }
            String shipped = Files.readString(file);
            String made = ptx(nvcc, release, source);
            if (shipped.contains(" by nvcc " + release + ",")) {
                assertEquals(made, shipped, file.toString());
            } else {
                // Each release chooses its own instructions.
                assertEquals(signatures(made), signatures(shipped), file.toString());
            }
        }
    }

    /** Also where there is no nvcc: nobody has changed a file by hand, or lost a part of it. */
    @Test
    void itIsWhole() throws IOException {
        assumeTrue(!applies(), "they are being written");
        for (KernelSource source : KernelSource.forGpus()) {
            Path file = FOLDER.resolve(Modules.file(source));
            String[] shipped = Files.readString(file).split("\n", 2);
            assertTrue(shipped[0].endsWith(", sha256 " + sha256(shipped[1])), file.toString());
        }
    }

    /** The kernels with their parameters. */
    private static List<String> signatures(String ptx) {
        return SIGNATURE
                .matcher(ptx)
                .results()
                .map(kernel -> kernel.group().replaceAll("\\s+", " "))
                .sorted()
                .toList();
    }

    private static String sha256(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** What the kernel is written for: a quad is one access wherever it can be. */
    @Test
    void productsAccessMemoryBy128Bits() throws IOException {
        for (KernelSource source : KernelSource.forGpus()) {
            if (source.file().equals("gemm_gpu.cl")) {
                String ptx = Files.readString(FOLDER.resolve(Modules.file(source)));
                for (String access :
                        List.of(
                                "ld.global.nc.v4",
                                "ld.shared.v4",
                                "st.shared.v4",
                                "st.global.v4")) {
                    assertTrue(ptx.contains(access), source.options() + " has no " + access);
                }
            }
        }
    }

    /**
     * Products for every GPU, since their registers must suffice; all else, which hardly asks what
     * it is compiled for, for one of them, in turn.
     */
    @TestFactory
    Stream<DynamicTest> itCompiles() {
        List<KernelSource> sources = KernelSource.forGpus();
        return IntStream.range(0, sources.size())
                .mapToObj(
                        i ->
                                DynamicTest.dynamicTest(
                                        Modules.file(sources.get(i)),
                                        () -> compiles(sources.get(i), i)));
    }

    private static void compiles(KernelSource source, int turn) throws IOException {
        byte[] ptx = Files.readAllBytes(FOLDER.resolve(Modules.file(source)));
        boolean gemm = source.file().equals("gemm_gpu.cl");
        for (int i = 0; i < (gemm ? GPUS.size() : Sample.size(1, GPUS.size())); i++) {
            String report = compile(ptx, GPUS.get((turn + i) % GPUS.size()));
            assertTrue(!gemm || report.contains(NO_SPILLS), report);
        }
    }

    /** By the PTX compiler that JCuda brings; returns what that reports. */
    private static String compile(byte[] ptx, String gpu) {
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        assertEquals(
                nvPTXCompileResult.NVPTXCOMPILE_SUCCESS,
                JNvPTXCompiler.nvPTXCompilerCreate(compiler, ptx.length, ptx));
        try {
            String[] options = {"--gpu-name=" + gpu, "--verbose"};
            int code = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
            if (code != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
                fail(gpu + ": " + nvPTXCompileResult.stringFor(code) + "\n" + log(compiler));
            }
            long[] size = new long[1];
            JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size);
            assertTrue(size[0] > 0, gpu);
            return report(compiler);
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        }
    }

    /** What the compiler says of each kernel: its registers, and what it keeps in memory. */
    private static String report(nvPTXCompilerHandle compiler) {
        long[] size = new long[1];
        JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size);
        byte[] log = new byte[(int) size[0] + 1];
        JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log);
        return new String(log, StandardCharsets.UTF_8);
    }

    private static String log(nvPTXCompilerHandle compiler) {
        long[] size = new long[1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
        byte[] log = new byte[(int) size[0] + 1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
        return new String(log, StandardCharsets.UTF_8);
    }

    private String ptx(String nvcc, String release, KernelSource source)
            throws IOException, InterruptedException {
        Path cu = Files.writeString(scratch.resolve("kernels.cu"), source.text());
        Path out = scratch.resolve("kernels.ptx");
        List<String> command =
                Stream.of(
                                Stream.of(nvcc, "-ptx", "-arch=compute_75"),
                                Stream.of("-Werror", "all-warnings"),
                                source.options().stream(),
                                Stream.of("-o", out.toString(), cu.toString()))
                        .flatMap(part -> part)
                        .toList();
        run(command);
        // Its own comments, at the top, name the compiler's builds.
        String code =
                Files.readString(out)
                        .lines()
                        .dropWhile(line -> line.isBlank() || line.startsWith("//"))
                        .map(line -> line.startsWith(".version ") ? PTX_OF_CUDA_12_0 : line)
                        .collect(Collectors.joining("\n", "", "\n"));
        String options = String.join(" ", source.options());
        return "// %s %s by nvcc %s, sha256 %s\n%s"
                .formatted(source.file(), options, release, sha256(code), code);
    }

    private static String release(String nvcc) throws IOException, InterruptedException {
        String version = run(List.of(nvcc, "--version"));
        Matcher matcher = RELEASE.matcher(version);
        assertTrue(matcher.find(), version);
        return matcher.group(1);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
            fail(String.join(" ", command) + ":\n" + output);
        }
        return output;
    }
}
