package dev.weft.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.DType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.util.Random;

class EncodingTest {
    private final MemorySegment memory = MemorySegment.ofArray(new byte[64]);

    private double stored(DType dtype, double value) {
        Encoding.set(dtype, memory, 3, value);
        assertEquals(Encoding.rounded(dtype, value), Encoding.get(dtype, memory, 3));
        return Encoding.get(dtype, memory, 3);
    }

    private double storedLong(DType dtype, long value) {
        Encoding.setLong(dtype, memory, 3, value);
        return Encoding.get(dtype, memory, 3);
    }

    @ParameterizedTest
    @CsvSource({
        "F16, 65504, 65504",
        "F16, 65519.99, 65504",
        "F16, 65520, Infinity",
        "F16, -1e300, -Infinity",
        "F16, 2.98e-8, 0",
        "F16, 2.99e-8, 5.960464477539063E-8",
        "F16, -2.9e-8, -0.0",
        "F16, 6.0e-8, 5.960464477539063E-8",
        "F16, 1.00048828125, 1",
        "F16, 1.0004882812500002, 1.0009765625",
        "F16, 1.00146484375, 1.001953125",
        "F16, 1.0014648437499998, 1.0009765625",
        "BF16, 1.00390625, 1",
        "BF16, 1.0039062500000002, 1.0078125",
        "BF16, 3.4e38, Infinity",
        "BF16, 3.38e38, 3.3762391092936863E38",
        "BF16, 1e-45, 0",
        "F32, 16777217, 16777216",
        "I32, 2.9, 2",
        "I32, -2.9, -2",
        "I32, 1e10, 2147483647",
        "I32, -Infinity, -2147483648",
        "I32, NaN, 0",
        "I64, 1e30, 9223372036854775807",
        "U8, -3, 0",
        "U8, 255.9, 255",
        "U8, 256, 255",
        "I8, 128, 127",
        "I8, -129, -128",
        "BOOL, 0.1, 1",
        "BOOL, NaN, 1",
        "BOOL, -0.0, 0"
    })
    void numbersBecomeTheNearestElement(DType dtype, double value, double element) {
        assertEquals(element, stored(dtype, value), Math.ulp((float) element) / 4);
        assertEquals(Math.copySign(1, element), Math.copySign(1, stored(dtype, value)));
    }

    @ParameterizedTest
    @CsvSource({
        "U8, 256, 0",
        "U8, -1, 255",
        "I8, 200, -56",
        "I32, 4294967297, 1",
        "BOOL, 256, 1",
        "I64, -9223372036854775808, -9223372036854775808",
        "F16, 2049, 2048",
        "F16, 70000, Infinity",
        "BF16, 257, 256",
        "F32, 16777217, 16777216",
        // Just beyond a tie, which a double on the way would make one.
        "BF16, 4629700416936869889, 4647714815446351872",
        "BF16, -4629700416936869889, -4647714815446351872",
        "F32, 9007199791611905, 9007200328482816"
    })
    void integersWrapOrRound(DType dtype, long value, double element) {
        assertEquals(element, storedLong(dtype, value));
    }

    /** Rounding once is to be exact: compared with the distances to both neighbours. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16"})
    void theNearestOfAll(DType dtype) {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            double value = (random.nextDouble() - 0.5) * Math.scalb(1.0, random.nextInt(-12, 14));
            double element = stored(dtype, value);
            double step = Math.max(Math.abs(element) * dtype.roundoff() * 2, 0x1p-24);
            for (double other :
                    new double[] {stored(dtype, element - step), stored(dtype, element + step)}) {
                assertEquals(
                        -1,
                        distance(element, value).compareTo(distance(other, value)),
                        () -> dtype + " " + value + " became " + element + ", not " + other);
            }
        }
    }

    private static BigDecimal distance(double a, double b) {
        return new BigDecimal(a).subtract(new BigDecimal(b)).abs();
    }

    @Test
    void everyHalfComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            for (DType dtype : new DType[] {DType.F16, DType.BF16}) {
                MemorySegment.copy(
                        MemorySegment.ofArray(new short[] {(short) bits}), 0, memory, 0, 2);
                double value = Encoding.get(dtype, memory, 0);
                Encoding.set(dtype, memory, 1, value);
                assertEquals(value, Encoding.get(dtype, memory, 1));
            }
        }
    }

    @Test
    void constantsWrap() {
        assertEquals(Long.MIN_VALUE, Encoding.wrapped(0x1p63));
        assertEquals(Long.MIN_VALUE, Encoding.wrapped(-0x1p63));
        assertEquals(0, Encoding.wrapped(0x1p64));
        assertEquals(1L << 12, Encoding.wrapped(0x1p64 + 0x1p12));
        assertEquals(-5, Encoding.wrapped(-5.0));
        assertEquals(-1L << 12, Encoding.wrapped(-0x1p64 - 0x1p12));
    }

    @Test
    void floatsAreNoIntegers() {
        assertThrows(IllegalArgumentException.class, () -> Encoding.getLong(DType.F32, memory, 0));
        assertThrows(IllegalArgumentException.class, () -> Encoding.wrapped(DType.F16, 1));
        assertThrows(IllegalStateException.class, DType.F32::largest);
        assertThrows(IllegalStateException.class, DType.I32::roundoff);
    }
}
