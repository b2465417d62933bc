package dev.weft.onnx;

import dev.weft.Tensor;
import dev.weft.backend.DeviceBuffer;
import dev.weft.onnx.operator.Value;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long the memory of a graph's values is needed: until the last of those that share it, as
 * views of each other do, is read for the last time. Memory that the graph did not make is left
 * alone.
 */
final class Lifetimes {
    private final Map<String, Memory> memories = new HashMap<>();

    /** Memory that the graph made. */
    private static final class Memory {
        private final Tensor first;
        private int names;

        Memory(Tensor first) {
            this.first = first;
        }
    }

    /**
     * Takes a node's results.
     *
     * @param read what the node has read: a result that shares memory shares it with these, or with
     *     another result
     */
    void add(List<String> names, List<Tensor> results, List<Value> read) {
        IdentityHashMap<DeviceBuffer, Memory> known = new IdentityHashMap<>();
        memories.values().forEach(memory -> known.put(buffer(memory.first), memory));
        IdentityHashMap<DeviceBuffer, Boolean> foreign = new IdentityHashMap<>();
        for (Value value : read) {
            Tensor tensor = value.tensor();
            if (tensor != null && !known.containsKey(buffer(tensor))) {
                foreign.put(buffer(tensor), true);
            }
        }
        for (int i = 0; i < results.size(); i++) {
            DeviceBuffer buffer = buffer(results.get(i));
            if (!foreign.containsKey(buffer)) {
                Tensor made = results.get(i);
                Memory memory = known.computeIfAbsent(buffer, _ -> new Memory(made));
                memory.names++;
                memories.put(names.get(i), memory);
            }
        }
    }

    private static DeviceBuffer buffer(Tensor tensor) {
        return tensor.view().buffer();
    }

    /** A value has been read for the last time. */
    void end(String name) {
        Memory memory = memories.remove(name);
        if (memory != null && --memory.names == 0) {
            memory.first.close();
        }
    }
}
