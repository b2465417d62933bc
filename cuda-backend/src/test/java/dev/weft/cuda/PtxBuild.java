package dev.weft.cuda;

import dev.weft.conformance.Tool;
import dev.weft.gpu.KernelSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The step of Maven's build that keeps the archive of PTX true to the kernels: {@code PtxBuild
 * make|check}, in this module's folder. Where kernels have changed, {@code make} compiles them with
 * nvcc; {@code check}, or the lack of nvcc, fails the build in one line.
 */
final class PtxBuild {
    private static final String RESOURCE = "dev/weft/cuda/" + PtxArchive.FILE;
    private static final Pattern RELEASE = Pattern.compile("V(\\d+\\.\\d+\\.\\d+)");

    /**
     * nvcc writes the PTX version of its own release, which older drivers refuse; nothing in the
     * kernels needs more than that of CUDA 12.0.
     */
    private static final String PTX_OF_CUDA_12_0 = ".version 8.0";

    private final String nvcc;

    /** Such as 13.0.88. */
    private final String release;

    PtxBuild(String nvcc) {
        this.nvcc = nvcc;
        String version = run(List.of(nvcc, "--version"));
        Matcher matcher = RELEASE.matcher(version);
        if (!matcher.find()) {
            throw new IllegalStateException(nvcc + " does not name its release:\n" + version);
        }
        release = matcher.group(1);
    }

    public static void main(String[] arguments) throws IOException {
        boolean makes = arguments[0].equals("make");
        try {
            update(
                    Path.of("").toAbsolutePath(),
                    makes ? Tool.find("nvcc", "/usr/local/cuda/bin") : Optional.empty());
        } catch (IllegalStateException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /**
     * Makes the archive again, with this nvcc, where it does not fit the kernels.
     *
     * @throws IllegalStateException where that would be, and there is no nvcc
     */
    static void update(Path module, Optional<String> nvcc) throws IOException {
        Path committed = module.resolve("src/main/resources", RESOURCE);
        List<KernelSource> sources = KernelSource.forGpus();
        PtxArchive old = PtxArchive.of(Map.of());
        if (Files.exists(committed)) {
            try (InputStream in = Files.newInputStream(committed)) {
                old = PtxArchive.read(in);
            }
        }
        if (old.fits(sources)) {
            return;
        }
        String compiler =
                nvcc.orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "%s is not of these kernels: run scripts/ptx.sh where there is nvcc, and commit it"
                                                .formatted(committed)));
        PtxArchive archive = PtxArchive.of(new PtxBuild(compiler).compile(sources, old));
        // Maven has copied the resources already.
        for (Path file : List.of(committed, module.resolve("target/classes", RESOURCE))) {
            Files.createDirectories(file.getParent());
            try (OutputStream out = Files.newOutputStream(file)) {
                archive.write(out);
            }
        }
        System.out.println("The kernels have changed, and so has " + committed + ": commit it");
    }

    /** The PTX of each source; what this release of nvcc has made before is taken as it is. */
    Map<KernelSource, String> compile(List<KernelSource> sources, PtxArchive before) {
        return sources.parallelStream()
                .collect(
                        Collectors.toConcurrentMap(
                                Function.identity(),
                                source ->
                                        before.ptx(source)
                                                .filter(ptx -> isOwn(source, ptx))
                                                .orElseGet(() -> compile(source))));
    }

    /** Whether a source's PTX is by this release of nvcc. */
    boolean isOwn(KernelSource source, String ptx) {
        return ptx.startsWith(firstLine(source) + release + "\n");
    }

    /** What nvcc makes of it, behind a line that says of what it is. */
    private String compile(KernelSource source) {
        try {
            Path cu = Files.createTempFile("kernels", ".cu");
            Path out = Files.createTempFile("kernels", ".ptx");
            try {
                Files.writeString(cu, source.text());
                run(
                        Stream.of(
                                        Stream.of(nvcc, "-ptx", "-arch=compute_75"),
                                        Stream.of("-Werror", "all-warnings"),
                                        source.options().stream(),
                                        Stream.of("-o", out.toString(), cu.toString()))
                                .flatMap(part -> part)
                                .toList());
                return firstLine(source)
                        + release
                        + Files.readString(out)
                                .lines()
                                .filter(line -> !line.isBlank() && !line.strip().startsWith("//"))
                                .map(line -> line.startsWith(".version ") ? PTX_OF_CUDA_12_0 : line)
                                .collect(Collectors.joining("\n", "\n", "\n"));
            } finally {
                Files.delete(cu);
                Files.delete(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The beginning of a source's PTX, up to the release of nvcc. */
    static String firstLine(KernelSource source) {
        return "// %s %s by nvcc ".formatted(source.file(), String.join(" ", source.options()));
    }

    private static String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ":\n" + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
