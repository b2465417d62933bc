package dev.weft.benchmarks.measure;

import com.sun.management.ThreadMXBean;

import dev.weft.benchmarks.library.WeftLibrary;
import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.TrainingStep;

import java.lang.management.ManagementFactory;

/**
 * What a steady training step allocates.
 *
 * @param heap bytes of Java heap on the thread that steps
 * @param nativeAllocations of some steps together
 */
public record Allocation(long heap, long nativeAllocations) {
    private static final int WARM_UP = 100;

    /** The mean over some steps, after others. */
    public static Allocation of(WeftLibrary library, TrainingStep step, int steps) {
        try (Work work = library.prepare(step).orElseThrow()) {
            for (int i = 0; i < WARM_UP; i++) {
                work.run();
            }
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long id = Thread.currentThread().threadId();
            long nativeBefore = library.device().memory().allocations();
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < steps; i++) {
                work.run();
            }
            return new Allocation(
                    (threads.getThreadAllocatedBytes(id) - before) / steps,
                    library.device().memory().allocations() - nativeBefore);
        }
    }
}
