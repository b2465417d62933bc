package dev.weft.onnx.network;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.OnnxTensor;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One graph for every batch, of what passes of several batches have drawn: the same nodes, whose
 * extents are the same numbers, or grow with the batch.
 */
final class BatchAxis {
    private final long[] sizes;
    private final List<Sketch> sketches;
    private final @Nullable Place place;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, OnnxTensor> constants = new LinkedHashMap<>();
    private @Nullable String extent;

    /** The axis of an input that says how large a batch is. */
    record Place(String input, int axis) {}

    /**
     * A graph.
     *
     * @param sizes the batches that were drawn: one, or where the batch is open, three
     * @param place where the graph finds its batch; null where it has a number
     */
    BatchAxis(long[] sizes, List<Sketch> sketches, @Nullable Place place) {
        this.sizes = sizes;
        this.sketches = sketches;
        this.place = place;
        Sketch first = sketches.getFirst();
        for (Sketch other : sketches) {
            check(first, other);
        }
        first.constants().forEach((name, array) -> constants.put(name, OnnxTensor.of(name, array)));
        first.nodes().forEach(this::add);
    }

    List<Node> nodes() {
        return nodes;
    }

    Map<String, OnnxTensor> constants() {
        return constants;
    }

    private static void check(Sketch first, Sketch other) {
        for (int i = 0; i < Math.max(first.nodes().size(), other.nodes().size()); i++) {
            Node one = i < first.nodes().size() ? first.nodes().get(i) : null;
            Node two = i < other.nodes().size() ? other.nodes().get(i) : null;
            if (one == null || !one.equals(two)) {
                throw depends("node %s of the graph".formatted(i));
            }
        }
        first.constants()
                .forEach(
                        (name, array) -> {
                            HostArray same = other.constants().get(name);
                            if (same == null
                                    || !same.shape().equals(array.shape())
                                    || array.content().mismatch(same.content()) >= 0) {
                                throw depends(
                                        "a constant of %s %s"
                                                .formatted(array.dtype(), array.shape()));
                            }
                        });
    }

    static OnnxException depends(String what) {
        return new OnnxException(
                "export: %s depends on the size of the batch in a way that a graph cannot say: give the batch a number"
                        .formatted(what));
    }

    private void add(Node node) {
        for (String name : node.inputs()) {
            if (sketches.getFirst().numbers().containsKey(name)) {
                write(name, node.operator().equals("Reshape"));
            }
        }
        nodes.add(node);
    }

    /** The numbers of a name, as a constant or as nodes that reckon them. */
    private void write(String name, boolean isShape) {
        long[][] all =
                sketches.stream().map(each -> each.numbers().get(name)).toArray(long[][]::new);
        long[] first = all[0];
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < first.length; i++) {
            int at = i;
            if (Arrays.stream(all).anyMatch(other -> other[at] != first[at])) {
                open.add(i);
            }
        }
        if (open.isEmpty() || (isShape && open.size() == 1)) {
            long[] numbers = first.clone();
            open.forEach(i -> numbers[i] = -1);
            put(name, numbers);
            return;
        }
        String[] parts = new String[first.length];
        for (int i = 0; i < parts.length; i++) {
            String part = name + "_" + i;
            if (open.contains(i)) {
                grown(part, all, i);
            } else {
                put(part, first[i]);
            }
            parts[i] = part;
        }
        node("Concat", name, Map.of("axis", new Attribute.Int(0)), parts);
    }

    /** a batch + b. */
    private void grown(String name, long[][] all, int i) {
        long by = (all[1][i] - all[0][i]) / (sizes[1] - sizes[0]);
        long from = all[0][i] - by * sizes[0];
        for (int each = 0; each < all.length; each++) {
            if (by * sizes[each] + from != all[each][i]) {
                throw depends("an extent");
            }
        }
        put(name + "_by", by);
        put(name + "_from", from);
        node("Mul", name + "_times", Map.of(), extent(), name + "_by");
        node("Add", name, Map.of(), name + "_times", name + "_from");
    }

    /** The batch's size, of rank 1. */
    private String extent() {
        if (extent == null) {
            if (place == null) {
                throw new IllegalStateException("one sketch has one number");
            }
            extent = "batch_size";
            put("batch_axis", place.axis());
            node("Shape", "batch_shape", Map.of(), place.input());
            node("Gather", extent, Map.of(), "batch_shape", "batch_axis");
        }
        return extent;
    }

    private void node(
            String operator, String output, Map<String, Attribute> attributes, String... inputs) {
        nodes.add(new Node(output, operator, "", List.of(inputs), List.of(output), attributes));
    }

    private void put(String name, long... numbers) {
        constants.put(name, OnnxTensor.of(name, integers(numbers)));
    }

    private static HostArray integers(long... numbers) {
        byte[] bytes = new byte[numbers.length * Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(numbers);
        return new HostArray(DType.I64, Shape.of(numbers.length), MemorySegment.ofArray(bytes));
    }
}
