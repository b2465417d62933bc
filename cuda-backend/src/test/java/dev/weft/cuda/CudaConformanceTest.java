package dev.weft.cuda;

import dev.weft.conformance.BackendConformance;

/** The suite on the first GPU, by default the stand-in's. */
class CudaConformanceTest extends BackendConformance {
    static {
        StandIn.install();
    }

    CudaConformanceTest() {
        super("cuda");
    }
}
