package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * A lifetime: closing a scope closes the tensors that were made on its device while it was the
 * innermost open scope, save those that {@link #keep} handed to the enclosing scope. Their memory
 * goes back to the device's pool.
 *
 * <pre>{@code
 * try (Scope scope = device.scope()) {
 *     Tensor y = scope.keep(x.matmul(w)); // outlives the scope
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
    private final Home home;
    private final Scope parent;

    /** What it owns is a list through the storages themselves, so that it takes no memory. */
    private @Nullable Storage last;

    private boolean closed;

    /** What a scope asks of the memory that it has a part of. */
    interface Home {
        /** Refuses a closed device, and another thread than the device's. */
        void check();

        /** A scope closes, which has to be the innermost. */
        void closed(Scope scope);
    }

    /** A scope inside no other is its own parent. */
    Scope(Home home) {
        this.home = home;
        this.parent = this;
    }

    Scope(Home home, Scope parent) {
        this.home = home;
        this.parent = parent;
    }

    Scope parent() {
        return parent;
    }

    /**
     * Moves the memory of {@code tensor} (and so of all tensors that share it) to the enclosing
     * scope, where this scope owns it; otherwise does nothing. Returns the tensor.
     *
     * @throws IllegalStateException where the tensor was closed
     */
    public <T extends Scoped> T keep(T tensor) {
        Storage storage = tensor.storage();
        if (storage.owner() == this) {
            storage.moveTo(parent);
        }
        return tensor;
    }

    /**
     * Moves all that this scope owns to the enclosing one: what was made step by step stays as a
     * whole, or, where a step fails, not at all.
     */
    public void keepAll() {
        check();
        moveAllTo(parent);
    }

    void check() {
        home.check();
    }

    void moveAllTo(Scope other) {
        List<Storage> owned = storages();
        last = null;
        for (Storage storage : owned) {
            storage.changeOwner(other);
        }
    }

    void add(Storage storage) {
        storage.linkBehind(last);
        last = storage;
    }

    void remove(Storage storage) {
        if (last == storage) {
            last = storage.before();
        }
        storage.unlink();
    }

    /** What it owns, in the order of making. */
    List<Storage> storages() {
        List<Storage> owned = new ArrayList<>();
        for (Storage each = last; each != null; each = each.before()) {
            owned.add(each);
        }
        return owned.reversed();
    }

    /**
     * Closes what it owns. Idempotent. Scopes close in the reverse order of opening, as
     * try-with-resources does.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        home.closed(this);
        closed = true;
        reclaimAll();
    }

    void reclaimAll() {
        while (last != null) {
            Storage storage = last;
            last = storage.before();
            storage.unlink();
            storage.reclaim();
        }
    }
}
