package dev.weft.nn;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The keys and values that a network's causal attention has made for the positions so far, so that
 * the next tokens cost themselves alone: {@link Network#cache} and {@link Network#forward(
 * KeyValueCache, Tensor...)}. It belongs to the scope that was innermost then. No gradients flow
 * through it.
 */
public final class KeyValueCache {
    private final IdentityHashMap<Block, Entry> entries = new IdentityHashMap<>();

    /** What the pass that is going on has added to. */
    private final Set<Block> added = Collections.newSetFromMap(new IdentityHashMap<>());

    private final long batch;
    private final long capacity;
    private long length;
    private long pending;

    /**
     * What one block has seen: batch×heads×positions×width.
     *
     * @param keys with their positions
     * @param values of them
     */
    record Entry(Tensor keys, Tensor values) {}

    KeyValueCache(
            Device device,
            DType dtype,
            List<MultiHeadAttention> blocks,
            long batch,
            long capacity) {
        if (batch < 1 || capacity < 1) {
            throw new IllegalArgumentException(
                    "cache: batch and positions must be at least 1, got %d, %d"
                            .formatted(batch, capacity));
        }
        this.batch = batch;
        this.capacity = capacity;
        for (MultiHeadAttention block : blocks) {
            AttentionSettings settings = block.settings();
            long[] dims = {batch, settings.keyValueHeads(), capacity, settings.headWidth()};
            entries.put(block, new Entry(device.zeros(dtype, dims), device.zeros(dtype, dims)));
        }
    }

    /** How many positions it has. */
    public long length() {
        return length;
    }

    /** Begins again, in the same memory. */
    public void clear() {
        length = 0;
    }

    /** Adds keys and values, and gives all so far. */
    Entry append(MultiHeadAttention block, Tensor keys, Tensor values) {
        Entry entry = entries.get(block);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "cache: was made for another network than that of %s"
                            .formatted(block.describe()));
        }
        if (!added.add(block)) {
            throw new IllegalArgumentException(
                    "cache: %s is used twice in a pass, and the cache has one place for it"
                            .formatted(block.describe()));
        }
        long end = length + keys.dim(2);
        if (end > capacity || keys.dim(0) != batch) {
            throw new ShapeException(
                    "cache: %d positions of %d sequences do not fit behind %d: it is for %d positions of %d"
                            .formatted(keys.dim(2), keys.dim(0), length, capacity, batch));
        }
        entry.keys.slice(2, length, end).assign(keys);
        entry.values.slice(2, length, end).assign(values);
        pending = keys.dim(2);
        return new Entry(entry.keys.slice(2, 0, end), entry.values.slice(2, 0, end));
    }

    /** A pass begins: what an earlier one added without an end does not count. */
    void begin() {
        added.clear();
        pending = 0;
    }

    /** A pass is done: what it added counts. */
    void advance() {
        length += pending;
        pending = 0;
    }
}
