package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.DType;
import dev.weft.backend.Encoding;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Conversions against the specification, bit by bit but for NaN: of random bits and of edges. */
class ConversionTest {
    private static final int RANDOM = 1 << 13;

    /** Not a multiple of a vector's lanes. */
    private static final int COUNT = RANDOM + 9 * 64 + 5;

    private static final double[] EDGES = {
        0,
        0.5,
        1,
        1.5,
        2.5,
        127.5,
        128,
        255.5,
        256,
        2048.5,
        65504,
        65519.99,
        65520,
        0x1p24 + 1,
        0x1p31 - 1,
        0x1p31,
        0x1p53 + 2,
        0x1p63,
        0x1.fffffep127,
        0x1p128,
        Double.MAX_VALUE,
        0x1p-14,
        0x1.ffcp-15,
        0x1p-24,
        0x1p-25,
        0x1.000001p-25,
        0x1p-126,
        0x1p-133,
        0x1p-134,
        0x1.01p0,
        0x1.03p0,
        0x1.010000001p0,
        0x1.002p0,
        0x1.0020000001p0,
        Double.MIN_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NaN
    };

    private static Stream<Arguments> pairs() {
        return Arrays.stream(DType.values())
                .flatMap(
                        from ->
                                Arrays.stream(DType.values())
                                        .filter(to -> to != from)
                                        .map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void convertsAsSpecified(DType from, DType to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = numbers(arena, from);
            MemorySegment y = arena.allocate((long) COUNT * to.bytes(), 64);
            Conversion.of(from, to).run(x.address(), y.address(), COUNT);
            check(from, x, to, y);
        }
    }

    /**
     * As a view of a type that is only stored is read and written: the longer ends with the other.
     */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "U8", "I8"})
    void convertsInPlace(DType stored) {
        DType read = stored.computesIn();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = numbers(arena, stored);
            long end = (long) COUNT * (read.bytes() - stored.bytes());
            MemorySegment y = arena.allocate((long) COUNT * read.bytes(), 64);
            MemorySegment.copy(x, 0, y, end, x.byteSize());
            Conversion.of(stored, read).run(y.address() + end, y.address(), COUNT);
            check(stored, x, read, y);
            Conversion.of(read, stored).run(y.address(), y.address(), COUNT);
            check(stored, x, stored, y);
        }
    }

    private static MemorySegment numbers(Arena arena, DType type) {
        MemorySegment numbers = arena.allocate((long) COUNT * type.bytes(), 64);
        SplittableRandom random = new SplittableRandom(type.name().hashCode());
        for (int i = 0; i < COUNT; i++) {
            int edge = (i - RANDOM) / 2;
            if (type == DType.BOOL) {
                Encoding.setLong(type, numbers, i, random.nextInt(2));
            } else if (edge >= 0 && edge < EDGES.length) {
                Encoding.set(type, numbers, i, i % 2 == 0 ? EDGES[edge] : -EDGES[edge]);
            } else {
                for (int at = 0; at < type.bytes(); at++) {
                    numbers.set(
                            ValueLayout.JAVA_BYTE,
                            (long) i * type.bytes() + at,
                            (byte) random.nextInt());
                }
            }
        }
        return numbers;
    }

    private static void check(DType from, MemorySegment x, DType to, MemorySegment y) {
        MemorySegment expected = MemorySegment.ofArray(new long[1]);
        for (int i = 0; i < COUNT; i++) {
            if (from.isFloating()) {
                Encoding.set(to, expected, 0, Encoding.get(from, x, i));
            } else {
                Encoding.setLong(to, expected, 0, Encoding.getLong(from, x, i));
            }
            String what = "%s as %s, element %d".formatted(from, to, i);
            assertEquals(Encoding.get(to, expected, 0), Encoding.get(to, y, i), what);
            if (to == DType.I64) {
                assertEquals(Encoding.getLong(to, expected, 0), Encoding.getLong(to, y, i), what);
            }
        }
    }
}
