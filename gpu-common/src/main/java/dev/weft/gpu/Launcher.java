package dev.weft.gpu;

import dev.weft.backend.View;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * What every kernel call goes through: looks kernels up, collects their arguments, and enqueues.
 */
final class Launcher {
    private static final int LARGEST_GROUP = 256;
    private static final int COUNTER_BYTES = 64;

    private final GpuDriver driver;
    private final int group;
    private final Arguments arguments = new Arguments();
    private final long finished;

    Launcher(GpuDriver driver) {
        this.driver = driver;
        group = Integer.highestOneBit(Math.min(LARGEST_GROUP, driver.traits().maxGroup()));
        finished = driver.allocate(COUNTER_BYTES);
        driver.write(MemorySegment.ofArray(new byte[COUNTER_BYTES]), finished, 0);
    }

    GpuDriver driver() {
        return driver;
    }

    GpuTraits traits() {
        return driver.traits();
    }

    /** A kernel whose groups have the usual size. */
    Kernel kernel(KernelFile file, String name) {
        return new Kernel(file, name, Map.of("GROUP", group), group);
    }

    /** Work-items of the usual group. */
    int group() {
        return group;
    }

    /** Memory that counts the groups of a launch which have finished, 0 between launches. */
    long finished() {
        return finished;
    }

    /** Starts a call: the arguments, empty. */
    Arguments begin() {
        return arguments.clear();
    }

    /** Enqueues the kernel with the arguments since {@link #begin}, one work-item to an item. */
    void items(Kernel kernel, long items) {
        groups(kernel, (items + kernel.group() - 1) / kernel.group(), 1, 1);
    }

    /** Enqueues the kernel with the arguments since {@link #begin}. */
    void groups(Kernel kernel, long x, long y, long z) {
        driver.launch(kernel.handle(driver), arguments, kernel.group(), x, y, z);
    }

    /** Adds a dense operand, from element {@code from} of the view on. */
    static void dense(Arguments arguments, View view, long from) {
        arguments.memory(GpuBuffer.memory(view)).i64(view.offset() + from);
    }

    void close() {
        driver.release(finished);
    }
}
