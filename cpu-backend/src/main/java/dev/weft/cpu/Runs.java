package dev.weft.cpu;

import static dev.weft.cpu.Memory.DOUBLE_WORD;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.LongVector;

/**
 * Copies of evenly spaced elements from and to adjacent ones. They move bits, whatever the elements
 * are: these are 1, 2, 4 or 8 bytes wide.
 */
final class Runs {
    /** Bytes from which on the platform's copy is faster than a loop. */
    private static final int LONG_RUN = 1024;

    private Runs() {}

    /** to[i] = from[i stride]. */
    static void read(long from, long stride, long to, int count, int width) {
        if (stride == width) {
            adjacent(from, to, (long) count * width);
        } else if (stride == 0) {
            fill(pattern(from, width), to, (long) count * width);
        } else {
            Moves.of(width).spaced(from, stride, to, width, count);
        }
    }

    /** to[i stride] = from[i]. */
    static void write(long from, long to, long stride, int count, int width) {
        if (stride == width) {
            adjacent(from, to, (long) count * width);
        } else {
            Moves.of(width).spaced(from, width, to, stride, count);
        }
    }

    /** The element at an address, as often as eight bytes hold it. */
    static long pattern(long address, int width) {
        return switch (width) {
            case 1 -> Byte.toUnsignedLong(Memory.getByte(address)) * 0x0101010101010101L;
            case 2 -> Short.toUnsignedLong(Memory.getShort(address)) * 0x0001000100010001L;
            case WORD -> Integer.toUnsignedLong(Memory.getInt(address)) * 0x0000000100000001L;
            default -> Memory.getLong(address);
        };
    }

    /** Fills memory with eight bytes, again and again. */
    static void fill(long pattern, long to, long bytes) {
        long whole = bytes - bytes % DoubleLanes.BYTES;
        fillVectors(pattern, to, whole);
        for (long at = whole; at < bytes; at++) {
            Memory.setByte(to + at, (byte) (pattern >>> (Byte.SIZE * (at % DOUBLE_WORD))));
        }
    }

    private static void fillVectors(long pattern, long to, long bytes) {
        LongVector value = LongVector.broadcast(DoubleLanes.I64, pattern);
        for (long at = 0; at < bytes; at += DoubleLanes.BYTES) {
            value.intoMemorySegment(Memory.MEM, to + at, Memory.ORDER);
        }
    }

    /** Copies adjacent elements, so many bytes in all. */
    static void adjacent(long from, long to, long bytes) {
        if (bytes >= LONG_RUN) {
            Memory.copy(from, to, bytes);
            return;
        }
        int words = (int) bytes / WORD;
        int whole = words - words % Lanes.COUNT;
        vectors(from, to, whole);
        for (int i = whole; i < words; i++) {
            Memory.setInt(to + (long) i * WORD, Memory.getInt(from + (long) i * WORD));
        }
        for (long at = (long) words * WORD; at < bytes; at++) {
            Memory.setByte(to + at, Memory.getByte(from + at));
        }
    }

    private static void vectors(long from, long to, int count) {
        from &= Memory.ADDRESS;
        to &= Memory.ADDRESS;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            Lanes.store(Lanes.load(from, i), to, i);
        }
    }
}
