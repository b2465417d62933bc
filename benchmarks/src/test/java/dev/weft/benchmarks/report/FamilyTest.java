package dev.weft.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

class FamilyTest {
    private static Family family(Figure... figures) {
        List<Family> families = MadeUp.run(List.of(figures)).families();
        assertEquals(1, families.size());
        return families.getFirst();
    }

    @Test
    void geometricMeansCancelDoublesAndHalves() {
        Ratios ratios =
                new Ratios(
                        List.of(
                                new Ratios.Named("a", 4),
                                new Ratios.Named("b", 0.5),
                                new Ratios.Named("c", 0.5),
                                new Ratios.Named("d", Double.NaN),
                                new Ratios.Named("e", 0)));
        assertEquals(1, ratios.geometricMean(), 1e-12);
        assertEquals("b", ratios.worst().what());
        assertEquals("a", ratios.best().what());
        assertTrue(Double.isNaN(new Ratios(List.of()).geometricMean()));
    }

    @Test
    void everyDeviceIsComparedWithTheFastestPeer() {
        Family family =
                family(
                        MadeUp.gemm(128, "weft cpu", 100, 1),
                        MadeUp.gemm(128, "weft opencl:0", 200, 2),
                        MadeUp.gemm(128, "openblas", 90, 0.9),
                        MadeUp.gemm(128, "mkl", 80, 0.8),
                        MadeUp.gemm(256, "weft cpu", 100, 1),
                        MadeUp.gemm(256, "openblas", 320, 3.2),
                        MadeUp.gemm(512, "weft cpu", 100, 1));
        assertEquals(1.6, family.toBestPeer("weft cpu").geometricMean(), 1e-12);
        assertEquals(0.4, family.toBestPeer("weft opencl:0").geometricMean(), 1e-12);
        assertEquals(List.of("weft cpu", "weft opencl:0"), family.devices());
    }

    @Test
    void threadsStandSideBySide() {
        List<String> titles =
                MadeUp.everything().families().stream().map(Family::title).limit(3).toList();
        assertEquals(
                List.of(
                        "gemm NN, squares, on 1 thread",
                        "gemm NN, squares, on 2 threads",
                        "updates, on 1 thread"),
                titles);
    }

    private static String crossover(double... speedUps) {
        Figure[] figures = new Figure[2 * speedUps.length];
        for (int i = 0; i < speedUps.length; i++) {
            int size = 128 << i;
            figures[2 * i] = MadeUp.gemm(size, "weft cpu", 100, 1);
            figures[2 * i + 1] = MadeUp.gemm(size, "weft opencl:0", 1, 1 / speedUps[i]);
        }
        List<Crossover> crossovers = Crossover.of(family(figures));
        assertEquals(1, crossovers.size());
        return crossovers.getFirst().sentence();
    }

    @Test
    void aCrossoverIsWhereTheDeviceStaysFaster() {
        assertEquals(
                "weft opencl:0 is faster than the CPU from n = 256 on", crossover(0.5, 1.5, 2));
        assertEquals(
                "weft opencl:0 is faster than the CPU from n = 512 on", crossover(2, 0.5, 1.1));
        assertEquals(
                "weft opencl:0 is faster than the CPU from n = 128 on", crossover(1.1, 1.5, 2));
        assertEquals(
                "weft opencl:0 is never faster than the CPU up to n = 512", crossover(2, 1.5, 0.9));
    }

    @Test
    void thereIsNoCrossoverWithoutAnotherDevice() {
        Family family =
                family(
                        MadeUp.gemm(128, "weft cpu", 100, 1),
                        MadeUp.gemm(128, "weft cpu, eager", 50, 0.5),
                        MadeUp.gemm(256, "weft cpu", 100, 1),
                        MadeUp.gemm(256, "weft cpu, eager", 50, 0.5));
        assertEquals(List.of(), Crossover.of(family));
    }

    @Test
    void theProcessorsLimitSaysNothingAboutAGpu() {
        Run run = MadeUp.everything();
        assertEquals(0.8, run.ofLimit(MadeUp.kernel("Adam", "weft cpu", 1000, 1, 0)), 1e-12);
        assertTrue(Double.isNaN(run.ofLimit(MadeUp.kernel("Adam", "weft opencl:0", 1, 1, 0))));
        assertTrue(Double.isNaN(run.ofLimit(MadeUp.kernel("Adam", "clblast", 1, 1, 0))));
    }
}
