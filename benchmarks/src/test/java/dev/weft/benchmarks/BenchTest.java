package dev.weft.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.weft.DType;
import dev.weft.Devices;
import dev.weft.backend.Availability;
import dev.weft.benchmarks.report.Figure;
import dev.weft.benchmarks.report.RunFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs everything once, so that it cannot rot. What is fast is not tested here. */
class BenchTest {
    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Bench.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    @Test
    void everySuiteRuns() throws IOException {
        boolean openCl =
                Devices.list().stream()
                        .filter(listing -> listing.backend().equals("opencl"))
                        .anyMatch(listing -> listing.availability() instanceof Availability.Ready);
        String backends = openCl ? "cpu,opencl" : "cpu";
        List<String> args = new ArrayList<>(List.of("--quick", "--backend", backends));
        args.addAll(List.of("--dtype", "f32,F64,F16,BF16", "--peers", "pairwise"));
        args.addAll(List.of("--out", folder.toString()));
        assertEquals(0, run(args.toArray(String[]::new)), err::toString);
        String results = Files.readString(folder.resolve("results.json"));
        assertTrue(results.contains("\"gemm 64x128x784 NT\""), results);
        assertTrue(results.contains("\"Adam's update, 65536 elements\""), results);
        assertTrue(results.contains("\"gemm 128x128x128 NN, F64\""), results);
        assertTrue(results.contains("\"tanh, 16384 elements, F64\""), results);
        assertTrue(results.contains("\"gemm 128x128x128 NN, BF16\""), results);
        assertEquals(openCl, results.contains("\"weft opencl:0, in F32\""), results);
        assertTrue(results.contains("\"training step, batch 8\""), results);
        assertTrue(results.contains("\"captured training step, batch 8\""), results);
        assertTrue(results.contains("\"second start of a JVM"), results);
        assertTrue(results.contains("\"CSV of 20000 rows and 20 columns"), results);
        assertTrue(results.contains("\"weft cpu\""), results);
        assertEquals(openCl, results.contains("\"weft opencl:0\""), results);
        assertTrue(results.contains("\"fma_peak_gflops\""), results);
        assertTrue(out.toString().contains("0 native allocations"), out::toString);
        List<Figure> figures = RunFile.read(folder.resolve("results.json")).figures();
        Figure mean = figure(figures, "mean over rows, 10000x64", "weft cpu");
        Figure pairwise = figure(figures, "mean over rows, 10000x64", "pairwise");
        assertTrue(mean.error() > 0 && mean.error() < 2, mean::toString);
        assertTrue(pairwise.error() > 0 && pairwise.error() < 2, pairwise::toString);
        assertTrue(out.toString().contains("\n1/"), out::toString);
    }

    private static Figure figure(List<Figure> figures, String what, String library) {
        return figures.stream()
                .filter(figure -> figure.what().equals(what) && figure.library().equals(library))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void onlyTheChosenTypesAreMeasuredAndNarrowOnesBesideF32() throws IOException {
        String[] args = {
            "--quick", "--backend", "cpu", "--dtype", "F16,BF16", "--filter", "128x.*NN|copy"
        };
        List<String> with = new ArrayList<>(List.of(args));
        with.addAll(List.of("--out", folder.toString()));
        assertEquals(0, run(with.toArray(String[]::new)), err::toString);
        List<Figure> figures = RunFile.read(folder.resolve("results.json")).figures();
        assertEquals(4, figures.size(), figures::toString);
        for (DType dtype : new DType[] {DType.F16, DType.BF16}) {
            String what = "gemm 128x128x128 NN, " + dtype;
            Figure half = figure(figures, what, "weft cpu");
            Figure single = figure(figures, what, "weft cpu, in F32");
            assertEquals(List.of(dtype, DType.F32), List.of(half.dtype(), single.dtype()));
            assertEquals(single.bytes(), 2 * half.bytes());
        }
    }

    @Test
    void aFilterChoosesAmongAllTasksOnEachNumberOfThreads() throws IOException {
        String[] args = {
            "--quick", "--backend", "cpu", "--filter", "64x.*(NT|TN)$", "--suite", "gemm"
        };
        List<String> with = new ArrayList<>(List.of(args));
        with.addAll(List.of("--threads", "1,2", "--out", folder.toString()));
        assertEquals(0, run(with.toArray(String[]::new)), err::toString);
        List<Figure> figures = RunFile.read(folder.resolve("results.json")).figures();
        assertTrue(figures.stream().allMatch(f -> f.what().matches("gemm .*64x.*(NT|TN)")));
        assertEquals(
                Map.of(1, figures.size() / 2L, 2, figures.size() / 2L),
                figures.stream().collect(groupingBy(Figure::threads, counting())));
        String page = Files.readString(folder.resolve("report.html"));
        assertTrue(page.contains("<svg"), "report.html has no chart");
    }

    @Test
    void runsAreComparedAndShownAgain() throws IOException {
        String results = folder.resolve("results.json").toString();
        String[] args = {"--quick", "--backend", "cpu", "--filter", "gemm 64x128x784 NT"};
        List<String> with = new ArrayList<>(List.of(args));
        with.addAll(List.of("--suite", "gemm", "--out", folder.toString()));
        assertEquals(0, run(with.toArray(String[]::new)), err::toString);
        out.getBuffer().setLength(0);
        assertEquals(0, run("--compare", results, results), err::toString);
        assertTrue(out.toString().contains("the same"), out::toString);
        Path again = folder.resolve("again");
        assertEquals(0, run("--report", results, "--out", again.toString()), err::toString);
        // The page has all that the file says, so that nothing else is needed to write it.
        assertEquals(
                Files.readString(folder.resolve("report.html")),
                Files.readString(again.resolve("report.html")));
        Path broken = Files.writeString(folder.resolve("broken.json"), "{\"format\": 2");
        for (String other : List.of(broken.toString(), folder.resolve("none.json").toString())) {
            err.getBuffer().setLength(0);
            assertEquals(2, run("--compare", results, other));
            assertEquals(1, err.toString().lines().count(), err::toString);
            assertTrue(err.toString().contains(other), err::toString);
        }
    }

    @Test
    void wrongOptionsEndInOneLine() {
        String[][] wrong = {
            {"--suite", "gem"},
            {"--backend", "nonesuch"},
            {"--backend", "cpu,cpu:1"},
            {"--jmh", "--suite", "startup"},
            {"--peers", "numpy"},
            {"--dtype", "I32"},
            {"--dtype", "F65"},
            {"--dtype", "F64,F64"},
            {"--dtype", "F64", "--jmh"},
            {"--dtype", "F64", "--suite", "dense"},
            {"--dtype", "F64", "--suite", "startup"},
            {"--peers", "openblas,all"},
            {"--threads", "0"},
            {"--threads", "5000"},
            {"--threads", "1,two"},
            {"--threads", "2,2"},
            {"--compare", "one.json"},
            {"--report", "none.json"},
            {"--filter", "nonesuch"},
            {"--filter", "gemm ("},
            {"--nonesuch"}
        };
        for (String[] args : wrong) {
            err.getBuffer().setLength(0);
            assertEquals(2, run(args), () -> String.join(" ", args));
            assertEquals(1, err.toString().lines().count(), err::toString);
        }
    }

    @Test
    void textOfAFileIsPrintedWithoutWhatSteersATerminal() throws IOException {
        Path file = folder.resolve("\u001b[2J.json");
        Files.writeString(file, "{\"\u202e\": \u001b}");
        assertEquals(2, run("--compare", file.toString(), file.toString()));
        assertTrue(err.toString().contains("\\u001b[2J.json: is not JSON"), err::toString);
        assertTrue(err.toString().chars().noneMatch(c -> c == 0x1b || c == 0x202e), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
    }
}
