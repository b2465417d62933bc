package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceOutOfMemoryException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Buffers for reuse, by type and size class, and the ledger of what is out. Classes are four to each power of two, so that
 * at most a fifth of a buffer is unused and a training loop, whose tensors have the same sizes in every step, allocates in
 * its first step only.
 */
final class MemoryPool {
    /** 64 bytes of F32: smaller requests share one class. */
    private static final int SMALLEST = 16;

    private static final int CLASSES_PER_OCTAVE = 4;

    private final Backend backend;
    private final Deque<DeviceBuffer>[][] free;
    private long liveBytes;
    private long peakBytes;
    private long pooledBytes;
    private int liveBuffers;
    private long allocations;

    @SuppressWarnings({"unchecked", "rawtypes"})
    MemoryPool(Backend backend) {
        this.backend = backend;
        this.free = new Deque[DType.values().length][Long.SIZE * CLASSES_PER_OCTAVE];
    }

    /** A buffer of at least {@code elements}, with any content. */
    DeviceBuffer take(DType dtype, long elements) {
        int sizeClass = sizeClass(elements);
        Deque<DeviceBuffer> list = free[dtype.ordinal()][sizeClass];
        DeviceBuffer buffer = list == null ? null : list.pollLast();
        if (buffer == null) {
            buffer = allocate(dtype, capacity(sizeClass));
        } else {
            pooledBytes -= bytes(buffer);
        }
        liveBuffers++;
        liveBytes += bytes(buffer);
        peakBytes = Math.max(peakBytes, liveBytes);
        return buffer;
    }

    void giveBack(DeviceBuffer buffer) {
        liveBuffers--;
        liveBytes -= bytes(buffer);
        pooledBytes += bytes(buffer);
        Deque<DeviceBuffer>[] lists = free[buffer.dtype().ordinal()];
        int sizeClass = sizeClass(buffer.size());
        Deque<DeviceBuffer> list = lists[sizeClass];
        if (list == null) {
            list = new ArrayDeque<>();
            lists[sizeClass] = list;
        }
        list.addLast(buffer);
    }

    /** Gives everything that is not in use back to the device. */
    void trim() {
        for (Deque<DeviceBuffer>[] lists : free) {
            for (Deque<DeviceBuffer> list : lists) {
                if (list != null) {
                    list.forEach(backend::release);
                    list.clear();
                }
            }
        }
        pooledBytes = 0;
    }

    MemoryStats stats() {
        return new MemoryStats(liveBytes, peakBytes, pooledBytes, liveBuffers, allocations);
    }

    /** What is pooled may be in sizes that nobody asks for any more, so it is given back before memory counts as full. */
    private DeviceBuffer allocate(DType dtype, long elements) {
        allocations++;
        try {
            return backend.allocate(dtype, elements);
        } catch (DeviceOutOfMemoryException e) {
            if (pooledBytes == 0) {
                throw withUsage(e);
            }
            trim();
            try {
                return backend.allocate(dtype, elements);
            } catch (DeviceOutOfMemoryException again) {
                throw withUsage(again);
            }
        }
    }

    private DeviceOutOfMemoryException withUsage(DeviceOutOfMemoryException e) {
        return new DeviceOutOfMemoryException(
                e.getMessage() + "; " + liveBytes + " bytes are in use by " + liveBuffers + " tensors", e);
    }

    private static long bytes(DeviceBuffer buffer) {
        return buffer.size() * buffer.dtype().bytes();
    }

    /** The smallest class whose capacity is at least {@code elements}. */
    static int sizeClass(long elements) {
        long rounded = Math.max(elements, SMALLEST);
        int octave = Long.SIZE - 1 - Long.numberOfLeadingZeros(rounded);
        long step = (1L << octave) / CLASSES_PER_OCTAVE;
        long steps = (rounded - (1L << octave) + step - 1) / step;
        return octave * CLASSES_PER_OCTAVE + (int) steps;
    }

    /** How many elements a buffer of this class has. */
    static long capacity(int sizeClass) {
        int octave = sizeClass / CLASSES_PER_OCTAVE;
        return (1L << octave) + (1L << octave) / CLASSES_PER_OCTAVE * (sizeClass % CLASSES_PER_OCTAVE);
    }
}
