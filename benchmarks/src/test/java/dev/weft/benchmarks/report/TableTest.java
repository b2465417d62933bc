package dev.weft.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;

import org.junit.jupiter.api.Test;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

class TableTest {
    private static List<String> lines(Run run) {
        StringWriter text = new StringWriter();
        Table.print(run, new PrintWriter(text, true));
        return text.toString().lines().toList();
    }

    @Test
    void fourLibrariesFit() {
        List<Figure> figures = new ArrayList<>();
        for (int size : new int[] {128, 1024}) {
            figures.add(MadeUp.gemm(size, "weft cpu", 123.4, 1));
            figures.add(MadeUp.gemm(size, "weft opencl:0", 1e9, 2));
            figures.add(MadeUp.gemm(size, "openblas", 98765, 0.8));
            figures.add(MadeUp.gemm(size, "pytorch", 0.5, 1.5));
        }
        List<String> lines = lines(MadeUp.run(figures));
        assertTrue(lines.stream().allMatch(line -> line.length() <= 120), lines::toString);
        String row = lines.get(lines.size() - 2);
        // 2 * 1024³ operations in 123.4 µs.
        assertTrue(row.matches(".*123 µs +17,403 .*1,000 s .*98\\.8 ms .*0\\.80"), row);
    }

    @Test
    void theMeanOfTheTimesIsBelow() {
        List<Figure> figures = new ArrayList<>();
        for (int size : new int[] {128, 256}) {
            figures.add(MadeUp.gemm(size, "weft cpu", 100, 1));
            figures.add(MadeUp.gemm(size, "openblas", 200, size == 128 ? 2 : 0.5));
            figures.add(MadeUp.gemm(size, "mkl", 300, size == 128 ? 3 : 1.5));
        }
        List<String> lines = lines(MadeUp.run(figures));
        // Of 2 and 0.5; of 3 and 1.5; of the best for each size, 2 and 0.5.
        assertTrue(
                lines.getLast().matches("geometric mean +x 1\\.00 +x 1\\.00 +x 2\\.12 +1\\.00"),
                lines::toString);
        int width = lines.get(2).length();
        lines.subList(3, 6).forEach(line -> assertEquals(width, line.length(), lines::toString));
    }

    @Test
    void bytesStandInTheTableWhereTypesAreCompared() {
        List<Figure> figures =
                List.of(
                        MadeUp.gemm(1000, DType.BF16, "weft cpu", 100, 1),
                        MadeUp.gemm(1000, DType.BF16, DType.F32, "weft cpu, in F32", 1, 90, 0.9));
        List<String> lines = lines(MadeUp.run(figures));
        assertTrue(lines.get(1).contains("BF16, on 1 thread; time, GFLOP/s, MB;"), lines::toString);
        assertTrue(lines.get(3).matches(".* 20,000 +6\\.00 .* 22,222 +12\\.0 .*"), lines::toString);
    }

    @Test
    void errorsOfSumsStandInTheTable() {
        List<Figure> figures =
                List.of(
                        MadeUp.sum(DType.F32, "weft cpu", 0.25),
                        MadeUp.sum(DType.F32, "pairwise", 0.5),
                        MadeUp.sum(DType.F32, "pytorch", Double.NaN));
        List<String> lines = lines(MadeUp.run(figures));
        assertTrue(lines.get(1).contains("time, GB/s, error in roundoffs;"), lines::toString);
        assertTrue(
                lines.get(3).matches("a sum .* 8\\.00 +0\\.25 .* 8\\.00 +0\\.50 .* 8\\.00 .*"),
                lines::toString);
    }

    @Test
    void columnsAreAligned() {
        List<String> lines = lines(MadeUp.run(MadeUp.everything().figures().subList(0, 9)));
        int width = lines.get(2).length();
        assertTrue(lines.get(2).endsWith("best peer"), lines::toString);
        assertTrue(lines.get(2).contains("weft opencl:0"), lines::toString);
        for (String line : lines.subList(3, 6)) {
            assertEquals(width, line.length(), lines::toString);
        }
    }

    @Test
    void disturbedRoundsAreMarked() {
        List<String> lines = lines(MadeUp.everything());
        assertEquals(
                1,
                lines.stream().filter(line -> line.contains("~900 µs")).count(),
                lines::toString);
        assertTrue(lines.getLast().startsWith("~: "), lines::toString);
    }
}
