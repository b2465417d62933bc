package dev.weft.cuda;

import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;

import dev.weft.gpu.LaunchGraph;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;

/** Launches that were captured from a stream, ready to be launched as one. */
final class CudaGraph implements LaunchGraph {
    /** Calls of this thread that a capture cannot contain fail; other threads' are not touched. */
    private static final int CU_STREAM_CAPTURE_MODE_THREAD_LOCAL = 1;

    private final Stream stream;
    private final Runnable makeCurrent;
    private final CUgraphExec ready = new CUgraphExec();
    private boolean closed;

    /** Of a context that is current now. */
    private CudaGraph(Stream stream, Runnable makeCurrent, CUgraph graph) {
        this.stream = stream;
        this.makeCurrent = makeCurrent;
        Status.check(cuGraphInstantiate(ready, graph, 0), "cuGraphInstantiate");
    }

    /**
     * Captures what {@code launches} enqueues.
     *
     * @param makeCurrent makes the stream's context current
     */
    static CudaGraph capture(Stream stream, Runnable launches, Runnable makeCurrent) {
        makeCurrent.run();
        Status.check(
                cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
                "cuStreamBeginCapture");
        CUgraph graph = new CUgraph();
        try {
            launches.run();
        } catch (RuntimeException | Error e) {
            // The stream is of no use before its capture has ended, however that ends.
            if (cuStreamEndCapture(stream, graph) == CUresult.CUDA_SUCCESS) {
                cuGraphDestroy(graph);
            }
            throw e;
        }
        Status.check(cuStreamEndCapture(stream, graph), "cuStreamEndCapture");
        try {
            return new CudaGraph(stream, makeCurrent, graph);
        } finally {
            cuGraphDestroy(graph);
        }
    }

    @Override
    public void launch() {
        makeCurrent.run();
        int code = cuGraphLaunch(ready, stream);
        if (code != CUresult.CUDA_SUCCESS) {
            Status.check(code, "cuGraphLaunch");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            cuGraphExecDestroy(ready);
        }
    }
}
