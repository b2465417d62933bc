package dev.weft.cpu;

import dev.weft.DType;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.Encoding;
import dev.weft.backend.View;
import dev.weft.reference.Elements;

import java.lang.foreign.Arena;

/**
 * Native memory, aligned to a cache line, with at least a line of slack: loads of whole vectors may
 * reach over the end.
 */
record CpuBuffer(DType dtype, long size, long address, Arena arena) implements Elements {
    private static final long LINE = 64;

    static CpuBuffer allocate(DType dtype, long elements) {
        Arena arena = Arena.ofShared();
        try {
            long bytes = Math.multiplyExact(elements, (long) dtype.bytes());
            long padded = Math.addExact(bytes, 2 * LINE) / LINE * LINE;
            return new CpuBuffer(dtype, elements, arena.allocate(padded, LINE).address(), arena);
        } catch (OutOfMemoryError | ArithmeticException e) {
            arena.close();
            throw new DeviceOutOfMemoryException(
                    "cpu: "
                            + elements
                            + " elements of "
                            + dtype.bytes()
                            + " bytes cannot be allocated",
                    e);
        }
    }

    /** To the same memory. */
    CpuBuffer anotherHandle() {
        return new CpuBuffer(dtype, size, address, arena);
    }

    @Override
    public double get(long index) {
        return Encoding.get(dtype, Memory.MEM, address / dtype.bytes() + index);
    }

    @Override
    public void set(long index, double value) {
        Encoding.set(dtype, Memory.MEM, address / dtype.bytes() + index, value);
    }

    @Override
    public long getLong(long index) {
        return Encoding.getLong(dtype, Memory.MEM, address / dtype.bytes() + index);
    }

    @Override
    public void setLong(long index, long value) {
        Encoding.setLong(dtype, Memory.MEM, address / dtype.bytes() + index, value);
    }

    void free() {
        arena.close();
    }

    /** Where a view's first element lies. */
    static long address(View view) {
        return ((CpuBuffer) view.buffer()).address + view.offset() * view.dtype().bytes();
    }
}
