package dev.weft.cpu;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;

/**
 * Native memory for intermediate values that grows to the largest size asked for and is then used
 * again and again.
 */
final class Scratch implements AutoCloseable {
    /** A cache line, and the widest vector. */
    private static final long ALIGNMENT = 64;

    private @Nullable Arena arena;
    private long address;
    private long capacity;

    /**
     * The address of at least {@code bytes} bytes with any content, aligned to a cache line.
     * Earlier content is lost.
     */
    long reserve(long bytes) {
        if (bytes > capacity) {
            close();
            Arena grown = Arena.ofShared();
            // One more line: loads of whole vectors may reach over the end.
            address = grown.allocate(bytes + ALIGNMENT, ALIGNMENT).address();
            capacity = bytes;
            arena = grown;
        }
        return address;
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
