package dev.weft.gpu;

import dev.weft.DType;

import java.util.Arrays;

/**
 * A kernel call's arguments, in order. One instance is filled anew for every call, so that a call
 * leaves nothing for the garbage collector.
 */
public final class Arguments {
    /** What an argument is. */
    public enum Kind {
        /** A 32-bit integer. */
        I32,
        /** A 64-bit integer. */
        I64,
        /** A float, given by its bits. */
        F32,
        /** A double, given by its bits. */
        F64,
        /** Device memory, given by its handle. */
        MEMORY
    }

    private Kind[] kinds = new Kind[48];
    private long[] bits = new long[48];
    private int count;

    /** No arguments. */
    public Arguments() {}

    /** Forgets all arguments. */
    Arguments clear() {
        count = 0;
        return this;
    }

    /**
     * @throws IllegalArgumentException where it does not fit: kernels take extents below 2³¹
     */
    Arguments i32(long value) {
        if (value != (int) value) {
            throw new IllegalArgumentException(
                    "an extent or stride of "
                            + value
                            + " elements is beyond what this kernel takes (2147483647): slice the"
                            + " operands");
        }
        return add(Kind.I32, value);
    }

    Arguments i64(long value) {
        return add(Kind.I64, value);
    }

    Arguments f32(double value) {
        return add(Kind.F32, Float.floatToRawIntBits((float) value));
    }

    Arguments f64(double value) {
        return add(Kind.F64, Double.doubleToRawLongBits(value));
    }

    /** A number as a kernel for this type, F32, F64, I32 or I64, takes it. */
    Arguments number(DType dtype, double value) {
        return switch (dtype) {
            case F32 -> f32(value);
            case F64 -> f64(value);
            case I32 -> i32((long) value);
            case I64 -> i64((long) value);
            case F16, BF16, U8, I8, BOOL ->
                    throw new IllegalArgumentException("no kernel computes in " + dtype);
        };
    }

    Arguments memory(long handle) {
        return add(Kind.MEMORY, handle);
    }

    private Arguments add(Kind kind, long value) {
        if (count == bits.length) {
            kinds = Arrays.copyOf(kinds, 2 * count);
            bits = Arrays.copyOf(bits, 2 * count);
        }
        kinds[count] = kind;
        bits[count++] = value;
        return this;
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** What argument {@code index} is. */
    public Kind kind(int index) {
        return kinds[index];
    }

    /** Its value: an integer, a float's or a double's bits, or a handle. */
    public long bits(int index) {
        return bits[index];
    }
}
