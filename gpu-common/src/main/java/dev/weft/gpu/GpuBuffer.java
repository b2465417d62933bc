package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.View;

/**
 * A piece of device memory.
 *
 * @param memory the driver's handle
 */
record GpuBuffer(long memory, DType dtype, long size) implements DeviceBuffer {
    /** The handle of a view's memory. */
    static long memory(View view) {
        return ((GpuBuffer) view.buffer()).memory;
    }
}
