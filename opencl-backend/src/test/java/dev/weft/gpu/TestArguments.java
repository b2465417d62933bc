package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.DeviceBuffer;

/** What tests of a driver hand to it. */
public final class TestArguments {
    private TestArguments() {}

    /** A buffer of no memory. */
    public static DeviceBuffer buffer() {
        return new GpuBuffer(1, DType.F32, 1);
    }

    /** One argument: a piece of memory. */
    public static Arguments memory(long handle) {
        return new Arguments().memory(handle);
    }
}
