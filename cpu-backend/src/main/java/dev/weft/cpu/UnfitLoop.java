// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;

/**
 * How many of adjacent gradients an update cannot take: usually none, which is seen first.
 *
 * <p>That is seen by Σ (s x)² at two operations for a vector: s makes the square of the largest
 * number that is allowed a little more than F32 holds, so that the sum is finite only where all
 * numbers are below that.
 */
final class UnfitLoop {
    /**
     * √2 times the root of the power of 2 that is too large: its square is twice what F32 holds, so
     * that the rounding of s does not matter.
     */
    // F64: private static final double SCALED_TO = 0x1.6A09E667F3BCDp512;
    private static final float SCALED_TO = 0x1.6A09E6p64f;

    private static final int LANES2 = 2 * COUNT;

    private UnfitLoop() {}

    /** How many of {@code count} elements are not |g| + l2 |p| ≤ largest. */
    static int count(long g, long p, float l2, float largest, int count) {
        int whole = count - count % COUNT;
        float scale = SCALED_TO / largest;
        float squares = l2 == 0 ? squares(g, scale, whole) : squares(g, p, l2, scale, whole);
        int found = 0;
        for (int i = Float.isFinite(squares) ? whole : 0; i < count; i++) {
            long at = (long) i * WORD;
            float size = Math.abs(Memory.getFloat(g + at));
            if (l2 != 0) {
                size += l2 * Math.abs(Memory.getFloat(p + at));
            }
            found += size <= largest ? 0 : 1;
        }
        return found;
    }

    /** Σ (s g)². */
    private static float squares(long g, float scale, int count) {
        FloatVector s = FloatVector.broadcast(F32, scale);
        FloatVector sum0 = FloatVector.zero(F32);
        FloatVector sum1 = sum0;
        int i = 0;
        for (; i <= count - LANES2; i += LANES2) {
            FloatVector x0 = load(g, i).mul(s);
            FloatVector x1 = load(g, i + COUNT).mul(s);
            sum0 = x0.fma(x0, sum0);
            sum1 = x1.fma(x1, sum1);
        }
        for (; i < count; i += COUNT) {
            FloatVector x = load(g, i).mul(s);
            sum0 = x.fma(x, sum0);
        }
        return Lanes.sum(((FloatVector) VECTOR.cast(sum0)).add(sum1));
    }

    /** Σ (s (|g| + l2 |p|))². */
    private static float squares(long g, long p, float l2, float scale, int count) {
        FloatVector s = FloatVector.broadcast(F32, scale);
        FloatVector weight = FloatVector.broadcast(F32, l2);
        FloatVector sum = FloatVector.zero(F32);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector x = load(p, i).abs().fma(weight, load(g, i).abs()).mul(s);
            sum = x.fma(x, sum);
        }
        return Lanes.sum(sum);
    }
}
