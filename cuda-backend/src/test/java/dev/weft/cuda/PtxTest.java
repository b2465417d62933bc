package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.DType;
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

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The PTX in the jar: that it is there for every source, that it is what nvcc makes of them, and
 * that it compiles for every GPU that Weft serves.
 */
class PtxTest {
    private static final List<KernelSource> SOURCES = KernelSource.forGpus();
    private static final PtxArchive SHIPPED = PtxArchive.shipped();
    private static final List<String> GPUS = List.of("sm_75", "sm_80", "sm_86", "sm_89", "sm_90");
    private static final String NO_SPILLS = "0 bytes stack frame, 0 bytes spill stores";
    private static final Pattern SIGNATURE = Pattern.compile("\\.visible \\.entry [^{]*\\)");

    @TempDir private Path module = Path.of("");

    /** Also where another build than Maven's has left out PtxBuild. */
    @Test
    void thereIsOneForEverySourceAndNoOther() {
        assertTrue(SHIPPED.fits(SOURCES), "the kernels have changed: run scripts/ptx.sh");
        for (KernelSource source : SOURCES) {
            assertTrue(shipped(source).startsWith(PtxBuild.firstLine(source)), source.file());
        }
    }

    @Test
    void itFitsNoOtherSources() {
        KernelSource first = SOURCES.getFirst();
        KernelSource changed = new KernelSource(first.file(), first.text() + "\n", first.defines());
        assertEquals(Optional.empty(), SHIPPED.ptx(changed));
        for (List<KernelSource> others :
                List.of(
                        SOURCES.subList(1, SOURCES.size()),
                        Stream.concat(SOURCES.stream(), Stream.of(changed)).toList(),
                        Stream.concat(SOURCES.stream().skip(1), Stream.of(changed)).toList())) {
            assertFalse(SHIPPED.fits(others), "an archive that is out of date passes");
        }
    }

    @Test
    void aBuildWithoutNvccFailsWhereItIsOutOfDate() throws IOException {
        for (int kept : List.of(0, SOURCES.size() - 1)) {
            Path committed = committed(archive(SOURCES.subList(0, kept)));
            Exception thrown =
                    assertThrows(
                            IllegalStateException.class,
                            () -> PtxBuild.update(module, Optional.empty()));
            assertEquals(
                    committed
                            + " is not of these kernels: run scripts/ptx.sh where there is nvcc,"
                            + " and commit it",
                    thrown.getMessage());
        }
        committed(SHIPPED);
        PtxBuild.update(module, Optional.empty());
    }

    private Path committed(PtxArchive archive) throws IOException {
        Path file = module.resolve("src/main/resources/dev/weft/cuda/ptx.archive");
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes(archive));
    }

    @Test
    void aBuildWithNvccMakesWhatHasChanged() throws IOException {
        String nvcc = Tool.require("nvcc", "/usr/local/cuda/bin");
        Path committed = committed(archive(SOURCES.subList(1, SOURCES.size())));
        PtxBuild.update(module, Optional.of(nvcc));
        Path copied = module.resolve("target/classes/dev/weft/cuda/ptx.archive");
        assertArrayEquals(Files.readAllBytes(committed), Files.readAllBytes(copied));
        try (InputStream in = Files.newInputStream(committed)) {
            PtxArchive made = PtxArchive.read(in);
            assertTrue(made.fits(SOURCES));
            KernelSource first = SOURCES.getFirst();
            String alone =
                    new PtxBuild(nvcc).compile(List.of(first), archive(List.of())).get(first);
            assertEquals(alone, made.ptx(first).orElseThrow());
        }
    }

    @Test
    void itIsWhatNvccMakes() {
        PtxBuild build = new PtxBuild(Tool.require("nvcc", "/usr/local/cuda/bin"));
        build.compile(Sample.of(SOURCES, 12), archive(List.of()))
                .forEach(
                        (source, made) -> {
                            String shipped = shipped(source);
                            if (build.isOwn(source, shipped)) {
                                assertEquals(
                                        made, shipped, "delete the archive and run scripts/ptx.sh");
                            } else {
                                // Each release chooses its own instructions.
                                assertEquals(signatures(made), signatures(shipped), source.file());
                            }
                        });
    }

    /** So that it changes only where a kernel does. */
    @Test
    void theSameTextsGiveTheSameBytes() throws IOException {
        byte[] bytes = bytes(archive(SOURCES));
        assertArrayEquals(bytes, bytes(archive(SOURCES.reversed())));
        PtxArchive read = PtxArchive.read(new ByteArrayInputStream(bytes));
        SOURCES.forEach(source -> assertEquals(shipped(source), read.ptx(source).orElseThrow()));
        assertThrows(
                EOFException.class,
                () -> PtxArchive.read(new ByteArrayInputStream(bytes, 0, bytes.length - 1)));
    }

    @Test
    void registersComeBackAsTheyWere() {
        String text =
                """
                // such as %f7
                fma.rn.f32 %f12, %f3, %f3, %f0;
                fma.rn.f32 %f13, %f2, %f3000000, %f1; add.s64 %rd9, %rd12, -4;
                st.global.f32 [%rd9+-128], %f0; mov.u32 %r1, %tid.x; mov.b32 %r2, %envreg31;
                mul.wide.u32 %rd1, %r1, 4;@%p1 bra $L__BB0_2;\
                """;
        byte[] packed = PtxArchive.pack(text);
        assertEquals(text, PtxArchive.unpack(packed));
        packed[packed.length / 2] ^= 1;
        assertThrows(UncheckedIOException.class, () -> PtxArchive.unpack(packed));
    }

    private static String shipped(KernelSource source) {
        return SHIPPED.ptx(source).orElseThrow();
    }

    /** With the PTX that is shipped of these sources. */
    private static PtxArchive archive(List<KernelSource> sources) {
        Map<KernelSource, String> ptx = new LinkedHashMap<>();
        sources.forEach(source -> ptx.put(source, shipped(source)));
        return PtxArchive.of(ptx);
    }

    private static byte[] bytes(PtxArchive archive) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        archive.write(bytes);
        return bytes.toByteArray();
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

    /**
     * What the kernel is written for: a quad is one access wherever it can be, but of F64, of which
     * an access has two. A quad of halves is widened one by one.
     */
    @Test
    void productsAccessMemoryByQuads() {
        for (KernelSource source : SOURCES) {
            if (source.file().equals("gemm_gpu.cl") && source.dtype().bytes() >= Float.BYTES) {
                String ptx = shipped(source);
                String vector = source.dtype() == DType.F64 ? ".v2" : ".v4";
                for (String access :
                        List.of("ld.global.nc", "ld.shared", "st.shared", "st.global")) {
                    assertTrue(
                            ptx.contains(access + vector),
                            source.options() + " has no " + access + vector);
                }
            }
        }
    }

    /**
     * Products for every GPU, since the registers of F32's must suffice (of other types' largest
     * tiles a few numbers of a thread go to memory on some GPUs); all else, which hardly asks what
     * it is compiled for, for one of them, in turn.
     */
    @TestFactory
    Stream<DynamicTest> itCompiles() {
        List<Integer> tried = Sample.of(IntStream.range(0, SOURCES.size()).boxed().toList(), 24);
        return tried.stream()
                .map(
                        i ->
                                DynamicTest.dynamicTest(
                                        PtxArchive.name(SOURCES.get(i)),
                                        () -> compiles(SOURCES.get(i), i)));
    }

    private static void compiles(KernelSource source, int turn) {
        byte[] ptx = shipped(source).getBytes(StandardCharsets.UTF_8);
        boolean gemm = source.file().equals("gemm_gpu.cl");
        for (int i = 0; i < Sample.size(1, GPUS.size()); i++) {
            String report = compile(ptx, GPUS.get((turn + i) % GPUS.size()));
            boolean suffices = report.contains(NO_SPILLS);
            assertTrue(!gemm || suffices || source.dtype() != DType.F32, report);
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
}
