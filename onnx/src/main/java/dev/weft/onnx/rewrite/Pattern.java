package dev.weft.onnx.rewrite;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.ModelFile;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxTensor;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks from a node back at what it is computed from. */
final class Pattern {
    private static final Set<String> OF_TWO = Set.of("Add", "Sub", "Mul", "Div", "Pow", "MatMul");

    private final Map<String, Node> givers = new HashMap<>();
    private final Map<String, HostArray> constants = new HashMap<>();
    private final Map<String, Integer> uses = new HashMap<>();

    Pattern(Graph graph) {
        graph.initializers().forEach(this::addConstant);
        graph.nodes().forEach(this::add);
        graph.uses().forEach(name -> uses.merge(name, 1, Integer::sum));
    }

    /** Adds a node, or puts one in the place of another with its outputs. */
    void add(Node node) {
        node.outputs().forEach(output -> givers.put(output, node));
        if (node.operator().equals("Constant")
                && node.attributes().get("value") instanceof Attribute.Array(OnnxTensor value)) {
            addConstant(node.outputs().getFirst(), value);
        }
    }

    private void addConstant(String name, OnnxTensor tensor) {
        HostArray array = tensor.array();
        if (array != null) {
            constants.put(name, array);
        }
    }

    /**
     * Whether a node is one of ONNX's, with as many inputs as patterns look at: it fails on its own
     * where it lacks some.
     */
    static boolean isWhole(Node node) {
        int least = OF_TWO.contains(node.operator()) ? 2 : 1;
        return node.domain().isEmpty() && node.inputs().size() >= least;
    }

    /** The node of this operator of ONNX's that gives a value, or null where another does. */
    @Nullable Node giver(String value, String operator) {
        Node node = givers.get(value);
        return node != null && isWhole(node) && node.operator().equals(operator) ? node : null;
    }

    /** The node of this operator of Weft's own that gives a value, or null. */
    @Nullable Node own(String value, String operator) {
        Node node = givers.get(value);
        return node != null
                        && node.domain().equals(ModelFile.OWN)
                        && node.operator().equals(operator)
                ? node
                : null;
    }

    /** Whether a value is read once. */
    boolean isReadOnce(String value) {
        return uses.getOrDefault(value, 0) == 1;
    }

    /** A constant, or null where a value is none. */
    @Nullable HostArray constant(String value) {
        return constants.get(value);
    }

    /** The number that a constant of one floating element is, or NaN. */
    double number(String value) {
        HostArray array = constants.get(value);
        return array != null && array.shape().size() == 1 && array.dtype().isFloating()
                ? array.get(0)
                : Double.NaN;
    }

    /** Whether a value is this number, as F32 has it. */
    boolean is(String value, double number) {
        return (float) number(value) == (float) number;
    }

    /** Whether a value is an F32 constant with so many axes. */
    boolean isF32(String value, int rank) {
        HostArray array = constants.get(value);
        return array != null && array.dtype() == DType.F32 && array.shape().rank() == rank;
    }

    /** A node of two operands is commutative: the other of them, or null where it has not this. */
    static @Nullable String other(Node node, String one) {
        List<String> inputs = node.inputs();
        if (inputs.size() != 2) {
            return null;
        }
        return inputs.get(0).equals(one)
                ? inputs.get(1)
                : inputs.get(1).equals(one) ? inputs.get(0) : null;
    }

    /** Of a commutative node, the operand that is not this number; null where none is. */
    @Nullable String besides(Node node, double number) {
        if (node.inputs().size() != 2) {
            return null;
        }
        for (int i = 0; i < 2; i++) {
            if (is(node.inputs().get(i), number)) {
                return node.inputs().get(1 - i);
            }
        }
        return null;
    }
}
