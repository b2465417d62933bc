package dev.weft.cpu;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.weft.conformance.BackendConformance;

import jdk.incubator.vector.FloatVector;

import org.junit.jupiter.api.BeforeAll;

/** The suite on the CPU backend, at the machine's vector width or a forced one. */
class CpuConformanceTest extends BackendConformance {
    CpuConformanceTest() {
        super("cpu");
    }

    @BeforeAll
    static void isNoRepetition() {
        int own = FloatVector.SPECIES_PREFERRED.vectorBitSize();
        assumeFalse(
                CpuSettings.vectorBits() == own,
                "vectors of %d bits are the machine's own, and tested already".formatted(own));
    }
}
