package dev.weft.onnx.graph;

import dev.weft.DType;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** The types of elements that ONNX numbers: TensorProto.DataType, onnx/onnx v1.22.0. */
public final class ElementType {
    private static final List<String> NAMES =
            List.of(
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
                    "bfloat16",
                    "float8e4m3fn",
                    "float8e4m3fnuz",
                    "float8e5m2",
                    "float8e5m2fnuz",
                    "uint4",
                    "int4",
                    "float4e2m1");

    private ElementType() {}

    /** Weft's type of this number, or null where Weft has none. */
    public static @Nullable DType dtype(int type) {
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

    /** The number of one of Weft's types. */
    public static int of(DType dtype) {
        return switch (dtype) {
            case F32 -> 1;
            case U8 -> 2;
            case I8 -> 3;
            case I32 -> 6;
            case I64 -> 7;
            case BOOL -> 9;
            case F16 -> 10;
            case F64 -> 11;
            case BF16 -> 16;
        };
    }

    /** ONNX's name of the type of this number. */
    public static String name(int type) {
        return type >= 0 && type < NAMES.size() ? NAMES.get(type) : "type " + type;
    }
}
