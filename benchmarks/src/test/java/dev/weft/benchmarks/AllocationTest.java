package dev.weft.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.benchmarks.library.WeftLibrary;
import dev.weft.benchmarks.measure.Allocation;
import dev.weft.benchmarks.task.TrainingStep;
import dev.weft.optim.OptimizerKind;

import org.junit.jupiter.api.Test;

/** What a step allocates, in a JVM that has run nothing else. */
class AllocationTest {
    private static final long MOST_HEAP = 50_000;

    /**
     * A vector that C2 did not keep in a register is an object: a kernel that fell off that cliff
     * shows here, whatever the machine is busy with.
     */
    @Test
    void aSteadyStepAllocatesLittleHeapAndNoNativeMemory() {
        TrainingStep step = new TrainingStep(64, OptimizerKind.SGD);
        try (WeftLibrary weft = WeftLibrary.open("cpu", 2)) {
            long deadline = System.nanoTime() + 60_000_000_000L;
            Allocation least = Allocation.of(weft, step, 100);
            while (least.heap() >= MOST_HEAP && System.nanoTime() < deadline) {
                least = Allocation.of(weft, step, 100);
            }
            assertTrue(least.heap() < MOST_HEAP, "a step allocates " + least.heap() + " bytes");
            assertEquals(0, least.nativeAllocations());
        }
    }
}
