package dev.weft.onnx.network;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.backend.Encoding;
import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.Node;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph as the pass of one batch draws it. Names are numbered, so that the sketches of two
 * batches have the same names for the same things.
 */
final class Sketch {
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, HostArray> constants = new LinkedHashMap<>();
    private final Map<String, long[]> numbers = new LinkedHashMap<>();
    private final Map<List<Object>, String> scalars = new HashMap<>();
    private int count;

    List<Node> nodes() {
        return nodes;
    }

    Map<String, HostArray> constants() {
        return constants;
    }

    /** Extents and places that nodes read: they may depend on the batch. */
    Map<String, long[]> numbers() {
        return numbers;
    }

    /** Adds a node of one output, and gives the output's name. */
    String node(String operator, Map<String, Attribute> attributes, String... inputs) {
        String name = operator + "_" + count++;
        nodes.add(new Node(name, operator, "", List.of(inputs), List.of(name), attributes));
        return name;
    }

    /** Adds a node without attributes. */
    String node(String operator, String... inputs) {
        return node(operator, Map.of(), inputs);
    }

    String constant(HostArray array) {
        String name = "constant_" + count++;
        constants.put(name, array);
        return name;
    }

    /** A number of rank 0. */
    String scalar(DType dtype, double value) {
        return scalars.computeIfAbsent(
                List.of(dtype, value),
                _ -> {
                    MemorySegment content = MemorySegment.ofArray(new byte[dtype.bytes()]);
                    Encoding.set(dtype, content, 0, value);
                    return constant(new HostArray(dtype, Shape.SCALAR, content));
                });
    }

    /** An operand of whole numbers that the graph says. */
    String numbers(long... values) {
        String name = "numbers_" + count++;
        numbers.put(name, values);
        return name;
    }

    String reshape(String value, Shape from, Shape to) {
        return from.equals(to) ? value : node("Reshape", value, numbers(to.toArray()));
    }

    String transpose(String value, int[] order) {
        for (int i = 0; i < order.length; i++) {
            if (order[i] != i) {
                return node("Transpose", Map.of("perm", ints(order)), value);
            }
        }
        return value;
    }

    static Attribute ints(int... values) {
        return new Attribute.Ints(Arrays.stream(values).mapToObj(Long::valueOf).toList());
    }
}
