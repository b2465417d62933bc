package dev.weft.cpu;

import static dev.weft.cpu.Memory.DOUBLE_WORD;
import static dev.weft.cpu.Memory.WORD;

/** y = condition ? a : b for adjacent elements of 1, 2, 4 or 8 bytes, whatever they are. */
final class Selection {
    private Selection() {}

    static void run(int width, long condition, long a, long b, long y, int count) {
        switch (width) {
            case 1 -> bytes(condition, a, b, y, count);
            case 2 -> shorts(condition, a, b, y, count);
            case WORD -> ints(condition, a, b, y, count);
            default -> longs(condition, a, b, y, count);
        }
    }

    /** The bits of a where the mask has ones, of b where it has zeros. */
    private static long chosen(long mask, long a, long b) {
        return b ^ ((a ^ b) & mask);
    }

    private static long mask(long condition, int i) {
        return -Memory.getByte(condition + i);
    }

    private static void bytes(long condition, long a, long b, long y, int count) {
        for (int i = 0; i < count; i++) {
            long chosen = chosen(mask(condition, i), Memory.getByte(a + i), Memory.getByte(b + i));
            Memory.setByte(y + i, (byte) chosen);
        }
    }

    private static void shorts(long condition, long a, long b, long y, int count) {
        for (int i = 0; i < count; i++) {
            long at = (long) i * Short.BYTES;
            long chosen =
                    chosen(mask(condition, i), Memory.getShort(a + at), Memory.getShort(b + at));
            Memory.setShort(y + at, (short) chosen);
        }
    }

    private static void ints(long condition, long a, long b, long y, int count) {
        for (int i = 0; i < count; i++) {
            long at = (long) i * WORD;
            long chosen = chosen(mask(condition, i), Memory.getInt(a + at), Memory.getInt(b + at));
            Memory.setInt(y + at, (int) chosen);
        }
    }

    private static void longs(long condition, long a, long b, long y, int count) {
        for (int i = 0; i < count; i++) {
            long at = (long) i * DOUBLE_WORD;
            long chosen =
                    chosen(mask(condition, i), Memory.getLong(a + at), Memory.getLong(b + at));
            Memory.setLong(y + at, chosen);
        }
    }
}
