package dev.weft.cpu;

/** The elements of BOOL, a byte of 0 or 1 each, made of the bits that a vector's mask gives. */
final class Truths {
    private static final long LOWEST = 0x0101010101010101L;

    private Truths() {}

    /** Stores the lowest bits as so many elements: 2, 4 or a multiple of 8. */
    static void store(long bits, long to, int count) {
        switch (count) {
            case 2 -> Memory.setShort(to, (short) Long.expand(bits, LOWEST));
            case 4 -> Memory.setInt(to, (int) Long.expand(bits, LOWEST));
            default -> {
                for (int i = 0; i < count; i += Byte.SIZE) {
                    Memory.setLong(to + i, Long.expand(bits >>> i, LOWEST));
                }
            }
        }
    }
}
