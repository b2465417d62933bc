package dev.weft.opencl;

import dev.weft.conformance.BackendConformance;

/** The suite on the first OpenCL device. */
class OpenClConformanceTest extends BackendConformance {
    OpenClConformanceTest() {
        super("opencl");
    }
}
