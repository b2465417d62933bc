package dev.weft.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * All of native memory as one segment, addressed by {@code long}.
 *
 * <p>Every kernel reads and writes through this one constant. C2 then sees a single kind of segment
 * (no base object, no session to check, bounds that always hold), and a load becomes one
 * instruction. Segments passed from call to call would pollute its profile: the same gemm kernel
 * ran at a tenth of its speed over them.
 *
 * <p>Addresses come from views, which have checked their bounds.
 */
final class Memory {
    /** Every address there is. */
    @SuppressWarnings("restricted")
    static final MemorySegment MEM = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /**
     * The bits of an address, and of a distance, so few that the sum of a dozen is no overflow. Of
     * sums of what was masked with them C2 knows that they are inside {@link #MEM}. It otherwise
     * compares them with its bounds where an address steps by a variable: in a tile of gemm, nine
     * times for 20 multiply-adds.
     */
    static final long ADDRESS = Long.MAX_VALUE >>> 5;

    /** The only order that the supported processors have. */
    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /** Bytes of an F32 or an I32. */
    static final int WORD = 4;

    /** Bytes of an F64 or an I64. */
    static final int DOUBLE_WORD = 8;

    private Memory() {}

    static float getFloat(long address) {
        return MEM.get(ValueLayout.JAVA_FLOAT_UNALIGNED, address);
    }

    static void setFloat(long address, float value) {
        MEM.set(ValueLayout.JAVA_FLOAT_UNALIGNED, address, value);
    }

    static double getDouble(long address) {
        return MEM.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, address);
    }

    static void setDouble(long address, double value) {
        MEM.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, address, value);
    }

    static int getInt(long address) {
        return MEM.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    static void setInt(long address, int value) {
        MEM.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
    }

    static long getLong(long address) {
        return MEM.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    static void setLong(long address, long value) {
        MEM.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
    }

    static short getShort(long address) {
        return MEM.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
    }

    static void setShort(long address, short value) {
        MEM.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, value);
    }

    static byte getByte(long address) {
        return MEM.get(ValueLayout.JAVA_BYTE, address);
    }

    static void setByte(long address, byte value) {
        MEM.set(ValueLayout.JAVA_BYTE, address, value);
    }

    /** The 64-bit number in two ints, the low one first. */
    static long getWords(long address) {
        return Integer.toUnsignedLong(getInt(address)) | (long) getInt(address + WORD) << 32;
    }

    /** Stores a 64-bit number as two ints, the low one first. */
    static void setWords(long address, long value) {
        setInt(address, (int) value);
        setInt(address + WORD, (int) (value >>> 32));
    }

    /** to[0 … bytes) = from[0 … bytes); the ranges may overlap. */
    static void copy(long from, long to, long bytes) {
        MemorySegment.copy(MEM, from, MEM, to, bytes);
    }
}
