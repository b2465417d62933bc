package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.I32;
import static dev.weft.cpu.Memory.DOUBLE_WORD;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.B2L;
import static jdk.incubator.vector.VectorOperators.B2S;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * y = condition ? a : b for adjacent elements of 1, 2, 4 or 8 bytes, whatever they are: by vectors,
 * where {@link Lanes#COUNT} conditions are one, of 8 bytes at least. C2 makes no vectors of the
 * loops over single elements, which take eleven times as long (2.0 and 0.17 ns for 4 bytes on a Zen
 * 3).
 */
final class Selection {
    private static final boolean VECTORISED = COUNT >= 8;

    private static final VectorSpecies<Byte> I8 = ofBits(byte.class, 4);
    private static final VectorSpecies<Short> I16 = ofBits(short.class, 2);

    private Selection() {}

    /** Vectors of elements that are so many times shorter than F32, as many as that has lanes. */
    private static <T> VectorSpecies<T> ofBits(Class<T> type, int shorter) {
        int bits = Math.max(64, Lanes.F32.vectorBitSize() / shorter);
        return VectorSpecies.of(type, VectorShape.forBitSize(bits));
    }

    /** Chooses {@code count} elements, a multiple of {@link Lanes#COUNT}. */
    static void run(int width, long condition, long a, long b, long y, int count) {
        switch (width) {
            case 1 -> bytes(condition, a, b, y, count);
            case 2 -> shorts(condition, a, b, y, count);
            case WORD -> ints(condition, a, b, y, count);
            default -> longs(condition, a, b, y, count);
        }
    }

    private static ByteVector load(long bytes, int i) {
        return ByteVector.fromMemorySegment(I8, MEM, bytes + i, ORDER);
    }

    private static void bytes(long condition, long a, long b, long y, int count) {
        int i = 0;
        for (; VECTORISED && i < count; i += COUNT) {
            load(b, i)
                    .blend(load(a, i), load(condition, i).compare(NE, 0))
                    .intoMemorySegment(MEM, y + i, ORDER);
        }
        for (; i < count; i++) {
            Memory.setByte(y + i, Memory.getByte((isTrue(condition, i) ? a : b) + i));
        }
    }

    private static void shorts(long condition, long a, long b, long y, int count) {
        int i = 0;
        for (; VECTORISED && i < count; i += COUNT) {
            long at = (long) i * Short.BYTES;
            ShortVector chosen = (ShortVector) load(condition, i).convertShape(B2S, I16, 0);
            ShortVector.fromMemorySegment(I16, MEM, b + at, ORDER)
                    .blend(
                            ShortVector.fromMemorySegment(I16, MEM, a + at, ORDER),
                            chosen.compare(NE, 0))
                    .intoMemorySegment(MEM, y + at, ORDER);
        }
        for (; i < count; i++) {
            long at = (long) i * Short.BYTES;
            Memory.setShort(y + at, Memory.getShort((isTrue(condition, i) ? a : b) + at));
        }
    }

    private static void ints(long condition, long a, long b, long y, int count) {
        int i = 0;
        for (; VECTORISED && i < count; i += COUNT) {
            long at = (long) i * WORD;
            IntVector chosen = (IntVector) load(condition, i).convertShape(B2I, I32, 0);
            IntVector.fromMemorySegment(I32, MEM, b + at, ORDER)
                    .blend(
                            IntVector.fromMemorySegment(I32, MEM, a + at, ORDER),
                            chosen.compare(NE, 0))
                    .intoMemorySegment(MEM, y + at, ORDER);
        }
        for (; i < count; i++) {
            long at = (long) i * WORD;
            Memory.setInt(y + at, Memory.getInt((isTrue(condition, i) ? a : b) + at));
        }
    }

    private static void longs(long condition, long a, long b, long y, int count) {
        int i = 0;
        for (; VECTORISED && i < count; i += COUNT) {
            ByteVector chosen = load(condition, i);
            longs(chosen, 0, a, b, y, i);
            longs(chosen, 1, a, b, y, i + DoubleLanes.COUNT);
        }
        for (; i < count; i++) {
            long at = (long) i * DOUBLE_WORD;
            Memory.setLong(y + at, Memory.getLong((isTrue(condition, i) ? a : b) + at));
        }
    }

    /** One half of so many conditions. */
    private static void longs(ByteVector condition, int half, long a, long b, long y, int i) {
        long at = (long) i * DOUBLE_WORD;
        LongVector chosen = (LongVector) condition.convertShape(B2L, DoubleLanes.I64, half);
        LongVector.fromMemorySegment(DoubleLanes.I64, MEM, b + at, ORDER)
                .blend(
                        LongVector.fromMemorySegment(DoubleLanes.I64, MEM, a + at, ORDER),
                        chosen.compare(NE, 0))
                .intoMemorySegment(MEM, y + at, ORDER);
    }

    private static boolean isTrue(long condition, int i) {
        return Memory.getByte(condition + i) != 0;
    }
}
