package dev.weft.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a case of ONNX's kind: a model of nodes from x to y, and vectors of F32. */
final class OnnxFolder {
    private final Path folder;

    OnnxFolder(Path folder) {
        this.folder = folder;
    }

    /** A message, field by field. */
    static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private void varint(long value) {
            long rest = value;
            for (; rest > 0x7F; rest >>>= 7) {
                bytes.write((int) ((rest & 0x7F) | 0x80));
            }
            bytes.write((int) rest);
        }

        Message number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | 2);
            varint(value.length);
            bytes.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes.toByteArray());
        }
    }

    static Message node(String operator) {
        return new Message().text(1, "x").text(2, "y").text(4, operator);
    }

    /** An attribute that is a whole number. */
    static Message attribute(String name, long value) {
        return new Message().text(1, name).number(3, value).number(20, 2);
    }

    OnnxFolder model(Message... nodes) throws IOException {
        Message graph = new Message();
        for (Message node : nodes) {
            graph.message(1, node);
        }
        Message type = new Message().message(1, new Message().number(1, 1));
        graph.message(11, new Message().text(1, "x").message(2, type));
        graph.message(12, new Message().text(1, "y").message(2, type));
        Message opset = new Message().number(2, 22);
        return write("model.onnx", new Message().message(8, opset).message(7, graph));
    }

    OnnxFolder data(int set, float[] x, float[] y) throws IOException {
        return write("test_data_set_%d/input_0.pb".formatted(set), tensor(x))
                .write("test_data_set_%d/output_0.pb".formatted(set), tensor(y));
    }

    static Message tensor(float... values) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            raw.putFloat(value);
        }
        return new Message().number(1, values.length).number(2, 1).bytes(9, raw.array());
    }

    OnnxFolder write(String name, Message message) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, message.bytes.toByteArray());
        return this;
    }
}
