package dev.weft.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.backend.Availability;
import dev.weft.optim.OptimizerKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs everything once, so that it cannot rot. What is fast is not tested here. */
class BenchTest {
    private static final long MOST_HEAP = 50_000;

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
        int code = run("--quick", "--backend", backends, "--out", folder.toString());
        assertEquals(0, code, err::toString);
        String results = Files.readString(folder.resolve("results.json"));
        assertTrue(results.contains("\"gemm 64x128x784 NT\""), results);
        assertTrue(results.contains("\"Adam's update, 65536 elements\""), results);
        assertTrue(results.contains("\"training step, batch 8\""), results);
        assertTrue(results.contains("\"second start of a JVM"), results);
        assertTrue(results.contains("\"weft cpu\""), results);
        assertEquals(openCl, results.contains("\"weft opencl:0\""), results);
        assertTrue(results.contains("\"fma_peak_gflops\""), results);
        assertTrue(out.toString().contains("0 native allocations"), out::toString);
    }

    /**
     * A vector that C2 did not keep in a register is an object: a kernel that fell off that cliff
     * shows here, whatever the machine is busy with.
     */
    @Test
    void aSteadyStepAllocatesLittleHeapAndNoNativeMemory() {
        try (Device device = Devices.open("cpu");
                TrainingCase training = new TrainingCase(device, 64, OptimizerKind.SGD)) {
            long least = Long.MAX_VALUE;
            long deadline = System.nanoTime() + 60_000_000_000L;
            while (least >= MOST_HEAP && System.nanoTime() < deadline) {
                least = Math.min(least, TrainingSuite.heapOfSteps(training, 100));
            }
            assertTrue(least < MOST_HEAP, "a step allocates " + least + " bytes");
            long allocations = training.nativeAllocations();
            training.step();
            assertEquals(allocations, training.nativeAllocations());
        }
    }

    @Test
    void theJmhBenchmarksRun() {
        GemmBenchmark gemm = new GemmBenchmark();
        gemm.shape = "64x10x128 NT";
        gemm.setUp();
        gemm.gemm();
        gemm.tearDown();
        TrainingStepBenchmark training = new TrainingStepBenchmark();
        training.batch = 8;
        training.setUp();
        training.step();
        training.tearDown();
    }

    @Test
    void wrongOptionsEndInOneLine() {
        String[][] wrong = {
            {"--suite", "gem"},
            {"--backend", "nonesuch"},
            {"--backend", "cpu,cpu:1"},
            {"--jmh", "--suite", "kernels"},
            {"--peers", "numpy"},
            {"--threads", "0"},
            {"--nonesuch"}
        };
        for (String[] args : wrong) {
            err.getBuffer().setLength(0);
            assertEquals(2, run(args));
            assertEquals(1, err.toString().lines().count(), err::toString);
        }
    }

    @Test
    void shapesAreReadAsTheyAreWritten() {
        for (GemmShape shape : GemmSuite.shapes(256)) {
            assertEquals(shape, GemmShape.parse(shape.toString()));
        }
    }
}
