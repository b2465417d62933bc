package dev.weft;

import dev.weft.backend.Backend;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What an open device has of the machine: its backend, with threads and queues, and all its memory.
 * Closed with the device. One that was dropped without {@code close()} is found by the garbage
 * collector, and what it held is then freed on the cleaner's thread; so nothing here refers to the
 * device.
 */
final class Holdings implements Runnable {
    private static final System.Logger LOG = System.getLogger("dev.weft.Device");

    /** Null where the system gives no thread for it: then what is dropped is lost, as it was. */
    private static final @Nullable Cleaner CLEANER = cleaner();

    /** What closes with the device: a capture. */
    interface Held {
        /** Gives everything back. Idempotent. */
        void close();
    }

    private final Backend backend;
    private final MemoryPool pool;
    private final @Nullable Throwable site =
            Debug.IS_ON ? new Throwable("the device was opened here") : null;

    /** Captures of this device that are not closed. */
    private final Set<Held> captures = new HashSet<>();

    /** Those of them that were dropped: the device's own thread closes them. */
    private final Queue<Held> dropped = new ConcurrentLinkedQueue<>();

    private boolean closed;

    Holdings(Backend backend, MemoryPool pool) {
        this.backend = backend;
        this.pool = pool;
    }

    private static @Nullable Cleaner cleaner() {
        try {
            return Cleaner.create();
        } catch (OutOfMemoryError e) {
            LOG.log(
                    Level.WARNING,
                    "devices that are dropped without close() will not be noticed: the system gives"
                            + " no thread for it ({0})",
                    e.getMessage());
            return null;
        }
    }

    /** Has {@code action} done when the owner was dropped, or what is returned is called. */
    static Runnable whenDropped(Object owner, Runnable action) {
        return CLEANER == null ? action : CLEANER.register(owner, action)::clean;
    }

    void add(Held capture) {
        captures.add(capture);
    }

    void remove(Held capture) {
        captures.remove(capture);
    }

    /** Called on any thread for a capture that was dropped. */
    void drop(Held capture) {
        dropped.add(capture);
    }

    /** Closes the captures that were dropped. */
    void reclaim() {
        for (Held next = dropped.poll(); next != null; next = dropped.poll()) {
            next.close();
        }
    }

    /** Gives everything back. Idempotent. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        // A device that was lost says so here, and still gives back what it holds.
        try {
            Set.copyOf(captures).forEach(Held::close);
            backend.synchronize();
        } finally {
            pool.releaseAll();
            backend.close();
        }
    }

    /** Where the device was dropped; after {@link #close} it does nothing. */
    @Override
    public void run() {
        if (closed) {
            return;
        }
        LOG.log(
                Level.WARNING,
                "device %s was dropped without close(): the %d bytes of its tensors, its pool and its threads are freed only now. Close every device, best by try-with-resources%s"
                        .formatted(
                                backend.info().selector(),
                                pool.stats().liveBytes(),
                                Debug.IS_ON ? "" : "; -Dweft.debug=true tells where it was opened"),
                site);
        try {
            close();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "a device that was dropped cannot be freed", e);
        }
    }
}
