/** A program on the module path. */
module example {
    requires dev.weft.network;
}
