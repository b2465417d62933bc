/** Sentence embeddings: a model's folder or jar in, vectors of texts out. */
module dev.weft.embeddings {
    requires transitive dev.weft.core;
    requires dev.weft.network;
    requires dev.weft.onnx;
    requires dev.weft.tokenizers;
    requires static org.jspecify;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.jr.ob;
    requires jdk.zipfs;

    exports dev.weft.embeddings;
}
