package dev.weft.cpu;

import static dev.weft.cpu.Memory.MEM;

import dev.weft.DType;
import dev.weft.backend.Encoding;

import org.jspecify.annotations.Nullable;

/** y = x for adjacent elements of two types, as {@link Encoding} says. */
@FunctionalInterface
interface Conversion {
    /**
     * Converts {@code count} elements. y may begin where x does if its elements are no longer, and
     * end where x does if they are no shorter.
     */
    void run(long x, long y, int count);

    /** The conversion of a type to another. */
    static Conversion of(DType from, DType to) {
        Conversion fast = byVectors(from, to);
        return fast != null ? fast : (x, y, count) -> oneByOne(from, to, x, y, 0, count);
    }

    /** The conversions that are on the way of other operations, or otherwise frequent. */
    static @Nullable Conversion byVectors(DType from, DType to) {
        return switch (from) {
            case F64 -> to == DType.F32 ? WideConversions::doubleToFloat : null;
            case F32 ->
                    switch (to) {
                        case F64 -> WideConversions::floatToDouble;
                        case F16 -> HalfConversions::floatToHalf;
                        case BF16 -> HalfConversions::floatToBfloat;
                        case I32 -> WideConversions::floatToInt;
                        case F32, I64, U8, I8, BOOL -> null;
                    };
            case F16 -> to == DType.F32 ? HalfConversions::halfToFloat : null;
            case BF16 -> to == DType.F32 ? HalfConversions::bfloatToFloat : null;
            case I64 -> to == DType.I32 ? WideConversions::longToInt : null;
            case I32 ->
                    switch (to) {
                        case F64 -> WideConversions::intToDouble;
                        case F32 -> WideConversions::intToFloat;
                        case I64 -> WideConversions::intToLong;
                        case U8, I8 -> ByteConversions::intToByte;
                        case F16, BF16, I32, BOOL -> null;
                    };
            case U8, BOOL -> to == DType.I32 ? ByteConversions::unsignedToInt : null;
            case I8 -> to == DType.I32 ? ByteConversions::byteToInt : null;
        };
    }

    /** Converts elements [start, count), in their order. */
    static void oneByOne(DType from, DType to, long x, long y, int start, int count) {
        long in = x / from.bytes();
        long out = y / to.bytes();
        for (int i = start; i < count; i++) {
            if (from.isFloating()) {
                Encoding.set(to, MEM, out + i, Encoding.get(from, MEM, in + i));
            } else {
                Encoding.setLong(to, MEM, out + i, Encoding.getLong(from, MEM, in + i));
            }
        }
    }
}
