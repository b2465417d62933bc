package dev.weft.cuda;

import jcuda.driver.CUdeviceptr;

/** A device address as a number: JCuda keeps it to itself. */
final class Address extends CUdeviceptr {
    Address() {}

    /** What the driver has put here. */
    long value() {
        return getNativePointer();
    }

    static CUdeviceptr of(long address) {
        return new CUdeviceptr().withByteOffset(address);
    }
}
