package dev.weft.conformance;

import dev.weft.Device;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** A node test's operands and attributes, for the operation that computes it. */
final class OnnxNode {
    private static final String INPUT = "input";
    private static final String ATTRIBUTE = "attribute";
    private static final int ATTRIBUTE_FLOAT = 2;
    private static final int ATTRIBUTE_INT = 3;
    private static final int ATTRIBUTE_STRING = 4;
    private static final int ATTRIBUTE_TENSOR = 5;
    private static final int ATTRIBUTE_INTS = 8;

    private final OnnxCase test;
    private final Device device;
    private final Unread unread = new Unread();

    OnnxNode(OnnxCase test, Device device) {
        this.test = test;
        this.device = device;
        unread.add(INPUT, test.inputs().stream().filter(name -> !name.isEmpty()).toList());
        unread.add(ATTRIBUTE, test.attributes().keySet());
    }

    /** Ends a case of which something was not looked at. */
    void refuseUnread() {
        unread.refuse();
    }

    Device device() {
        return device;
    }

    long opset() {
        return test.opset();
    }

    /** The number of inputs, counting those that are left out between others. */
    int inputs() {
        return test.inputs().size();
    }

    /** The number of outputs that are asked for. */
    int outputs() {
        return test.expected().size();
    }

    boolean has(int input) {
        return input < inputs() && !test.inputs().get(input).isEmpty();
    }

    private OnnxTensor proto(int input) {
        if (!has(input)) {
            throw new UnsupportedCase("without input " + input);
        }
        String name = test.inputs().get(input);
        unread.read(INPUT, name);
        OnnxTensor tensor = test.values().get(name);
        if (tensor == null) {
            throw new UnsupportedCase("an input that nothing gives");
        }
        return tensor;
    }

    /** An operand. */
    Tensor x(int input) {
        return values(input).on(device, proto(input).shape());
    }

    private Values values(int input) {
        Values values = proto(input).values();
        if (values == null) {
            throw new UnsupportedCase("type " + typeName(proto(input).type()));
        }
        return values;
    }

    /** All operands. */
    Tensor[] all() {
        Tensor[] tensors = new Tensor[inputs()];
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = x(i);
        }
        return tensors;
    }

    /**
     * The elements of an operand that says where or how often, and is no data: read by the host.
     */
    long[] numbers(int input) {
        Values values = values(input);
        if (!values.dtype().isInteger()) {
            throw new UnsupportedCase("indices of type " + typeName(proto(input).type()));
        }
        long[] numbers = new long[values.size()];
        Arrays.setAll(numbers, values::integer);
        return numbers;
    }

    /** The extents of an operand. */
    long[] dims(int input) {
        return proto(input).shape().toArray();
    }

    /** An operand's TensorProto.DataType. */
    int type(int input) {
        return proto(input).type();
    }

    /** A number that the host reads. */
    double number(int input) {
        return values(input).real(0);
    }

    /** I64 of rank 1. */
    Tensor integers(long[] values) {
        return device.tensor(values);
    }

    boolean hasAttribute(String name) {
        return test.attributes().containsKey(name);
    }

    private @Nullable Protobuf attribute(String name) {
        unread.read(ATTRIBUTE, name);
        return test.attributes().get(name);
    }

    /** Says that an attribute has no influence on the outputs. */
    void ignore(String attribute) {
        unread.read(ATTRIBUTE, attribute);
    }

    long integer(String name, long otherwise) {
        Protobuf attribute = attribute(name);
        return attribute == null ? otherwise : attribute.number(ATTRIBUTE_INT);
    }

    double real(String name, double otherwise) {
        Protobuf attribute = attribute(name);
        return attribute == null ? otherwise : attribute.real(ATTRIBUTE_FLOAT);
    }

    String text(String name, String otherwise) {
        Protobuf attribute = attribute(name);
        return attribute == null ? otherwise : attribute.text(ATTRIBUTE_STRING);
    }

    /** An attribute that is a tensor, or null where it is not there. */
    @Nullable OnnxTensor tensor(String name) {
        Protobuf attribute = attribute(name);
        return attribute == null
                ? null
                : OnnxTensor.of(attribute.messages(ATTRIBUTE_TENSOR).getFirst());
    }

    long[] integers(String name) {
        Protobuf attribute = attribute(name);
        return attribute == null ? new long[0] : attribute.numbers(ATTRIBUTE_INTS);
    }

    /**
     * Axes from an input (since opset 13 or 18) or from an attribute; none where neither is there.
     */
    int[] axes(int input) {
        long[] axes = has(input) ? numbers(input) : integers("axes");
        return Arrays.stream(axes).mapToInt(Math::toIntExact).toArray();
    }

    /** The name of a TensorProto.DataType. */
    static String typeName(int type) {
        String[] names = {
            "no tensor",
            "float32",
            "uint8",
            "int8",
            "uint16",
            "int16",
            "int32",
            "int64",
            "string",
            "bool",
            "float16",
            "float64",
            "uint32",
            "uint64",
            "complex64",
            "complex128",
            "bfloat16"
        };
        return type >= 0 && type < names.length ? names[type] : "number " + type;
    }
}
