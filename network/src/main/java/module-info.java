/** The thin network API: layers, optimizers, data sets, training and model files. */
module dev.weft.network {
    requires transitive dev.weft.core;
    requires static org.jspecify;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.jr.ob;
    requires de.siegmar.fastcsv;
    requires java.desktop;
    requires jdk.httpserver;

    exports dev.weft.data;
    exports dev.weft.data.augment;
    exports dev.weft.data.image;
    exports dev.weft.data.table;
    exports dev.weft.data.text;
    exports dev.weft.io;
    exports dev.weft.metrics;
    exports dev.weft.nn;
    exports dev.weft.optim;
    exports dev.weft.report;
    exports dev.weft.train;
}
