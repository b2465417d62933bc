// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Memory.WORD;
import static dev.weft.cpu.Memory.getFloat;
import static dev.weft.cpu.Memory.setFloat;

/**
 * Functions of the lanes of a vector one by one, in double: for arguments so large that reducing
 * them exactly takes hundreds of bits of π, or of a quotient, as {@link Math} and {@code %} have
 * them. Such arguments are rare.
 */
final class FarLanes {
    private FarLanes() {}

    static void sin(long x, long y, int from) {
        for (int i = from; i < from + COUNT; i++) {
            setFloat(y + (long) i * WORD, (float) Math.sin(getFloat(x + (long) i * WORD)));
        }
    }

    static void cos(long x, long y, int from) {
        for (int i = from; i < from + COUNT; i++) {
            setFloat(y + (long) i * WORD, (float) Math.cos(getFloat(x + (long) i * WORD)));
        }
    }

    static void tan(long x, long y, int from) {
        for (int i = from; i < from + COUNT; i++) {
            setFloat(y + (long) i * WORD, (float) Math.tan(getFloat(x + (long) i * WORD)));
        }
    }

    static void fmod(long a, long b, long y, int from) {
        for (int i = from; i < from + COUNT; i++) {
            long at = (long) i * WORD;
            setFloat(y + at, getFloat(a + at) % getFloat(b + at));
        }
    }

    /** Of the sign of b. */
    static void remainder(long a, long b, long y, int from) {
        for (int i = from; i < from + COUNT; i++) {
            long at = (long) i * WORD;
            float divisor = getFloat(b + at);
            float rest = getFloat(a + at) % divisor;
            boolean differs = rest < 0 ? divisor > 0 : rest > 0 && divisor < 0;
            float whole = differs ? rest + divisor : rest;
            setFloat(y + at, rest == 0 ? Math.copySign(rest, divisor) : whole);
        }
    }
}
