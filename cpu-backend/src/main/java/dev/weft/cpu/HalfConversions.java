package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.I32;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import dev.weft.DType;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * F32 from and to F16 and BF16, by operations on their bits: nearest, ties to even. A half has 5
 * bits of exponent, whose bias is 112 less than a float's, and 13 bits of fraction less.
 */
final class HalfConversions {
    private static final VectorSpecies<Short> I16 =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Lanes.F32.vectorBitSize() / 2));

    private static final int MAGNITUDE = Integer.MAX_VALUE;
    private static final int INFINITE = 0x7F800000;
    private static final int SIGN = 0x8000;

    /**
     * What the bits of a float's exponent are more than a half's, once these are in their place.
     */
    private static final int BIAS = 112 << 23;

    /** From here on, the bits of a half are of something infinite, or NaN. */
    private static final int INFINITE_HALF = 0x7C00;

    private static final int NAN_HALF = 0x7E00;

    /** 2⁻¹⁴: what is smaller is a half with fewer bits. */
    private static final int NORMAL_HALF = 113 << 23;

    /** 2¹⁶, which is no half any more: it comes out as infinite. */
    private static final int TOO_LARGE = 143 << 23;

    /** 0.5, whose last bit counts as much as the last of the smallest halves. */
    private static final int ROUNDER = 126 << 23;

    private HalfConversions() {}

    static void halfToFloat(long x, long y, int count) {
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            toFloat(shorts(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
        Conversion.oneByOne(DType.F16, DType.F32, x, y, i, count);
    }

    private static IntVector toFloat(IntVector half) {
        IntVector magnitude = half.and(SIGN - 1);
        IntVector bits = magnitude.lanewise(LSHL, 13).add(BIAS);
        IntVector small =
                bits.add(1 << 23)
                        .reinterpretAsFloats()
                        .sub(Float.intBitsToFloat(NORMAL_HALF))
                        .reinterpretAsInts();
        return bits.blend(bits.add(BIAS), magnitude.compare(GE, INFINITE_HALF))
                .blend(small, magnitude.compare(LT, 1 << 10))
                .or(half.and(SIGN).lanewise(LSHL, 16));
    }

    static void floatToHalf(long x, long y, int count) {
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            store(toHalf(ints(x, i)), y, i);
        }
        Conversion.oneByOne(DType.F32, DType.F16, x, y, i, count);
    }

    private static IntVector toHalf(IntVector bits) {
        IntVector magnitude = bits.and(MAGNITUDE);
        IntVector bounded = magnitude.min(TOO_LARGE);
        // Half of what is cut off, less one where the bit before is even: so ties go to even.
        IntVector odd = bounded.lanewise(LSHR, 13).and(1);
        IntVector normal = bounded.add(odd).add((1 << 12) - 1 - BIAS).lanewise(LSHR, 13);
        IntVector small =
                bounded.reinterpretAsFloats()
                        .add(Float.intBitsToFloat(ROUNDER))
                        .reinterpretAsInts()
                        .sub(ROUNDER);
        return normal.blend(small, magnitude.compare(LT, NORMAL_HALF))
                .blend(NAN_HALF, magnitude.compare(GT, INFINITE))
                .or(bits.lanewise(LSHR, 16).and(SIGN));
    }

    static void bfloatToFloat(long x, long y, int count) {
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            shorts(x, i).lanewise(LSHL, 16).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
        Conversion.oneByOne(DType.BF16, DType.F32, x, y, i, count);
    }

    static void floatToBfloat(long x, long y, int count) {
        int i = 0;
        for (; i <= count - COUNT; i += COUNT) {
            store(toBfloat(ints(x, i)), y, i);
        }
        Conversion.oneByOne(DType.F32, DType.BF16, x, y, i, count);
    }

    private static IntVector toBfloat(IntVector bits) {
        IntVector odd = bits.lanewise(LSHR, 16).and(1);
        IntVector rounded = bits.add(odd).add(0x7FFF);
        // What has only low bits of NaN would become infinite.
        return rounded.blend(MAGNITUDE, bits.and(MAGNITUDE).compare(GT, INFINITE))
                .lanewise(LSHR, 16);
    }

    private static IntVector shorts(long address, int index) {
        return (IntVector)
                ShortVector.fromMemorySegment(I16, MEM, address + (long) index * Short.BYTES, ORDER)
                        .convertShape(ZERO_EXTEND_S2I, I32, 0);
    }

    private static IntVector ints(long address, int index) {
        return IntVector.fromMemorySegment(I32, MEM, address + (long) index * WORD, ORDER);
    }

    private static void store(IntVector bits, long address, int index) {
        ((ShortVector) bits.convertShape(I2S, I16, 0))
                .intoMemorySegment(MEM, address + (long) index * Short.BYTES, ORDER);
    }
}
