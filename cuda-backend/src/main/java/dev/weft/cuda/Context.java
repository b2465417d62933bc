package dev.weft.cuda;

import jcuda.driver.CUcontext;

/** A context whose handle can be had as a number: JCuda keeps it to itself. */
final class Context extends CUcontext {
    Context() {}

    /** What the driver has put here. */
    long value() {
        return getNativePointer();
    }
}
