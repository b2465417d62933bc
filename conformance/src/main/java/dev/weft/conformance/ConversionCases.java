package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;

import org.junit.jupiter.api.DynamicTest;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Conversions between every two types, judged by a specification of their own: where types end,
 * where rounding twice differs from rounding once, and every number of the 16-bit types.
 */
final class ConversionCases {
    private static final int PATTERNS = 1 << 16;

    private ConversionCases() {}

    static Stream<DynamicTest> all(Supplier<Device> device) {
        List<DynamicTest> tests = new ArrayList<>();
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                tests.add(
                        dynamicTest(
                                from + " to " + to,
                                () -> {
                                    check(device.get(), edges(from), to);
                                    if (from == DType.F16 || from == DType.BF16) {
                                        check(device.get(), patterns(from), to);
                                    } else if (from != DType.BOOL
                                            && (to == DType.F16 || to == DType.BF16)) {
                                        check(device.get(), around(from, to), to);
                                    }
                                }));
            }
        }
        return tests.stream();
    }

    // ---- operands

    /** What conversions stumble over, as far as the type has it. */
    private static Values edges(DType dtype) {
        return dtype.isFloating() ? realEdges(dtype) : integerEdges(dtype);
    }

    private static Values realEdges(DType dtype) {
        DoubleStream.Builder edges = DoubleStream.builder();
        DoubleStream.of(
                        0,
                        0.5,
                        0.999,
                        1,
                        1.5,
                        2.5,
                        100.9,
                        127,
                        127.5,
                        128,
                        128.9,
                        129,
                        254.5,
                        255,
                        255.9,
                        256,
                        257,
                        65_535,
                        0x1p31 - 1,
                        0x1p31 - 0.5,
                        0x1p31,
                        0x1p31 + 1,
                        0x1p32,
                        0x1p53,
                        0x1p63 - 1024,
                        0x1p63,
                        0x1p63 + 2048,
                        0x1p64,
                        1e30,
                        1e300,
                        Double.POSITIVE_INFINITY,
                        Double.NaN)
                .forEach(edges::add);
        for (DType other : DType.values()) {
            if (other.isFloating()) {
                FloatFormat format = FloatFormat.of(other);
                double u = format.roundoff();
                double smallest = format.smallest();
                double half = format.ulp(format.largest()) / 2;
                DoubleStream ties =
                        DoubleStream.of(
                                1 + u,
                                1 + 3 * u,
                                smallest,
                                smallest / 2,
                                smallest * 1.5,
                                smallest * 2.5,
                                format.smallestNormal(),
                                format.smallestNormal() - smallest / 2,
                                format.largest(),
                                format.largest() + half,
                                format.largest() + 2 * half);
                // Next to a tie, by so little that a type between the two makes it one.
                ties.flatMap(tie -> DoubleStream.of(tie, tie * (1 + 0x1p-40), tie * (1 - 0x1p-40)))
                        .forEach(edges::add);
            }
        }
        double[] positive = edges.build().toArray();
        DoubleStream negative = Arrays.stream(positive).map(x -> -x);
        return Values.of(dtype, DoubleStream.concat(Arrays.stream(positive), negative).toArray());
    }

    private static Values integerEdges(DType dtype) {
        if (dtype == DType.BOOL) {
            return Values.of(dtype, 0, 1);
        }
        LongStream.Builder edges = LongStream.builder();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            long power = 1L << bit;
            LongStream.of(power - 1, power, power + 1).forEach(edges::add);
            // Half a unit of F16, BF16, F32 and F64, and one more, which rounding twice loses.
            for (int precision : new int[] {11, 8, 24, 53}) {
                if (bit >= precision) {
                    long half = power >>> precision;
                    LongStream.of(
                                    power + half - 1,
                                    power + half,
                                    power + half + 1,
                                    power + 3 * half)
                            .forEach(edges::add);
                }
            }
        }
        LongStream.of(65_519, 65_520, 65_521).forEach(edges::add);
        long[] positive = edges.build().toArray();
        LongStream negative = Arrays.stream(positive).map(x -> -x);
        return Values.of(dtype, LongStream.concat(Arrays.stream(positive), negative).toArray());
    }

    /** Every number of a 16-bit type. */
    private static Values patterns(DType dtype) {
        Values values = Values.zeros(dtype, PATTERNS);
        Arrays.setAll(values.bits(), i -> i);
        return values;
    }

    /** Every number of a 16-bit type, what is half-way to the next, and next to that. */
    private static Values around(DType from, DType narrow) {
        double[] numbers = patterns(narrow).reals();
        double[] around = new double[4 * PATTERNS];
        for (int i = 0; i < PATTERNS; i++) {
            double number = numbers[i];
            double middle = number + Math.copySign(FloatFormat.of(narrow).ulp(number) / 2, number);
            around[4 * i] = number;
            around[4 * i + 1] = middle;
            around[4 * i + 2] = Math.nextUp(middle);
            around[4 * i + 3] = Math.nextDown(middle);
        }
        if (from.isFloating()) {
            return Values.of(from, around);
        }
        return Values.of(from, Arrays.stream(around).mapToLong(x -> (long) x).toArray());
    }

    // ---- the specification

    private static void check(Device device, Values from, DType to) {
        Values expected = Values.zeros(to, from.size());
        for (int i = 0; i < from.size(); i++) {
            if (from.dtype().isFloating()) {
                convert(from.real(i), expected, i);
            } else {
                convert(from.integer(i), expected, i);
            }
        }
        try (Scope _ = device.scope()) {
            Tensor y = from.on(device).to(to);
            byte[] memory = new byte[to.bytes() * from.size()];
            y.download(MemorySegment.ofArray(memory));
            Values actual = Values.read(to, memory, Values.counting(from.size()));
            for (int i = 0; i < from.size(); i++) {
                if (!same(expected, actual, i)) {
                    fail(
                            "%s of %s to %s: expected %s, got %s"
                                    .formatted(
                                            text(from, i),
                                            from.dtype(),
                                            to,
                                            text(expected, i),
                                            text(actual, i)));
                }
            }
        }
    }

    private static void convert(double x, Values to, int i) {
        switch (to.dtype()) {
            case F64, F32, F16, BF16 -> to.set(i, FloatFormat.of(to.dtype()).round(x));
            case BOOL -> to.bits()[i] = x != 0 ? 1 : 0;
            // Java's cast truncates, saturates, and makes 0 of NaN.
            case I64, I32, U8, I8 ->
                    to.bits()[i] =
                            Math.clamp((long) x, to.dtype().smallest(), to.dtype().largest());
        }
    }

    private static void convert(long x, Values to, int i) {
        switch (to.dtype()) {
            case F64 -> to.set(i, (double) x);
            case F32, F16, BF16 -> to.set(i, FloatFormat.of(to.dtype()).round(odd(x)));
            case BOOL -> to.bits()[i] = x != 0 ? 1 : 0;
            case I64, I32, U8, I8 -> to.bits()[i] = x;
        }
    }

    /**
     * A number of at most 53 bits that rounds as x does in any format of at most 51: what is cut
     * off is kept in the last bit (Boldo and Melquiond, Emulation of FMA and correctly rounded
     * sums, 2008: rounding to odd).
     */
    private static double odd(long x) {
        long low = x & 0x7FF;
        boolean held = Math.abs((double) x) <= 0x1p53 || low == 0;
        return (double) (held ? x : x - low | 0x800);
    }

    private static boolean same(Values expected, Values actual, int i) {
        if (!expected.dtype().isFloating()) {
            return expected.integer(i) == actual.integer(i);
        }
        // Of a NaN, the payload is free.
        return Double.compare(expected.real(i), actual.real(i)) == 0;
    }

    private static String text(Values values, int i) {
        boolean floating = values.dtype().isFloating();
        return floating ? "" + values.real(i) : "" + values.integer(i);
    }
}
