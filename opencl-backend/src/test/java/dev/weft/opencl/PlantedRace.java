package dev.weft.opencl;

import dev.weft.gpu.KernelFile;
import dev.weft.gpu.KernelSource;
import dev.weft.gpu.TestArguments;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * A program with a fault: the tree that adds up a group's values, less the barrier between its
 * steps. What a checker for data races must complain of.
 */
final class PlantedRace {
    private static final int GROUP = 64;

    private static final String KERNEL =
            """
            KERNEL(64) sum_without_barrier(GLOBAL float* x) {
                LOCAL float shared[64];
                shared[LOCAL_ID()] = x[LOCAL_ID()];
                BARRIER();
                for (int width = 32; width > 0; width /= 2) {
                    if (LOCAL_ID() < width) {
                        shared[LOCAL_ID()] += shared[LOCAL_ID() + width];
                    }
                }
                BARRIER();
                if (LOCAL_ID() == 0) {
                    x[0] = shared[0];
                }
            }
            """;

    private PlantedRace() {}

    /** Runs the kernel, and prints {@link RaceCheck#DONE}. */
    public static void main(String[] arguments) {
        try (OpenClDriver driver = TestDriver.openCl()) {
            String text = KernelFile.DROPOUT.source(Map.of()).text() + KERNEL;
            long kernel =
                    driver.kernel(
                            new KernelSource("planted.cl", text, Map.of()), "sum_without_barrier");
            long memory = driver.allocate(GROUP * Float.BYTES);
            driver.write(MemorySegment.ofArray(new float[GROUP]), memory, 0);
            driver.launch(kernel, TestArguments.memory(memory), GROUP, 1, 1, 1);
            driver.synchronize();
        }
        System.out.println(RaceCheck.DONE);
    }
}
