package dev.weft;

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
    private final List<Storage> storages = new ArrayList<>();
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
        for (Storage storage : storages) {
            storage.changeOwner(other);
        }
        storages.clear();
    }

    void add(Storage storage) {
        storages.add(storage);
    }

    /** Removes from the end backwards: what is closed by hand was nearly always made last. */
    void remove(Storage storage) {
        for (int i = storages.size() - 1; i >= 0; i--) {
            if (storages.get(i) == storage) {
                storages.remove(i);
                return;
            }
        }
    }

    List<Storage> storages() {
        return storages;
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
        for (int i = storages.size() - 1; i >= 0; i--) {
            storages.get(i).reclaim();
        }
        storages.clear();
    }
}
