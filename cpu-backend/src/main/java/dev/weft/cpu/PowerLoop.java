package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;
import static dev.weft.cpu.Memory.getFloat;
import static dev.weft.cpu.Memory.setFloat;

/**
 * y = a^b and its derivatives for adjacent F32 elements. Not vectorised: in double, correct for
 * every pair of special values, and rarely the bulk of a network's work.
 */
final class PowerLoop {
    private PowerLoop() {}

    /** y = a^b. */
    static void pow(long a, long b, long y, int count) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            setFloat(y + at, Powers.rounded(Powers.pow(getFloat(a + at), getFloat(b + at))));
        }
    }

    /** d = dy ∂a^b/∂a. */
    static void byBase(long a, long b, long dy, long d, int count) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            double slope = Powers.powByBase(getFloat(a + at), getFloat(b + at));
            setFloat(d + at, Powers.rounded(getFloat(dy + at) * slope));
        }
    }

    /** d = dy ∂a^b/∂b. */
    static void byExponent(long a, long b, long dy, long d, int count) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            double slope = Powers.powByExponent(getFloat(a + at), getFloat(b + at));
            setFloat(d + at, Powers.rounded(getFloat(dy + at) * slope));
        }
    }
}
