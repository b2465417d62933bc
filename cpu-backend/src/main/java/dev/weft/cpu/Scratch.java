package dev.weft.cpu;

import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.Reserve;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;

/**
 * Native memory for intermediate values that grows to the largest size asked for and is then used
 * again and again.
 */
final class Scratch implements AutoCloseable {
    /** A cache line, and the widest vector. */
    private static final long ALIGNMENT = 64;

    private Reserve reserve = new Reserve(() -> {});
    private @Nullable Arena arena;
    private long address;
    private long capacity;

    /** What is given up where there is no memory. */
    void reserve(Reserve given) {
        reserve = given;
    }

    /**
     * The address of at least {@code bytes} bytes with any content, aligned to a cache line.
     * Earlier content is lost.
     *
     * @param operation for messages
     */
    long reserve(long bytes, String operation) {
        if (bytes > capacity) {
            grow(bytes, operation);
        }
        return address;
    }

    private void grow(long bytes, String operation) {
        close();
        reserve.allocate(
                () -> {
                    Arena grown = Arena.ofShared();
                    try {
                        // One more line: loads of whole vectors may reach over the end.
                        address = grown.allocate(bytes + ALIGNMENT, ALIGNMENT).address();
                    } catch (OutOfMemoryError e) {
                        grown.close();
                        throw new DeviceOutOfMemoryException(
                                "%s: cpu has no memory for %d bytes of scratch memory, which each of its threads needs: close tensors that are no longer used, or work on fewer elements at once (%s)"
                                        .formatted(operation, bytes, e.getMessage()),
                                e);
                    }
                    arena = grown;
                    return grown;
                });
        capacity = bytes;
    }

    @Override
    public void close() {
        if (arena != null) {
            arena.close();
            arena = null;
        }
        address = 0;
        capacity = 0;
    }
}
