package dev.weft.conformance;

/** The suite on the reference backend: that the suite and core are right. */
class ReferenceConformanceTest extends BackendConformance {
    ReferenceConformanceTest() {
        super("reference");
    }
}
