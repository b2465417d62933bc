package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceOutOfMemoryException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Buffers for reuse, by type and size class, and the ledger of what is out. Classes are four to
 * each power of two, so that at most a fifth of a buffer is unused and a training loop, whose
 * tensors have the same sizes in every step, allocates in its first step only.
 */
final class MemoryPool {
    /** 64 bytes of F32: smaller requests share one class. */
    private static final int SMALLEST = 16;

    private static final int CLASSES_PER_OCTAVE = 4;

    private final Backend backend;
    private final Map<DType, List<Deque<DeviceBuffer>>> free = new EnumMap<>(DType.class);
    private long liveBytes;
    private long peakBytes;
    private long pooledBytes;
    private int liveBuffers;
    private long allocations;

    MemoryPool(Backend backend) {
        this.backend = backend;
        for (DType dtype : DType.values()) {
            List<Deque<DeviceBuffer>> lists = new ArrayList<>();
            for (int i = 0; i < Long.SIZE * CLASSES_PER_OCTAVE; i++) {
                lists.add(new ArrayDeque<>());
            }
            free.put(dtype, lists);
        }
    }

    /** A buffer of at least {@code elements}, with any content. */
    DeviceBuffer take(DType dtype, long elements) {
        int sizeClass = sizeClass(elements);
        DeviceBuffer buffer = list(dtype, sizeClass).pollLast();
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
        list(buffer.dtype(), sizeClass(buffer.size())).addLast(buffer);
    }

    /** Gives everything that is not in use back to the device. */
    void trim() {
        for (List<Deque<DeviceBuffer>> lists : free.values()) {
            for (Deque<DeviceBuffer> list : lists) {
                list.forEach(backend::release);
                list.clear();
            }
        }
        pooledBytes = 0;
    }

    MemoryStats stats() {
        return new MemoryStats(liveBytes, peakBytes, pooledBytes, liveBuffers, allocations);
    }

    /**
     * What is pooled may be in sizes that nobody asks for any more, so it is given back before
     * memory counts as full.
     */
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
                e.getMessage()
                        + "; "
                        + liveBytes
                        + " bytes are in use by "
                        + liveBuffers
                        + " tensors",
                e);
    }

    private Deque<DeviceBuffer> list(DType dtype, int sizeClass) {
        return Objects.requireNonNull(free.get(dtype)).get(sizeClass);
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
        return (1L << octave)
                + (1L << octave) / CLASSES_PER_OCTAVE * (sizeClass % CLASSES_PER_OCTAVE);
    }
}
