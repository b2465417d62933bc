package dev.weft.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;

/** Writes a graph, and a model around it. Values are F32 unless said otherwise. */
final class TestGraph {
    static final int F32 = 1;
    static final int U8 = 2;
    static final int I64 = 7;
    static final int BOOL = 9;

    final Proto proto = new Proto();

    /** A node with inputs and outputs as in "x,w -> y". */
    TestGraph node(String operator, String values, Proto... attributes) {
        return node("", operator, values, attributes);
    }

    TestGraph node(String domain, String operator, String values, Proto... attributes) {
        Proto node = new Proto();
        String[] sides = values.split(" *-> *", -1);
        if (!sides[0].isEmpty()) {
            for (String input : sides[0].split(",", -1)) {
                node.text(1, input);
            }
        }
        for (String output : sides[1].split(",", -1)) {
            node.text(2, output);
        }
        node.text(4, operator).text(7, domain);
        for (Proto attribute : attributes) {
            node.message(5, attribute);
        }
        proto.message(1, node);
        return this;
    }

    /** Extents are numbers, or symbols; without any, the shape is not given. */
    TestGraph input(String name, int type, String... dims) {
        proto.message(11, info(name, type, dims));
        return this;
    }

    TestGraph output(String name, int type, String... dims) {
        proto.message(12, info(name, type, dims));
        return this;
    }

    private static Proto info(String name, int type, String... dims) {
        Proto shape = new Proto();
        for (String dim : dims) {
            boolean number = dim.matches("\\d+");
            Proto each =
                    number ? new Proto().number(1, Long.parseLong(dim)) : new Proto().text(2, dim);
            shape.message(1, each);
        }
        Proto tensor = new Proto().number(1, type);
        if (dims.length > 0) {
            tensor.message(2, shape);
        }
        return new Proto().text(1, name).message(2, new Proto().message(1, tensor));
    }

    TestGraph initializer(Proto tensor) {
        proto.message(5, tensor);
        return this;
    }

    static Proto floats(String name, float[] values, long... dims) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return tensor(name, F32, dims).bytes(9, raw.array());
    }

    static Proto longs(String name, long[] values, long... dims) {
        ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return tensor(name, I64, dims).bytes(9, raw.array());
    }

    static Proto tensor(String name, int type, long... dims) {
        Proto tensor = new Proto().text(8, name).number(2, type);
        for (long dim : dims) {
            tensor.number(1, dim);
        }
        return tensor;
    }

    static Proto number(String name, long value) {
        return new Proto().text(1, name).number(3, value).number(20, 2);
    }

    static Proto real(String name, float value) {
        return new Proto().text(1, name).real(2, value).number(20, 1);
    }

    static Proto text(String name, String value) {
        return new Proto().text(1, name).text(4, value).number(20, 3);
    }

    static Proto numbers(String name, long... values) {
        Proto attribute = new Proto().text(1, name).number(20, 7);
        for (long value : values) {
            attribute.number(8, value);
        }
        return attribute;
    }

    static Proto array(String name, Proto tensor) {
        return new Proto().text(1, name).message(5, tensor).number(20, 4);
    }

    static Proto graph(String name, TestGraph graph) {
        return new Proto().text(1, name).message(6, graph.proto).number(20, 5);
    }

    /** What a map has by a name, which must be there. */
    static <T> T found(Map<String, T> map, String name) {
        return Objects.requireNonNull(map.get(name), name);
    }

    byte[] bytes(long opset) {
        return model(opset).toByteArray();
    }

    Proto model(long opset) {
        return new Proto()
                .number(1, 8)
                .text(2, "tests")
                .message(8, new Proto().number(2, opset))
                .message(7, proto);
    }

    OnnxModel read() {
        return read(17);
    }

    OnnxModel read(long opset) {
        return OnnxModel.of("test.onnx", bytes(opset));
    }
}
