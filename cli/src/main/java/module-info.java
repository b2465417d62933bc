/** The program behind {@code ./weft}. */
module dev.weft.cli {
    requires com.fasterxml.jackson.core;
    requires de.siegmar.fastcsv;
    requires dev.weft.conformance;
    requires dev.weft.embeddings;
    requires dev.weft.network;
    requires dev.weft.onnx;
    requires dev.weft.onnx.network;
    requires info.picocli;
    requires java.desktop;
    requires jdk.unsupported;
    requires me.tongfei.progressbar;
    requires org.jline.terminal;
    requires static org.jspecify;
    requires org.knowm.xchart;

    opens dev.weft.cli to
            info.picocli;
}
