/** Reads ONNX models and runs them on any device. */
module dev.weft.onnx {
    requires transitive dev.weft.core;
    requires static org.jspecify;

    exports dev.weft.onnx;
    exports dev.weft.onnx.graph;
}
