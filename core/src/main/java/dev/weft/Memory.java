package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceOutOfMemoryException;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A device's memory: the pool that it is from, the scopes that own it, and when what of it was
 * overwritten.
 */
final class Memory implements Scope.Home {
    private static final System.Logger LOG = System.getLogger("dev.weft.Device");

    private final Confinement confinement;
    private final Scope root = new Scope(this);
    private Scope innermost = root;
    private MemoryPool pool;
    private long writes;

    /** What the step that is being captured makes or overwrites; null while none is. */
    private @Nullable Set<Storage> captured;

    /** What is done before each replay of that step. */
    private List<Runnable> beforeReplays = List.of();

    Memory(Confinement confinement, Backend backend) {
        this.confinement = confinement;
        this.pool = new MemoryPool(backend);
    }

    /** The pool that memory is taken from now. */
    MemoryPool pool() {
        return pool;
    }

    @Override
    public void check() {
        confinement.check();
    }

    /**
     * Memory for a tensor, with any content, which the innermost scope owns.
     *
     * @param operation for messages
     */
    Storage take(String operation, DType dtype, Shape shape) {
        check();
        DeviceBuffer buffer;
        try {
            buffer = pool.take(dtype, shape.size());
        } catch (DeviceOutOfMemoryException e) {
            BigInteger bytes =
                    BigInteger.valueOf(shape.size()).multiply(BigInteger.valueOf(dtype.bytes()));
            throw new DeviceOutOfMemoryException(
                    "%s: %s has no memory for a tensor of %s %s, which takes %d bytes: close tensors that are no longer used, or work on fewer elements at once (%s)"
                            .formatted(operation, this, shape, dtype, bytes, e.getMessage()),
                    e);
        }
        Storage storage = new Storage(pool, buffer, innermost);
        if (captured != null) {
            captured.add(storage);
        }
        return storage;
    }

    /** A handle to shared memory, which the innermost scope owns: no captured step's to write. */
    Storage take(DeviceBuffer handle, SharedMemory memory) {
        MemoryPool home = pool.shared();
        home.take(handle, memory);
        Storage storage = new Storage(home, handle, innermost);
        storage.share();
        return storage;
    }

    /** How often existing memory was overwritten so far. */
    long writes() {
        return writes;
    }

    /** A storage is overwritten. */
    void written(Storage storage) {
        storage.written(++writes);
        if (captured != null) {
            captured.add(storage);
        }
    }

    /** A replay overwrites all these. */
    void written(List<Storage> storages) {
        for (Storage storage : storages) {
            if (storage.isShared()) {
                throw new IllegalStateException(
                        "replay: the step writes a tensor of %d elements on %s that was shared since, and can only be read"
                                .formatted(storage.buffer().size(), this));
            }
        }
        writes++;
        for (Storage storage : storages) {
            storage.written(writes);
        }
    }

    /** Whether a step is being captured. */
    boolean isCapturing() {
        return captured != null;
    }

    /**
     * Does a step that is being captured.
     *
     * @param own where its memory is from
     * @param touched takes what it makes or overwrites
     * @param before takes what is to be done before each replay
     */
    void capture(MemoryPool own, Set<Storage> touched, List<Runnable> before, Runnable step) {
        MemoryPool shared = pool;
        pool = own;
        captured = touched;
        beforeReplays = before;
        try {
            step.run();
        } finally {
            pool = shared;
            captured = null;
        }
    }

    /** Makes something with memory of the device's own pool while a step is captured. */
    <T> T uncaptured(Supplier<T> make) {
        MemoryPool own = pool;
        Set<Storage> touched = captured;
        pool = own.shared();
        captured = null;
        try {
            return make.get();
        } finally {
            pool = own;
            captured = touched;
        }
    }

    /** Adds to what is done before each replay of the step that is being captured. */
    void beforeReplay(Runnable work) {
        beforeReplays.add(work);
    }

    /** Opens a scope inside the innermost open one. */
    Scope scope() {
        check();
        innermost = new Scope(this, innermost);
        return innermost;
    }

    /** Does something as if no scope were open. */
    <T> T outsideScopes(Supplier<T> body) {
        check();
        Scope open = innermost;
        innermost = root;
        try {
            return body.get();
        } finally {
            innermost = open;
        }
    }

    /** A scope inside no other, which nothing is made in. */
    Scope aside() {
        return new Scope(this);
    }

    @Override
    public void closed(Scope scope) {
        check();
        if (scope != innermost) {
            throw new IllegalStateException(
                    "scopes of %s must close in the reverse order of opening".formatted(this));
        }
        innermost = scope.parent();
    }

    /** Closes all scopes, and reports what is open outside them. */
    void close() {
        while (innermost != root) {
            innermost.close();
        }
        reportLeaks();
        root.reclaimAll();
    }

    private void reportLeaks() {
        if (root.storages().isEmpty()) {
            return;
        }
        MemoryStats stats = pool.stats();
        LOG.log(
                Level.WARNING,
                "{0} is closed with {1} tensors ({2} bytes) that were not closed{3}",
                this,
                stats.liveTensors(),
                stats.liveBytes(),
                Debug.IS_ON ? ":" : "; -Dweft.debug=true tells where they were made");
        for (Storage storage : root.storages()) {
            Throwable site = storage.allocationSite();
            if (site != null) {
                LOG.log(Level.WARNING, "leaked " + storage.buffer().size() + " elements", site);
            }
        }
    }

    /** The device. */
    @Override
    public String toString() {
        return confinement.toString();
    }
}
