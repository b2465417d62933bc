package dev.weft;

import dev.weft.backend.DeviceBuffer;

import org.jspecify.annotations.Nullable;

/**
 * A buffer on loan from the pool, shared by a tensor and its views, and owned by one scope. It
 * knows when it was last written to, so that a tape notices that what it has to read was
 * overwritten.
 */
final class Storage {
    private final MemoryPool pool;
    private final DeviceBuffer buffer;
    private final @Nullable Throwable allocationSite;
    private Scope owner;

    /** In the owner's list. */
    private @Nullable Storage before;

    private @Nullable Storage behind;
    private boolean closed;
    private @Nullable SharedMemory shared;
    private long lastWrite;

    Storage(MemoryPool pool, DeviceBuffer buffer, Scope owner) {
        this.pool = pool;
        this.buffer = buffer;
        this.owner = owner;
        this.allocationSite = Debug.IS_ON ? new Throwable("allocated here") : null;
        owner.add(this);
    }

    DeviceBuffer buffer() {
        return buffer;
    }

    @Nullable Throwable allocationSite() {
        return allocationSite;
    }

    boolean isClosed() {
        return closed;
    }

    /** Lets other devices have the buffer: from now on it is only read. */
    SharedMemory share() {
        if (shared == null) {
            shared = pool.share(buffer);
        }
        return shared;
    }

    /** Whether other devices may have the buffer, too. */
    boolean isShared() {
        return shared != null;
    }

    /** {@link Memory#writes} at the last write after its making; 0 before. */
    long lastWrite() {
        return lastWrite;
    }

    /** Its content changes now. */
    void written(long write) {
        lastWrite = write;
    }

    Scope owner() {
        return owner;
    }

    @Nullable Storage before() {
        return before;
    }

    /** Becomes the end of its owner's list, whose end was {@code end}. */
    void linkBehind(@Nullable Storage end) {
        before = end;
        behind = null;
        if (end != null) {
            end.behind = this;
        }
    }

    /** Leaves its owner's list. */
    void unlink() {
        if (before != null) {
            before.behind = behind;
        }
        if (behind != null) {
            behind.before = before;
        }
        before = null;
        behind = null;
    }

    void moveTo(Scope scope) {
        owner.remove(this);
        changeOwner(scope);
    }

    /** As {@link #moveTo}, for an owner that empties its list itself. */
    void changeOwner(Scope scope) {
        owner = scope;
        scope.add(this);
    }

    /** Gives the buffer back to the pool; idempotent. */
    void close() {
        if (!closed) {
            owner.check();
            owner.remove(this);
            reclaim();
        }
    }

    /** As {@link #close}, for an owner that empties its list itself. */
    void reclaim() {
        closed = true;
        pool.giveBack(buffer);
    }
}
