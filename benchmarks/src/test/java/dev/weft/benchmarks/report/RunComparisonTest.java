package dev.weft.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.benchmarks.machine.Machine;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class RunComparisonTest {
    private static final Run BEFORE =
            MadeUp.run(
                    List.of(
                            MadeUp.gemm(128, "weft cpu", 100, 1),
                            MadeUp.gemm(128, "openblas", 120, 1.2),
                            MadeUp.gemm(256, "weft cpu", 800, 1),
                            MadeUp.gemm(512, "weft cpu", 6000, 1),
                            MadeUp.kernel("Adam", "weft cpu", 1000, 1, 0.3)));

    private static final Run AFTER =
            MadeUp.run(
                    List.of(
                            MadeUp.gemm(128, "weft cpu", 50, 1),
                            MadeUp.gemm(128, "openblas", 120, 2.4),
                            MadeUp.gemm(256, "weft cpu", 1600, 1),
                            MadeUp.gemm(512, "weft cpu", 2, 6000, 1),
                            MadeUp.kernel("Adam", "weft cpu", 800, 1, 0.01)));

    private static String printed(Run before, Run after) {
        StringWriter text = new StringWriter();
        RunComparison.of(before, after).print(new PrintWriter(text, true));
        return text.toString();
    }

    private static void assertLine(String text, String... parts) {
        assertTrue(
                text.lines().anyMatch(line -> List.of(parts).stream().allMatch(line::contains)),
                () -> List.of(parts) + " in one line of\n" + text);
    }

    @Test
    void errorsAreCompared() {
        Run before = MadeUp.run(List.of(MadeUp.sum(DType.F32, "weft cpu", 0.75)));
        Run after = MadeUp.run(List.of(MadeUp.sum(DType.F32, "weft cpu", 0.5)));
        assertLine(
                printed(before, after),
                "a sum",
                "the same (noise)",
                "; error in roundoffs 0.75 -> 0.50");
    }

    @Test
    void changesAreSaid() {
        String text = printed(BEFORE, AFTER);
        assertLine(text, "gemm 128x128x128 NN", "weft cpu", "100 µs", "50.0 µs", "2.00x faster");
        assertLine(text, "gemm 128x128x128 NN", "best peer's time over its 1.20 -> 2.40");
        assertLine(text, "gemm 128x128x128 NN", "openblas", "the same");
        assertLine(text, "gemm 256x256x256 NN", "800 µs", "1.60 ms", "2.00x slower");
        assertFalse(text.contains("not made alike"), text);
    }

    @Test
    void whatTheRoundsDifferByIsNoise() {
        String text = printed(BEFORE, AFTER);
        assertLine(text, "Adam", "1.25x faster (noise)");
        assertEquals(1, text.lines().filter(line -> line.contains("x faster (noise)")).count());
    }

    @Test
    void meansAreGeometric() {
        String text = printed(BEFORE, AFTER);
        assertLine(text, "suite gemm: weft cpu is the same, of 2 figures");
        assertLine(text, "gemm NN, squares, on 1 thread: weft cpu is the same, of 2 figures");
        assertLine(text, "suite kernels: weft cpu is 1.25x faster, of 1 figure");
    }

    @Test
    void whatOnlyOneHasIsNamed() {
        String text = printed(BEFORE, AFTER);
        assertLine(text, "only in the old run", "1 figure");
        assertLine(text, "gemm 512x512x512 NN, on 1 thread: weft cpu");
        assertLine(text, "only in the new run", "1 figure");
        assertLine(text, "gemm 512x512x512 NN, on 2 threads: weft cpu");
    }

    @Test
    void otherMachinesAreNamed() {
        Machine here = MadeUp.MACHINE;
        Machine there =
                new Machine(
                        here.date(),
                        "v2",
                        "A VM 26",
                        here.flags(),
                        here.os(),
                        "Another CPU",
                        here.processors(),
                        here.caches(),
                        here.clocks());
        Run moved = MadeUp.on(there, AFTER);
        String text = printed(BEFORE, moved);
        assertLine(text, "times do not compare");
        assertLine(text, "new: Another CPU");
        assertLine(text, "old: A VM 25");
        assertEquals(2, RunComparison.of(BEFORE, moved).differences().size());
    }

    @Test
    void runsWithoutACommonFigureAreSaidToBe() {
        Run other = MadeUp.run(List.of(MadeUp.start("weft cpu")));
        assertLine(printed(BEFORE, other), "no figure in common");
    }

    /**
     * Each figure is looked at a few times, whatever else there is: quadratic, this takes minutes.
     */
    @Test
    void runsOfManyFiguresAreCompared() throws IOException {
        List<Figure> many = new ArrayList<>();
        for (int i = 0; i < 60_000; i++) {
            many.add(MadeUp.gemm(i, "weft cpu", 100 + i, 1));
            many.add(MadeUp.kernel("all", i % 2 == 0 ? "weft " + i : "peer " + i, 1 + i, 2, 0));
        }
        Run run = MadeUp.run(many);
        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> {
                    Path file = Files.createTempFile("results", ".json");
                    try {
                        RunFile.write(run, file);
                        String text = printed(RunFile.read(file), MadeUp.run(List.of()));
                        assertLine(text, "only in the old run, 120000 figures");
                        assertLine(printed(run, run), "gemm 59999x59999x59999 NN", "the same");
                    } finally {
                        Files.delete(file);
                    }
                });
    }

    @Test
    void aLongNameDoesNotMakeEveryLineAsLong() {
        Figure plain = MadeUp.kernel("Adam", "weft cpu", 1000, 1, 0.3);
        Figure named = MadeUp.kernel("x".repeat(100_000), "weft cpu", 1000, 1, 0.3);
        Run run = MadeUp.run(List.of(plain, named));
        assertTrue(printed(run, run).length() < 110_000);
    }
}
