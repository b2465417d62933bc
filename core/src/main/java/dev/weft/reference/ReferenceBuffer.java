package dev.weft.reference;

import dev.weft.DType;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.Encoding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Elements of any type in native memory, each held as a double or a long. */
final class ReferenceBuffer implements Elements {
    private static final int ALIGNMENT = 64;

    private final DType dtype;
    private final long size;
    private final Arena arena;
    private final MemorySegment memory;

    /** Another handle to the same memory. */
    ReferenceBuffer(ReferenceBuffer other) {
        this.dtype = other.dtype;
        this.size = other.size;
        this.arena = other.arena;
        this.memory = other.memory;
    }

    ReferenceBuffer(DType dtype, long size) {
        this.dtype = dtype;
        this.size = size;
        this.arena = Arena.ofShared();
        try {
            this.memory = arena.allocate(Math.multiplyExact(size, Double.BYTES), ALIGNMENT);
        } catch (OutOfMemoryError | ArithmeticException e) {
            arena.close();
            throw new DeviceOutOfMemoryException(
                    "reference: " + size + " elements of 8 bytes cannot be allocated", e);
        }
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public double get(long index) {
        return dtype.isFloating()
                ? memory.getAtIndex(ValueLayout.JAVA_DOUBLE, index)
                : getLong(index);
    }

    /** Keeps the double, whatever the type. */
    @Override
    public void set(long index, double value) {
        memory.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
    }

    @Override
    public long getLong(long index) {
        return memory.getAtIndex(ValueLayout.JAVA_LONG, index);
    }

    @Override
    public void setLong(long index, long value) {
        memory.setAtIndex(ValueLayout.JAVA_LONG, index, Encoding.wrapped(dtype, value));
    }

    void free() {
        arena.close();
    }
}
