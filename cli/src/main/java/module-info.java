/** The program behind {@code ./weft}. */
module dev.weft.cli {
    requires com.fasterxml.jackson.core;
    requires dev.weft.network;
    requires info.picocli;
    requires java.desktop;
    requires me.tongfei.progressbar;
    requires static org.jspecify;
    requires org.knowm.xchart;

    opens dev.weft.cli to
            info.picocli;
}
