package dev.weft.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.benchmarks.library.WeftLibrary;
import dev.weft.benchmarks.machine.Machine;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a GPU's check ends with, of figures that are made up. */
class GpuReportTest {
    @TempDir Path folder;

    private static Figure timed(String what, String library, double micros, double ratio) {
        return new Figure("gemm", "", what, Double.NaN, library, 2, micros, 0, 0, 0, ratio);
    }

    private static Figure rated(String what, String library, double rate) {
        double bytes = rate * 1e3;
        return new Figure("kernels", "", what, Double.NaN, library, 2, 1, 0, 0, bytes, 1);
    }

    private String report(String weft) throws IOException {
        String sgemm = "gemm 4096x4096x4096 NN";
        List<Figure> figures =
                List.of(
                        timed(sgemm, weft, 3000, 1),
                        timed(sgemm, "weft cuda:0" + WeftLibrary.OWN_KERNELS, 3750, 1.25),
                        timed(sgemm, "cublas", 2970, 0.99),
                        timed("captured training step, batch 128", weft, 16, 1),
                        rated("copy, 1024 elements", weft, 2500),
                        rated("copy, 1024 elements", "cuMemcpyDtoD", 3000),
                        rated("Adam's update, 1024 elements", weft, 2850),
                        timed("enqueueing a kernel", weft, 3, 1),
                        timed("enqueueing a kernel", "cuLaunchKernel", 2.5, 0.83));
        Path bench = Files.createDirectories(folder.resolve("cuda-bench"));
        Run run = new Run(Machine.here(), List.of(), List.of(), List.of(), figures);
        RunFile.write(run, bench.resolve("results.json"));
        Files.writeString(
                folder.resolve("torch.json"),
                """
                {"figures": [{"what": "training step, eager", "micros": 176},
                {"what": "training step, torch.compile", "failed": "no compiler"},
                {"what": "training step, CUDA graph", "micros": 24}]}
                """);
        Files.writeString(folder.resolve("steps.txt"), "cuda-bench ok 12\n");
        Files.writeString(folder.resolve("gpu-before.csv"), "name, clocks.sm\nA GPU, 1980\n");
        GpuReport.main(new String[] {folder.toString()});
        return Files.readString(folder.resolve("gpu-check.json")).replaceAll("\\s+", " ");
    }

    private static void assertReached(String report, double reached, boolean met) {
        String text = "\"reached\" : " + reached + ", \"met\" : " + met;
        assertTrue(report.contains(text), text + " is not in " + report);
    }

    @Test
    void figuresStandBesideWhatIsAsked() throws IOException {
        String report = report("weft cuda:0");
        assertReached(report, 0.99, true);
        assertReached(report, 0.99 / 1.25, false);
        assertReached(report, 16.0, false);
        assertReached(report, 11.0, true);
        assertReached(report, 1.5, false);
        assertReached(report, 0.95, true);
        assertReached(report, 0.5, true);
        assertTrue(report.contains("\"clocks.sm\" : \"1980\""), report);
        assertTrue(report.contains("\"step\" : \"cuda-bench\", \"result\" : \"ok\""), report);
        assertTrue(report.contains("no compiler"), report);
    }

    @Test
    void withoutCublasWhatNeedsItIsNotMeasured() throws IOException {
        String report = report("weft cuda:0" + WeftLibrary.OWN_KERNELS);
        assertTrue(report.contains("\"asked\" : \">= 0.98\" }"), report);
        assertReached(report, 16.0, false);
        assertReached(report, 0.5, true);
    }
}
