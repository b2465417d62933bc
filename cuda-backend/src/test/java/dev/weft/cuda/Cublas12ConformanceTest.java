package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.conformance.BackendConformance;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The suite with products by cuBLAS 12, through JCublas2. */
class Cublas12ConformanceTest extends BackendConformance {
    Cublas12ConformanceTest() {
        super("cuda");
    }

    @BeforeAll
    static void standIn() {
        StandIn.installCublas(12);
    }

    @AfterAll
    static void wasUsed() {
        StandIn.install();
        assertTrue(StandIn.cublasProducts(12) > 0);
        assertEquals(0, StandIn.cublasHandles(12));
    }
}
