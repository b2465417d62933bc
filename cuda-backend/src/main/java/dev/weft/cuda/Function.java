package dev.weft.cuda;

import jcuda.driver.CUfunction;

/** A kernel whose handle can be had as a number: JCuda keeps it to itself. */
final class Function extends CUfunction {
    Function() {}

    /** What the driver has put here. */
    long value() {
        return getNativePointer();
    }
}
