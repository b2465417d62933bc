/** The thin network API: layers, optimizers, data sets, training and model files. */
module dev.weft.network {
    requires transitive dev.weft.core;
    requires static org.jspecify;
    requires com.fasterxml.jackson.core;

    exports dev.weft.data;
    exports dev.weft.io;
    exports dev.weft.nn;
    exports dev.weft.optim;
    exports dev.weft.train;
}
