package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Shape;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * A TensorProto: its name, type, extents and elements. Field numbers and types as in onnx.proto,
 * onnx/onnx v1.22.0.
 *
 * @param type TensorProto.DataType
 * @param values the elements, or null where Weft has no such type
 */
record OnnxTensor(String name, int type, Shape shape, @Nullable Values values) {
    private static final int DIMS = 1;
    private static final int DATA_TYPE = 2;
    private static final int FLOAT_DATA = 4;
    private static final int INT32_DATA = 5;
    private static final int INT64_DATA = 7;
    private static final int NAME = 8;
    private static final int RAW_DATA = 9;
    private static final int DOUBLE_DATA = 10;
    private static final int DATA_LOCATION = 14;

    static OnnxTensor of(Protobuf message) {
        int type = (int) message.number(DATA_TYPE);
        Shape shape = Shape.of(message.numbers(DIMS));
        DType dtype = dtype(type);
        if (message.number(DATA_LOCATION) != 0) {
            throw new UnsupportedCase("data in another file");
        }
        Values values = dtype == null ? null : values(message, dtype, shape);
        return new OnnxTensor(message.text(NAME), type, shape, values);
    }

    /** The type that a TensorProto.DataType names, or null where Weft has none. */
    static @Nullable DType dtype(int type) {
        return switch (type) {
            case 1 -> DType.F32;
            case 2 -> DType.U8;
            case 3 -> DType.I8;
            case 6 -> DType.I32;
            case 7 -> DType.I64;
            case 9 -> DType.BOOL;
            case 10 -> DType.F16;
            case 11 -> DType.F64;
            case 16 -> DType.BF16;
            default -> null;
        };
    }

    private static Values values(Protobuf message, DType dtype, Shape shape) {
        if (message.has(RAW_DATA)) {
            ByteBuffer raw = message.bytes(RAW_DATA).getLast().duplicate();
            checkSize(shape, raw.remaining() / (double) dtype.bytes());
            byte[] bytes = new byte[raw.remaining()];
            raw.get(bytes);
            return Values.read(dtype, bytes, Values.counting((int) shape.size()));
        }
        Values values =
                switch (dtype) {
                    case F32 -> Values.of(dtype, message.floats(FLOAT_DATA));
                    case F64 -> Values.of(dtype, message.doubles(DOUBLE_DATA));
                    // As bits, or as numbers: each in a varint.
                    case I64 -> new Values(dtype, message.numbers(INT64_DATA));
                    case F16, BF16, I32, U8, I8, BOOL ->
                            new Values(dtype, message.numbers(INT32_DATA));
                };
        checkSize(shape, values.size());
        return values;
    }

    private static void checkSize(Shape shape, double elements) {
        if (elements != shape.size()) {
            throw new IllegalArgumentException(
                    "a tensor of extents %s has %s elements".formatted(shape, (float) elements));
        }
    }
}
