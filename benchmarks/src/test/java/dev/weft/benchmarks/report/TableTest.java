package dev.weft.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        String row = lines.get(lines.size() - 1);
        // 2 * 1024³ operations in 123.4 µs.
        assertTrue(row.matches(".*123 µs +17,403 .*1,000 s .*98\\.8 ms .*0\\.80"), row);
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
