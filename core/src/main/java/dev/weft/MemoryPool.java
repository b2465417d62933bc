package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.Reserve;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Buffers for reuse, by type and size class. Classes are four to each power of two, so that at most
 * a fifth of a buffer is unused and a training loop, whose tensors have the same sizes in every
 * step, allocates in its first step only.
 *
 * <p>A captured step has a pool of its own, whose buffers nobody else gets while it can be
 * replayed; captures that are never replayed at the same time may have one together.
 */
final class MemoryPool {
    /** 64 bytes of F32: smaller requests share one class. */
    private static final int SMALLEST = 16;

    private static final int CLASSES_PER_OCTAVE = 4;

    private final Backend backend;
    private final Ledger ledger;
    private final @Nullable MemoryPool shared;
    private final Map<DType, List<Deque<DeviceBuffer>>> free = new EnumMap<>(DType.class);

    /** What the last capture has taken from its pool. */
    private final Set<DeviceBuffer> taken = Collections.newSetFromMap(new IdentityHashMap<>());

    /** How many captures have this pool. */
    private int captures;

    /** Whether a request may get a larger buffer: other captures have left some. */
    private boolean roomy;

    private boolean closed;

    /** What is out on a device, from all of its pools. */
    private static final class Ledger {
        /** How many captures use a buffer that another pool, or another capture's, has made. */
        private final IdentityHashMap<DeviceBuffer, Integer> holders = new IdentityHashMap<>();

        /** What was given back, to which pool, and cannot be used again while captures hold it. */
        private final IdentityHashMap<DeviceBuffer, MemoryPool> parked = new IdentityHashMap<>();

        /** The device's own pool. */
        private Reserve reserve = new Reserve(() -> {});

        /** What other devices may have, too: nobody gets it again. */
        private final IdentityHashMap<DeviceBuffer, SharedMemory> shared = new IdentityHashMap<>();

        private long liveBytes;
        private long peakBytes;
        private long pooledBytes;
        private int liveBuffers;
        private long allocations;

        /** What was allocated and not released. */
        private final Set<DeviceBuffer> buffers =
                Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** A device's pool. */
    MemoryPool(Backend backend) {
        this(backend, new Ledger(), null);
        ledger.reserve = new Reserve(this::trim);
        backend.reserve(ledger.reserve);
    }

    private MemoryPool(Backend backend, Ledger ledger, @Nullable MemoryPool shared) {
        this.backend = backend;
        this.ledger = ledger;
        this.shared = shared;
    }

    /** An empty pool for a capture. */
    MemoryPool forCapture() {
        MemoryPool pool = new MemoryPool(backend, ledger, this);
        pool.captures = 1;
        return pool;
    }

    /**
     * This pool for one more capture, whose step is never done at the same time: it is free to
     * overwrite what the others have given back.
     */
    MemoryPool forAnotherCapture() {
        captures++;
        taken.clear();
        roomy = true;
        return this;
    }

    /** The device's pool, of a capture's; this one, of a device's. */
    MemoryPool shared() {
        return shared == null ? this : shared;
    }

    /** A buffer of at least {@code elements}, with any content. */
    DeviceBuffer take(DType dtype, long elements) {
        int sizeClass = sizeClass(elements);
        DeviceBuffer buffer = pooled(dtype, sizeClass);
        if (buffer == null) {
            buffer = allocate(dtype, capacity(sizeClass));
        } else {
            ledger.pooledBytes -= bytes(buffer);
        }
        if (shared != null) {
            taken.add(buffer);
        }
        isLive(buffer);
        return buffer;
    }

    private void isLive(DeviceBuffer buffer) {
        ledger.liveBuffers++;
        ledger.liveBytes += bytes(buffer);
        ledger.peakBytes = Math.max(ledger.peakBytes, ledger.liveBytes);
    }

    /** Lets other devices have a buffer that is in use: when it is given back, it leaves. */
    SharedMemory share(DeviceBuffer buffer) {
        return ledger.shared.computeIfAbsent(buffer, _ -> new SharedMemory());
    }

    /** Takes a handle to memory that was entered: another device's, or of one's own. */
    void take(DeviceBuffer handle, SharedMemory memory) {
        ledger.shared.put(handle, memory);
        ledger.buffers.add(handle);
        isLive(handle);
    }

    /** One that is free, of the smallest class from this one on; null without. */
    private @Nullable DeviceBuffer pooled(DType dtype, int sizeClass) {
        List<Deque<DeviceBuffer>> lists = lists(dtype);
        int end = roomy ? lists.size() : sizeClass + 1;
        for (int i = sizeClass; i < end; i++) {
            DeviceBuffer buffer = lists.get(i).pollLast();
            if (buffer != null) {
                return buffer;
            }
        }
        return null;
    }

    void giveBack(DeviceBuffer buffer) {
        ledger.liveBuffers--;
        ledger.liveBytes -= bytes(buffer);
        ledger.pooledBytes += bytes(buffer);
        if (ledger.holders.containsKey(buffer)) {
            ledger.parked.put(buffer, this);
        } else {
            pool(buffer);
        }
    }

    private void pool(DeviceBuffer buffer) {
        if (closed || ledger.shared.containsKey(buffer)) {
            ledger.pooledBytes -= bytes(buffer);
            release(buffer);
        } else {
            listOf(buffer).addLast(buffer);
        }
    }

    /** Whether the last capture has taken the buffer from its pool. */
    boolean hasTaken(DeviceBuffer buffer) {
        return taken.contains(buffer);
    }

    /** A capture uses this buffer, of any pool: until {@link #unhold} nobody else gets it. */
    void hold(DeviceBuffer buffer) {
        ledger.holders.merge(buffer, 1, Integer::sum);
    }

    /** A capture that used this buffer is closed. */
    void unhold(DeviceBuffer buffer) {
        if (ledger.holders.merge(buffer, -1, Integer::sum) == 0) {
            ledger.holders.remove(buffer);
            MemoryPool home = ledger.parked.remove(buffer);
            if (home != null) {
                home.pool(buffer);
            }
        }
    }

    /** Gives everything that is not in use back to the device. Returns how many bytes. */
    long trim() {
        long bytes = 0;
        for (List<Deque<DeviceBuffer>> lists : free.values()) {
            for (Deque<DeviceBuffer> list : lists) {
                for (DeviceBuffer buffer : list) {
                    bytes += bytes(buffer);
                    release(buffer);
                }
                list.clear();
            }
        }
        ledger.pooledBytes -= bytes;
        return bytes;
    }

    private void release(DeviceBuffer buffer) {
        ledger.buffers.remove(buffer);
        SharedMemory sharing = ledger.shared.remove(buffer);
        if (sharing == null || sharing.leave()) {
            backend.release(buffer);
        }
    }

    /** Gives back what the device's pools have allocated, in use or not: the device is closed. */
    void releaseAll() {
        List.copyOf(ledger.buffers).forEach(this::release);
        ledger.pooledBytes = 0;
    }

    /**
     * A capture is closed: after the last one everything goes back to the device, what is still in
     * use when it is given back here.
     */
    void close() {
        captures--;
        if (captures == 0) {
            trim();
            closed = true;
        }
    }

    MemoryStats stats() {
        return new MemoryStats(
                ledger.liveBytes,
                ledger.peakBytes,
                ledger.pooledBytes,
                ledger.liveBuffers,
                ledger.allocations);
    }

    /**
     * What is pooled may be in sizes that nobody asks for any more, so it is given back before
     * memory counts as full; but not a capture's, whose calls have it as their operands.
     */
    private DeviceBuffer allocate(DType dtype, long elements) {
        ledger.allocations++;
        DeviceBuffer buffer;
        try {
            buffer = ledger.reserve.allocate(() -> backend.allocate(dtype, elements));
        } catch (DeviceOutOfMemoryException e) {
            throw withUsage(e);
        }
        ledger.buffers.add(buffer);
        return buffer;
    }

    private DeviceOutOfMemoryException withUsage(DeviceOutOfMemoryException e) {
        return new DeviceOutOfMemoryException(
                e.getMessage()
                        + "; "
                        + ledger.liveBytes
                        + " bytes are in use by "
                        + ledger.liveBuffers
                        + " tensors",
                e);
    }

    private Deque<DeviceBuffer> listOf(DeviceBuffer buffer) {
        return lists(buffer.dtype()).get(sizeClass(buffer.size()));
    }

    private List<Deque<DeviceBuffer>> lists(DType dtype) {
        return free.computeIfAbsent(dtype, any -> emptyLists());
    }

    private static List<Deque<DeviceBuffer>> emptyLists() {
        List<Deque<DeviceBuffer>> lists = new ArrayList<>();
        for (int i = 0; i < Long.SIZE * CLASSES_PER_OCTAVE; i++) {
            lists.add(new ArrayDeque<>());
        }
        return lists;
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
