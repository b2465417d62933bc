package dev.weft.gpu;

import dev.weft.backend.Recording;

import java.util.List;

/** A driver's graph, with the memory that is between its launches. */
final class GraphRecording implements Recording {
    private final GpuDriver driver;
    private final LaunchGraph graph;
    private final List<Long> scratches;
    private final IndexFaults faults;
    private final boolean takesIndices;
    private boolean closed;

    GraphRecording(GpuDriver driver, LaunchGraph graph, List<Long> scratches, IndexFaults faults) {
        this.driver = driver;
        this.graph = graph;
        this.scratches = scratches;
        this.faults = faults;
        // At worst an earlier call took them, and a look too many is taken.
        this.takesIndices = faults.isArmed();
    }

    @Override
    public void replay() {
        if (takesIndices) {
            faults.arm();
        }
        graph.launch();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            graph.close();
            scratches.forEach(driver::release);
        }
    }
}
