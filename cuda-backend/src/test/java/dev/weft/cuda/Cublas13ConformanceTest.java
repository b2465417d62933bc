package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.conformance.BackendConformance;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The suite with products by cuBLAS 13, through its C interface. */
class Cublas13ConformanceTest extends BackendConformance {
    Cublas13ConformanceTest() {
        super("cuda");
    }

    @BeforeAll
    static void standIn() {
        StandIn.installCublas(13);
    }

    @AfterAll
    static void wasUsed() {
        StandIn.install();
        assertTrue(StandIn.cublasProducts(13) > 0);
        assertEquals(0, StandIn.cublasHandles(13));
    }
}
