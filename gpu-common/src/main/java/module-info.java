/**
 * What GPU backends have in common: the kernels' sources, and every kernel call over a small
 * driver.
 */
module dev.weft.gpu {
    requires transitive dev.weft.core;
    requires static org.jspecify;

    exports dev.weft.gpu;
}
