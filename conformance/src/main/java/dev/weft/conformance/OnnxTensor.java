package dev.weft.conformance;

import dev.weft.Shape;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A TensorProto: its name, type, extents and elements. Field numbers and types as in onnx.proto,
 * onnx/onnx v1.22.0.
 *
 * @param type TensorProto.DataType
 * @param reals the elements of a FLOAT
 * @param integers the elements of an INT32 or INT64
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record OnnxTensor(String name, int type, Shape shape, float[] reals, long[] integers) {
    static final int FLOAT = 1;
    static final int INT32 = 6;
    static final int INT64 = 7;

    private static final int DIMS = 1;
    private static final int DATA_TYPE = 2;
    private static final int FLOAT_DATA = 4;
    private static final int INT32_DATA = 5;
    private static final int INT64_DATA = 7;
    private static final int NAME = 8;
    private static final int RAW_DATA = 9;

    static OnnxTensor of(Protobuf message) {
        int type = (int) message.number(DATA_TYPE);
        Shape shape = Shape.of(message.numbers(DIMS));
        int size = (int) shape.size();
        float[] reals = new float[type == FLOAT ? size : 0];
        long[] integers = new long[type == INT32 || type == INT64 ? size : 0];
        if (message.has(RAW_DATA)) {
            ByteBuffer raw =
                    message.bytes(RAW_DATA).getLast().duplicate().order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < reals.length; i++) {
                reals[i] = raw.getFloat();
            }
            for (int i = 0; i < integers.length; i++) {
                integers[i] = type == INT32 ? raw.getInt() : raw.getLong();
            }
        } else if (type == FLOAT) {
            reals = message.reals(FLOAT_DATA);
        } else if (type == INT32 || type == INT64) {
            integers = message.numbers(type == INT32 ? INT32_DATA : INT64_DATA);
        }
        return new OnnxTensor(message.text(NAME), type, shape, reals, integers);
    }
}
