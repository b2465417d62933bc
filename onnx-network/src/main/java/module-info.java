/** Writes networks as ONNX models, and makes ONNX models blocks of networks. */
module dev.weft.onnx.network {
    requires transitive dev.weft.network;
    requires transitive dev.weft.onnx;
    requires static org.jspecify;

    exports dev.weft.onnx.network;
}
