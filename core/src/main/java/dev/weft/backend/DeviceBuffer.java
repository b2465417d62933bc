package dev.weft.backend;

import dev.weft.DType;

/**
 * A piece of a device's memory, made by {@link Backend#allocate}. Each backend has its own class of
 * it.
 */
public interface DeviceBuffer {
    /** The type of the elements that the buffer was allocated for. */
    DType dtype();

    /** How many elements it holds. */
    long size();
}
