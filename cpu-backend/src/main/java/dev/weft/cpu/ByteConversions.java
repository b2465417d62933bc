package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.I32;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators.Conversion;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** I32 from and to U8, I8 and BOOL: integers wrap. There are no vectors of fewer than 8 bytes. */
final class ByteConversions {
    private static final boolean VECTORISED = COUNT >= 8;

    private static final VectorSpecies<Byte> I8 =
            VectorSpecies.of(
                    byte.class,
                    VectorShape.forBitSize(Math.max(64, Lanes.F32.vectorBitSize() / 4)));

    private ByteConversions() {}

    static void unsignedToInt(long x, long y, int count) {
        int i = 0;
        for (; VECTORISED && i <= count - COUNT; i += COUNT) {
            widen(ZERO_EXTEND_B2I, x, y, i);
        }
        for (; i < count; i++) {
            Memory.setInt(y + (long) i * WORD, Byte.toUnsignedInt(Memory.getByte(x + i)));
        }
    }

    static void byteToInt(long x, long y, int count) {
        int i = 0;
        for (; VECTORISED && i <= count - COUNT; i += COUNT) {
            widen(B2I, x, y, i);
        }
        for (; i < count; i++) {
            Memory.setInt(y + (long) i * WORD, Memory.getByte(x + i));
        }
    }

    private static void widen(Conversion<Byte, Integer> conversion, long x, long y, int index) {
        ((IntVector)
                        ByteVector.fromMemorySegment(I8, MEM, x + index, ORDER)
                                .convertShape(conversion, I32, 0))
                .intoMemorySegment(MEM, y + (long) index * WORD, ORDER);
    }

    static void intToByte(long x, long y, int count) {
        int i = 0;
        for (; VECTORISED && i <= count - COUNT; i += COUNT) {
            IntVector value = IntVector.fromMemorySegment(I32, MEM, x + (long) i * WORD, ORDER);
            ((ByteVector) value.convertShape(I2B, I8, 0)).intoMemorySegment(MEM, y + i, ORDER);
        }
        for (; i < count; i++) {
            Memory.setByte(y + i, (byte) Memory.getInt(x + (long) i * WORD));
        }
    }
}
