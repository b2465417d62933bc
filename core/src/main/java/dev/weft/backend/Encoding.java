package dev.weft.backend;

import dev.weft.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * How elements of each type lie in host memory, and how numbers become elements: floating types
 * round to nearest, ties to even, once; a fraction that becomes an integer is truncated, and what
 * is beyond the type saturates (NaN gives 0); an integer that becomes a narrower one wraps; BOOL is
 * whether a number is not 0.
 *
 * <p>One element at a time: for specifications, tests and small transfers.
 */
public final class Encoding {
    private static final ValueLayout.OfDouble F64 =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort I16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

    private Encoding() {}

    /** The element at an index, as a double: rounded where it is an I64 beyond 2⁵³. */
    public static double get(DType dtype, MemorySegment memory, long index) {
        long at = index * dtype.bytes();
        return switch (dtype) {
            case F64 -> memory.get(F64, at);
            case F32 -> memory.get(F32, at);
            case F16 -> Float.float16ToFloat(memory.get(I16, at));
            case BF16 -> Float.intBitsToFloat(memory.get(I16, at) << Short.SIZE);
            case I64, I32, U8, I8, BOOL -> getLong(dtype, memory, index);
        };
    }

    /** The element at an index of an integer type or BOOL. */
    public static long getLong(DType dtype, MemorySegment memory, long index) {
        long at = index * dtype.bytes();
        return switch (dtype) {
            case I64 -> memory.get(I64, at);
            case I32 -> memory.get(I32, at);
            case U8 -> Byte.toUnsignedLong(memory.get(I8, at));
            case I8, BOOL -> memory.get(I8, at);
            case F64, F32, F16, BF16 ->
                    throw new IllegalArgumentException(dtype + " is not an integer type");
        };
    }

    /** Stores a number, rounded or truncated. */
    public static void set(DType dtype, MemorySegment memory, long index, double value) {
        long at = index * dtype.bytes();
        switch (dtype) {
            case F64 -> memory.set(F64, at, value);
            case F32 -> memory.set(F32, at, (float) value);
            case F16 -> memory.set(I16, at, Float.floatToFloat16(oddly(value)));
            case BF16 -> memory.set(I16, at, bfloat16(oddly(value)));
            case I64, I32, U8, I8, BOOL -> setLong(dtype, memory, index, truncated(dtype, value));
        }
    }

    /** Stores an integer: wrapped in an integer type, rounded in a floating one. */
    public static void setLong(DType dtype, MemorySegment memory, long index, long value) {
        long at = index * dtype.bytes();
        switch (dtype) {
            case F64 -> memory.set(F64, at, (double) value);
            case F32 -> memory.set(F32, at, (float) value);
            case F16, BF16 -> set(dtype, memory, index, oddly(value));
            case I64 -> memory.set(I64, at, value);
            case I32 -> memory.set(I32, at, (int) value);
            case U8, I8 -> memory.set(I8, at, (byte) value);
            case BOOL -> memory.set(I8, at, (byte) (value == 0 ? 0 : 1));
        }
    }

    /** A number as the type can hold it. */
    public static double rounded(DType dtype, double value) {
        return switch (dtype) {
            case F64 -> value;
            case F32 -> (float) value;
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(oddly(value)));
            case BF16 -> Float.intBitsToFloat(bfloat16(oddly(value)) << Short.SIZE);
            case I64, I32, U8, I8, BOOL -> truncated(dtype, value);
        };
    }

    /** An integer as a floating type can hold it. */
    public static double rounded(DType dtype, long value) {
        return switch (dtype) {
            case F64 -> (double) value;
            case F32 -> (float) value;
            case F16, BF16 -> rounded(dtype, oddly(value));
            case I64, I32, U8, I8, BOOL ->
                    throw new IllegalArgumentException(dtype + " is not a floating type");
        };
    }

    /** A number without its fraction, as near as an integer type or BOOL can hold it. */
    public static long truncated(DType dtype, double value) {
        if (dtype == DType.BOOL) {
            return value == 0 ? 0 : 1;
        }
        return Math.clamp((long) value, dtype.smallest(), dtype.largest());
    }

    /** An integer as an integer type or BOOL has it: wrapped. */
    public static long wrapped(DType dtype, long value) {
        return switch (dtype) {
            case I64 -> value;
            case I32 -> (int) value;
            case U8 -> value & 0xFF;
            case I8 -> (byte) value;
            case BOOL -> value == 0 ? 0 : 1;
            case F64, F32, F16, BF16 ->
                    throw new IllegalArgumentException(dtype + " is not an integer type");
        };
    }

    /**
     * A whole number modulo 2⁶⁴: what the constants of {@link KernelCall.Unary} mean for integers.
     * As {@code (long) value}, but for what lies just beyond.
     */
    public static long wrapped(double value) {
        return Math.abs(value) < 0x1p63 || Double.isNaN(value)
                ? (long) value
                : (long) (value % 0x1p64 - (value % 0x1p64 >= 0x1p63 ? 0x1p64 : 0));
    }

    /** Nearest, ties to even; NaN stays NaN. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> Short.SIZE) | 0x40);
        }
        return (short) ((bits + 0x7FFF + ((bits >>> Short.SIZE) & 1)) >>> Short.SIZE);
    }

    /**
     * The nearest float or, where that is not the number, of the two around it the one whose last
     * bit is set: rounded further, it gives what rounding once gives (Boldo and Melquiond 2008).
     */
    private static float oddly(double value) {
        float nearest = (float) value;
        int bits = Float.floatToRawIntBits(nearest);
        if (nearest == value || Double.isNaN(value) || (bits & 1) != 0) {
            return nearest;
        }
        return Float.intBitsToFloat(Math.abs(nearest) < Math.abs(value) ? bits + 1 : bits - 1);
    }

    /** As {@link #oddly(double)}, for a double. */
    private static double oddly(long value) {
        double nearest = (double) value;
        long back = (long) nearest;
        // (long) saturates: 2⁶³ - 1 would seem to have been held.
        boolean above = nearest == 0x1p63 || back > value;
        if ((back == value && !above) || (Double.doubleToRawLongBits(nearest) & 1) != 0) {
            return nearest;
        }
        return above ? Math.nextDown(nearest) : Math.nextUp(nearest);
    }
}
