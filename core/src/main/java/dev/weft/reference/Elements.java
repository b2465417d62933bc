package dev.weft.reference;

import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.View;

/**
 * Memory whose elements the specification's loops read and write one at a time, as doubles. So they
 * run on the memory of any backend that gives its buffers these two methods.
 */
public interface Elements extends DeviceBuffer {
    /** The element at an index of the buffer. */
    double get(long index);

    /** Stores a value as the buffer's type does: an I32 wraps. */
    void set(long index, double value);

    /** The buffer of a view. */
    static Elements of(View view) {
        return (Elements) view.buffer();
    }
}
