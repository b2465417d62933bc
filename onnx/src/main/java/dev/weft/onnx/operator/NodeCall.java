package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Tensor;
import dev.weft.backend.Encoding;
import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.OnnxTensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** A node's operands and attributes, for the operator that computes its outputs. */
public final class NodeCall {
    private final Node node;
    private final long opset;
    private final Device device;
    private final Device host;
    private final List<@Nullable Value> values;
    private final Around around;
    private final TreeSet<String> unread = new TreeSet<>();

    /** What a node is in: whoever runs its graph. */
    public interface Around {
        /** Notes that a device's values were read back to the host. */
        void readBack();

        /** Runs one of the node's graphs, and gives its outputs on any device. */
        List<Value> run(Graph graph, List<Value> inputs);

        /** Counts a loop's step: a loop without end is an error. */
        void countStep();
    }

    /**
     * A call.
     *
     * @param opset the version of the operators of the node's domain
     * @param device where the results are to be: the model's, or the host's
     * @param host the host's device
     * @param values one for each of the node's inputs, null for those that are left out
     */
    public NodeCall(
            Node node,
            long opset,
            Device device,
            Device host,
            List<@Nullable Value> values,
            Around around) {
        this.node = node;
        this.opset = opset;
        this.device = device;
        this.host = host;
        this.values = values;
        this.around = around;
        node.attributes().keySet().forEach(name -> unread.add("attribute " + name));
        for (int i = 0; i < values.size(); i++) {
            if (has(i)) {
                unread.add("input " + i);
            }
        }
    }

    /**
     * Refuses a node of which something was not looked at: an operator that did not has not
     * computed what the node is about, whatever its numbers.
     *
     * @throws UnsupportedOnnxException where something is left
     */
    public void refuseUnread() {
        if (!unread.isEmpty()) {
            throw new UnsupportedOnnxException("no use of " + String.join(", ", unread));
        }
    }

    Device device() {
        return device;
    }

    long opset() {
        return opset;
    }

    Around around() {
        return around;
    }

    /** The number of inputs, counting those that are left out between others. */
    int inputs() {
        return values.size();
    }

    /** The number of outputs, counting those that are not asked for between others. */
    int outputs() {
        return node.outputs().size();
    }

    /** Whether an output is asked for. */
    boolean asksFor(int output) {
        return output < outputs() && !node.outputs().get(output).isEmpty();
    }

    boolean has(int input) {
        return input < values.size() && values.get(input) != null;
    }

    Value value(int input) {
        Value value = input < values.size() ? values.get(input) : null;
        if (value == null) {
            throw new OnnxException("input %d is left out, and must not be".formatted(input));
        }
        unread.remove("input " + input);
        return value;
    }

    /** An operand. */
    Tensor x(int input) {
        return value(input).on(device);
    }

    /** An operand, or null where it is left out. */
    @Nullable Tensor optional(int input) {
        return has(input) ? x(input) : null;
    }

    /** All operands. */
    Tensor[] all() {
        Tensor[] tensors = new Tensor[inputs()];
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = x(i);
        }
        return tensors;
    }

    /** Whether an operand is known without asking the device. */
    boolean isKnown(int input) {
        return value(input).isOn(host);
    }

    private HostArray host(int input) {
        if (!isKnown(input)) {
            around.readBack();
        }
        return value(input).host();
    }

    /**
     * The elements of an operand that says where or how often, and is no data: read by the host.
     */
    long[] numbers(int input) {
        HostArray array = host(input);
        if (array.dtype().isFloating()) {
            throw new UnsupportedOnnxException(
                    "indices of %s in input %d".formatted(array.dtype(), input));
        }
        long[] numbers = new long[Math.toIntExact(array.shape().size())];
        Arrays.setAll(numbers, i -> Encoding.getLong(array.dtype(), array.content(), i));
        return numbers;
    }

    /** The elements of an operand, read by the host. */
    double[] reals(int input) {
        HostArray array = host(input);
        double[] reals = new double[Math.toIntExact(array.shape().size())];
        Arrays.setAll(reals, array::get);
        return reals;
    }

    /** The first element of an operand, read by the host. */
    double number(int input) {
        HostArray array = host(input);
        if (array.shape().size() == 0) {
            throw new OnnxException("input %d has no element".formatted(input));
        }
        return array.get(0);
    }

    /** The first element of what a graph gave, read by the host. */
    double number(Value value) {
        if (!value.isOn(host)) {
            around.readBack();
        }
        return value.host().get(0);
    }

    /** A number that the host knows, I64. */
    Value known(long number) {
        return Value.of(host.tensor(new long[] {number}).reshape());
    }

    /** A truth that the host knows. */
    Value known(boolean truth) {
        return Value.of(host.tensor(new boolean[] {truth}).reshape());
    }

    /** The extents of an operand. */
    long[] dims(int input) {
        return value(input).shape().toArray();
    }

    /** The type of an operand. */
    DType dtype(int input) {
        return value(input).dtype();
    }

    /** I64 of rank 1. */
    Tensor integers(long... numbers) {
        return device.constant(() -> device.tensor(numbers));
    }

    boolean hasAttribute(String name) {
        return node.attributes().containsKey(name);
    }

    private @Nullable Attribute attribute(String name) {
        unread.remove("attribute " + name);
        return node.attributes().get(name);
    }

    /** Says that an attribute has no influence on the outputs. */
    void ignore(String attribute) {
        unread.remove("attribute " + attribute);
    }

    /** Says that an input has no influence on the outputs. */
    void ignore(int input) {
        unread.remove("input " + input);
    }

    private OnnxException kind(String name, String due, Attribute found) {
        return new OnnxException(
                "attribute '%s' must be %s, and is %s"
                        .formatted(name, due, found.getClass().getSimpleName()));
    }

    long integer(String name, long otherwise) {
        Attribute attribute = attribute(name);
        return switch (attribute) {
            case null -> otherwise;
            case Attribute.Int(long value) -> value;
            default -> throw kind(name, "an integer", attribute);
        };
    }

    double real(String name, double otherwise) {
        Attribute attribute = attribute(name);
        return switch (attribute) {
            case null -> otherwise;
            case Attribute.Real(float value) -> value;
            default -> throw kind(name, "a float", attribute);
        };
    }

    String text(String name, String otherwise) {
        Attribute attribute = attribute(name);
        return switch (attribute) {
            case null -> otherwise;
            case Attribute.Text(String value) -> value;
            default -> throw kind(name, "a string", attribute);
        };
    }

    /** An attribute that is a tensor, or null where it is not there. */
    @Nullable OnnxTensor tensor(String name) {
        Attribute attribute = attribute(name);
        return switch (attribute) {
            case null -> null;
            case Attribute.Array(OnnxTensor value) -> value;
            default -> throw kind(name, "a tensor", attribute);
        };
    }

    /** An attribute that is a graph. */
    Graph graph(String name) {
        Attribute attribute = attribute(name);
        return switch (attribute) {
            case null -> throw new OnnxException("attribute '%s' is missing".formatted(name));
            case Attribute.Subgraph(Graph value) -> value;
            default -> throw kind(name, "a graph", attribute);
        };
    }

    long[] integers(String name) {
        Attribute attribute = attribute(name);
        return switch (attribute) {
            case null -> new long[0];
            case Attribute.Ints(List<Long> values) ->
                    values.stream().mapToLong(Long::longValue).toArray();
            default -> throw kind(name, "integers", attribute);
        };
    }

    double[] reals(String name) {
        Attribute attribute = attribute(name);
        return switch (attribute) {
            case null -> new double[0];
            case Attribute.Reals(List<Float> values) ->
                    values.stream().mapToDouble(Float::doubleValue).toArray();
            default -> throw kind(name, "floats", attribute);
        };
    }

    List<String> texts(String name) {
        Attribute attribute = attribute(name);
        return switch (attribute) {
            case null -> List.of();
            case Attribute.Texts(List<String> values) -> new ArrayList<>(values);
            default -> throw kind(name, "strings", attribute);
        };
    }

    /** As many integers as there are axes: the attribute's, or the same for all. */
    int[] perAxis(String name, int axes, int otherwise) {
        long[] given = integers(name);
        if (given.length != 0 && given.length != axes) {
            throw new OnnxException(
                    "attribute '%s' must have %d numbers, and has %d"
                            .formatted(name, axes, given.length));
        }
        int[] numbers = new int[axes];
        Arrays.setAll(numbers, i -> given.length == 0 ? otherwise : Math.toIntExact(given[i]));
        return numbers;
    }

    /**
     * Axes from an input (since opset 13 or 18) or from an attribute; none where neither is there.
     */
    int[] axes(int input) {
        long[] axes = has(input) ? numbers(input) : integers("axes");
        return Arrays.stream(axes).mapToInt(Math::toIntExact).toArray();
    }
}
