package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.IntVector;

/**
 * Copies of evenly spaced words from and to adjacent ones. They move bits, whatever the words are.
 */
final class Runs {
    /** From here on the platform's copy is faster than a loop. */
    private static final int LONG_RUN = 256;

    private Runs() {}

    /** to[i] = from[i stride]. */
    static void read(long from, long stride, long to, int count) {
        if (stride == WORD) {
            adjacent(from, to, count);
        } else if (stride == 0) {
            fill(Memory.getInt(from), to, count);
        } else {
            spacedRead(from, stride, to, count);
        }
    }

    /** to[i stride] = from[i]. */
    static void write(long from, long to, long stride, int count) {
        if (stride == WORD) {
            adjacent(from, to, count);
        } else {
            spacedWrite(from, to, stride, count);
        }
    }

    /** to[i] = bits. */
    static void fill(int bits, long to, int count) {
        int whole = count - count % COUNT;
        fillVectors(bits, to, whole);
        for (int i = whole; i < count; i++) {
            Memory.setInt(to + (long) i * WORD, bits);
        }
    }

    private static void fillVectors(int bits, long to, int count) {
        IntVector value = IntVector.broadcast(Lanes.I32, bits);
        for (int i = 0; i < count; i += COUNT) {
            value.intoMemorySegment(Memory.MEM, to + (long) i * WORD, Memory.ORDER);
        }
    }

    private static void adjacent(long from, long to, int count) {
        if (count >= LONG_RUN) {
            Memory.copy(from, to, (long) count * WORD);
            return;
        }
        int whole = count - count % COUNT;
        vectors(from, to, whole);
        for (int i = whole; i < count; i++) {
            Memory.setInt(to + (long) i * WORD, Memory.getInt(from + (long) i * WORD));
        }
    }

    private static void vectors(long from, long to, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Lanes.store(Lanes.load(from, i), to, i);
        }
    }

    private static void spacedRead(long from, long stride, long to, int count) {
        for (int i = 0; i < count; i++) {
            Memory.setInt(to + (long) i * WORD, Memory.getInt(from + i * stride));
        }
    }

    private static void spacedWrite(long from, long to, long stride, int count) {
        for (int i = 0; i < count; i++) {
            Memory.setInt(to + i * stride, Memory.getInt(from + (long) i * WORD));
        }
    }
}
