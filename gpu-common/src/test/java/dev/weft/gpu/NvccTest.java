package dev.weft.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.DType;
import dev.weft.conformance.Sample;
import dev.weft.conformance.Tool;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The dialect stays CUDA C++: where nvcc is installed, every kernel file compiles for the
 * architectures that Weft ships for, without a warning, and has the kernels that the catalog says.
 * The kernels hardly ask for which one they are compiled, so each is tried for one of them, in
 * turn; and some of them, by the seed, since a kernel that has changed was compiled for the archive
 * of PTX, where a warning is an error too.
 */
class NvccTest {
    private static final List<String> ARCHITECTURES = List.of("sm_75", "sm_80", "sm_90", "sm_100");
    private static final Pattern ENTRY = Pattern.compile("\\.entry\\s+(\\w+)");
    private static final int MOST = 20;

    @TempDir private Path folder = Path.of("");
    private int compiled;

    @TestFactory
    Stream<DynamicTest> compiles() {
        String nvcc = Tool.require("nvcc", "/usr/local/cuda/bin");
        List<KernelSource> sources = new ArrayList<>(KernelSource.forGpus());
        // What is meant for CPUs is CUDA C++ too.
        for (DType dtype : KernelFile.GEMM_CPU.dtypes()) {
            for (DType c : Gemm.results(dtype)) {
                GemmVariant variant = GemmVariant.cpu(dtype, 12, 2, false);
                sources.add(KernelFile.GEMM_CPU.source(variant.defines(dtype, c)));
            }
        }
        return Sample.of(sources, MOST).stream()
                .map(
                        source ->
                                DynamicTest.dynamicTest(
                                        source.file() + " " + source.options(),
                                        () -> compile(nvcc, source)));
    }

    private void compile(String nvcc, KernelSource source)
            throws IOException, InterruptedException {
        Path cu = Files.writeString(folder.resolve("kernels.cu"), source.text());
        int turn = compiled++;
        for (int i = 0; i < Sample.size(1, ARCHITECTURES.size()); i++) {
            String architecture = ARCHITECTURES.get((turn + i) % ARCHITECTURES.size());
            Path ptx = folder.resolve("kernels.ptx");
            List<String> command =
                    Stream.of(
                                    Stream.of(nvcc, "-ptx", "-arch=" + architecture),
                                    Stream.of("-Werror", "all-warnings"),
                                    source.options().stream(),
                                    Stream.of("-o", ptx.toString(), cu.toString()))
                            .flatMap(part -> part)
                            .toList();
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                fail(source.file() + " for " + architecture + ":\n" + output);
            }
            TreeSet<String> entries = new TreeSet<>();
            Matcher matcher = ENTRY.matcher(Files.readString(ptx));
            while (matcher.find()) {
                entries.add(matcher.group(1));
            }
            assertEquals(new TreeSet<>(source.kernels()), entries, source.file());
        }
    }
}
