package dev.weft.cpu;

import dev.weft.conformance.BackendConformance;

/** The suite on the CPU backend, at the machine's vector width or a forced one. */
class CpuConformanceTest extends BackendConformance {
    CpuConformanceTest() {
        super("cpu");
    }
}
