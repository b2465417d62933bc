package dev.weft.opencl;

import static org.lwjgl.opencl.CL10.clReleaseKernel;

import dev.weft.gpu.LaunchGraph;

import java.util.ArrayList;
import java.util.List;

/**
 * Launches of kernels whose arguments are set for good: OpenCL keeps them with the kernel, of which
 * each launch here has one of its own. So to launch them again takes one call for each.
 */
final class LaunchList implements LaunchGraph {
    private final Queue queue;
    private final List<Launch> launches = new ArrayList<>();
    private boolean launched;
    private boolean closed;

    /** What enqueues a kernel, with the arguments that it has. */
    @FunctionalInterface
    interface Queue {
        void enqueue(long kernel, int group, long x, long y, long z);
    }

    private record Launch(long kernel, int group, long x, long y, long z) {}

    LaunchList(Queue queue) {
        this.queue = queue;
    }

    /** Adds a kernel, which this list then releases. */
    void add(long kernel, int group, long x, long y, long z) {
        launches.add(new Launch(kernel, group, x, y, z));
    }

    @Override
    public void launch() {
        if (launched) {
            launchAll();
        } else {
            // A driver may compile for each kernel object anew.
            SignalHandlers.keep(
                    () -> {
                        launchAll();
                        return true;
                    });
            launched = true;
        }
    }

    private void launchAll() {
        for (Launch each : launches) {
            queue.enqueue(each.kernel, each.group, each.x, each.y, each.z);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            launches.forEach(each -> clReleaseKernel(each.kernel));
        }
    }
}
