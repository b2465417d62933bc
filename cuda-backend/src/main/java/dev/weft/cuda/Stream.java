package dev.weft.cuda;

import jcuda.driver.CUstream;

/** A stream whose handle can be had as a number: JCuda keeps it to itself. */
final class Stream extends CUstream {
    Stream() {}

    /** What the driver has put here. */
    long value() {
        return getNativePointer();
    }
}
