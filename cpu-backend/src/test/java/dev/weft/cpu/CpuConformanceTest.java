package dev.weft.cpu;

import dev.weft.conformance.BackendConformance;

/** The suite at the width that {@code weft.cpu.vector.bits} forces, or else the preferred one. */
class CpuConformanceTest extends BackendConformance {
    CpuConformanceTest() {
        super("cpu");
    }
}
