/** The conformance suite, for the tests of backends. */
module dev.weft.conformance {
    requires transitive dev.weft.core;
    requires transitive org.junit.jupiter.api;
    requires com.fasterxml.jackson.core;
    requires dev.weft.onnx;
    requires org.opentest4j;
    requires static org.jspecify;

    exports dev.weft.conformance;

    // JUnit calls the suite's methods by reflection.
    opens dev.weft.conformance;
}
