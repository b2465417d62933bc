package dev.weft.reference;

import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.View;

/**
 * Memory whose elements the specification's loops read and write one at a time: floating ones as
 * doubles, integers and BOOL as longs. So they run on the memory of any backend that gives its
 * buffers these methods.
 */
public interface Elements extends DeviceBuffer {
    /** The element at an index of the buffer, of any type; an I64 beyond 2⁵³ is rounded. */
    double get(long index);

    /** Stores a number in a floating type. */
    void set(long index, double value);

    /** The element of an integer type or BOOL at an index of the buffer. */
    long getLong(long index);

    /** Stores a number in an integer type, where it wraps, or in BOOL. */
    void setLong(long index, long value);

    /** The buffer of a view. */
    static Elements of(View view) {
        return (Elements) view.buffer();
    }
}
