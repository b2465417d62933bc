package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Elements of any type, as the bits of which memory holds the low {@link DType#bytes}.
 *
 * @param bits one for each element, in row-major order; the caller may change them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Values(DType dtype, long[] bits) {
    /** So many zeros. */
    static Values zeros(DType dtype, long size) {
        return new Values(dtype, new long[(int) size]);
    }

    /** Each number rounded once; where the type is one of integers, numbers that it has. */
    static Values of(DType dtype, double... numbers) {
        Values values = zeros(dtype, numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            values.set(i, numbers[i]);
        }
        return values;
    }

    /** Numbers that the type has; what is beyond an integer's range wraps. */
    static Values of(DType dtype, long... numbers) {
        Values values = zeros(dtype, numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            values.bits[i] = dtype.isFloating() ? bits(dtype, (double) numbers[i]) : numbers[i];
        }
        return values;
    }

    /** I32, as indices, labels and counters are. */
    static Values of(int... numbers) {
        return of(DType.I32, Arrays.stream(numbers).asLongStream().toArray());
    }

    private static long bits(DType dtype, double number) {
        return switch (dtype) {
            case F64 -> Double.doubleToRawLongBits(number);
            case F32 -> Float.floatToRawIntBits((float) number);
            case F16 -> Float.floatToFloat16((float) FloatFormat.of(dtype).round(number));
            case BF16 ->
                    Float.floatToRawIntBits((float) FloatFormat.of(dtype).round(number)) >>> 16;
            case I64, I32, U8, I8, BOOL -> (long) number;
        };
    }

    int size() {
        return bits.length;
    }

    /** An element, which an I64 beyond 2⁵³ may not be exactly. */
    double real(int i) {
        return switch (dtype) {
            case F64 -> Double.longBitsToDouble(bits[i]);
            case F32 -> Float.intBitsToFloat((int) bits[i]);
            case F16 -> Float.float16ToFloat((short) bits[i]);
            case BF16 -> Float.intBitsToFloat((int) bits[i] << 16);
            case I64, I32, U8, I8, BOOL -> (double) integer(i);
        };
    }

    /** An element of a type of integers, or 0 and 1 for a truth. */
    long integer(int i) {
        return switch (dtype) {
            case I64 -> bits[i];
            case I32 -> (int) bits[i];
            case I8 -> (byte) bits[i];
            case U8, BOOL -> bits[i] & 0xFF;
            case F64, F32, F16, BF16 -> throw new IllegalArgumentException(dtype + " has none");
        };
    }

    double[] reals() {
        double[] reals = new double[bits.length];
        Arrays.setAll(reals, this::real);
        return reals;
    }

    /** Replaces an element, by the number rounded. */
    void set(int i, double number) {
        bits[i] = bits(dtype, number);
    }

    /** Each element {@code times} times: a a a b b b. */
    Values each(int times) {
        Values repeated = zeros(dtype, (long) size() * times);
        Arrays.setAll(repeated.bits, i -> bits[i / times]);
        return repeated;
    }

    /** So many elements, these again and again: a b a b a. */
    Values cycled(int size) {
        Values repeated = zeros(dtype, size);
        Arrays.setAll(repeated.bits, i -> bits[i % size()]);
        return repeated;
    }

    /** A tensor of these elements. */
    Tensor on(Device device, Shape shape) {
        byte[] memory = new byte[at(size())];
        write(memory, counting(size()));
        return device.upload(dtype, MemorySegment.ofArray(memory), shape);
    }

    /** A tensor of rank 1. */
    Tensor on(Device device) {
        return on(device, Shape.of(size()));
    }

    /** Where an element is in memory. */
    private int at(int position) {
        return position * dtype.bytes();
    }

    /** 0, 1, 2, …: positions of elements without gaps. */
    static int[] counting(int size) {
        int[] positions = new int[size];
        Arrays.setAll(positions, i -> i);
        return positions;
    }

    /** Writes the elements to memory, to these positions. */
    void write(byte[] memory, int... positions) {
        for (int i = 0; i < positions.length; i++) {
            for (int b = 0; b < dtype.bytes(); b++) {
                memory[at(positions[i]) + b] = (byte) (bits[i] >>> (8 * b));
            }
        }
    }

    /** The elements at these positions of memory. */
    static Values read(DType dtype, byte[] memory, int... positions) {
        Values values = zeros(dtype, positions.length);
        for (int i = 0; i < positions.length; i++) {
            for (int b = 0; b < dtype.bytes(); b++) {
                values.bits[i] |= (memory[values.at(positions[i]) + b] & 0xFFL) << (8 * b);
            }
        }
        return values;
    }
}
