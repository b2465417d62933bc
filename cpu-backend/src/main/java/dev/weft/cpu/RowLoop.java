// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Lanes.store;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.EQ;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The loops of softmax over one row, which is padded to {@code count} elements, a multiple of
 * {@link Lanes#COUNT}.
 */
final class RowLoop {
    /**
     * Elements whose sum is one chain of additions in each lane. Sums of blocks are added by {@link
     * FloatSum}, so that the error does not grow with the row.
     */
    private static final int BLOCK = ReduceLoop.BLOCK * COUNT;

    private static final FloatVector HALF = VectorMath.constant(0.5f);
    private static final FloatVector MINUS_HALF = VectorMath.constant(-0.5f);

    private RowLoop() {}

    /** How many elements the block from {@code start} on has. */
    private static int block(long start, int count) {
        return (int) Math.min(BLOCK, count - start);
    }

    /** max x; NaN where any is. */
    static float max(long x, int count) {
        FloatVector m0 = FloatVector.broadcast(F32, Float.NEGATIVE_INFINITY);
        FloatVector m1 = m0;
        FloatVector m2 = m0;
        FloatVector m3 = m0;
        int i = 0;
        for (; i <= count - 4 * COUNT; i += 4 * COUNT) {
            m0 = load(x, i).max(m0);
            m1 = load(x, i + COUNT).max(m1);
            m2 = load(x, i + 2 * COUNT).max(m2);
            m3 = load(x, i + 3 * COUNT).max(m3);
        }
        for (; i < count; i += COUNT) {
            m0 = load(x, i).max(m0);
        }
        return ((FloatVector) VECTOR.cast(m0))
                .max(m1)
                .max(((FloatVector) VECTOR.cast(m2)).max(m3))
                .reduceLanes(VectorOperators.MAX);
    }

    /** e = e^(x - max); returns Σ e. */
    static float exps(long x, float max, long e, int count) {
        FloatSum sum = new FloatSum();
        for (long i = 0; i < count; i += BLOCK) {
            sum.add(expsOfBlock(x + i * WORD, max, e + i * WORD, block(i, count)));
        }
        return sum.value();
    }

    private static float expsOfBlock(long x, float max, long e, int count) {
        FloatVector sum = FloatVector.zero(F32);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = VectorMath.expOfNegative(load(x, i).sub(max));
            sum = v.add(sum);
            store(v, e, i);
        }
        return Lanes.sum(sum);
    }

    /** Σ e^(x - max). */
    static float sumOfExps(long x, float max, int count) {
        FloatSum sum = new FloatSum();
        for (long i = 0; i < count; i += BLOCK) {
            sum.add(sumOfExpsOfBlock(x + i * WORD, max, block(i, count)));
        }
        return sum.value();
    }

    private static float sumOfExpsOfBlock(long x, float max, int count) {
        FloatVector sum = FloatVector.zero(F32);
        for (int i = 0; i < count; i += COUNT) {
            sum = VectorMath.expOfNegative(load(x, i).sub(max)).add(sum);
        }
        return Lanes.sum(sum);
    }

    /** y = x - first - second, in this order: their sum would be rounded. */
    static void subtract(long x, float first, float second, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(x, i).sub(first).sub(second), y, i);
        }
    }

    /** Σ x. */
    static float sum(long x, int count) {
        FloatSum sum = new FloatSum();
        for (long i = 0; i < count; i += BLOCK) {
            sum.add(sumOfBlock(x + i * WORD, block(i, count)));
        }
        return sum.value();
    }

    private static float sumOfBlock(long x, int count) {
        FloatVector sum = FloatVector.zero(F32);
        for (int i = 0; i < count; i += COUNT) {
            sum = load(x, i).add(sum);
        }
        return Lanes.sum(sum);
    }

    /** Σ x y. */
    static float dot(long x, long y, int count) {
        FloatSum sum = new FloatSum();
        for (long i = 0; i < count; i += BLOCK) {
            sum.add(dotOfBlock(x + i * WORD, y + i * WORD, block(i, count)));
        }
        return sum.value();
    }

    private static float dotOfBlock(long x, long y, int count) {
        FloatVector sum = FloatVector.zero(F32);
        for (int i = 0; i < count; i += COUNT) {
            sum = load(x, i).fma(load(y, i), sum);
        }
        return Lanes.sum(sum);
    }

    /** x = x by. */
    static void multiply(long x, float by, int count) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(x, i).mul(by), x, i);
        }
    }

    /** dy = y (dy - sum), by halves: the difference alone may overflow. */
    static void softmaxGrad(long y, long dy, float sum, int count) {
        FloatVector minusHalf = FloatVector.broadcast(F32, -0.5f * sum);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(y, i);
            store(load(dy, i).fma(HALF, minusHalf).mul(v.add(v)), dy, i);
        }
    }

    /** dy = dy - e^y sum. */
    static void logSoftmaxGrad(long y, long dy, float sum, int count) {
        FloatVector minus = FloatVector.broadcast(F32, -sum);
        for (int i = 0; i < count; i += COUNT) {
            store(VectorMath.exp(load(y, i)).fma(minus, load(dy, i)), dy, i);
        }
    }

    /** Σ t (level - x), where a t of 0 adds nothing even if x is infinite. */
    static float weighted(long t, long x, float level, int count) {
        FloatSum sum = new FloatSum();
        for (long i = 0; i < count; i += BLOCK) {
            sum.add(weightedOfBlock(t + i * WORD, x + i * WORD, level, block(i, count)));
        }
        return sum.value();
    }

    private static float weightedOfBlock(long t, long x, float level, int count) {
        FloatVector halfLevel = FloatVector.broadcast(F32, 0.5f * level);
        FloatVector sum = FloatVector.zero(F32);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector weight = load(t, i);
            // By halves, as above.
            FloatVector part = load(x, i).fma(MINUS_HALF, halfLevel).mul(weight.add(weight));
            sum = part.blend(0f, weight.compare(EQ, 0f)).add(sum);
        }
        return Lanes.sum(sum);
    }

    /** e = e scale - t factor. */
    static void crossEntropyGrad(long e, float scale, long t, float factor, int count) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(e, i).mul(scale).sub(load(t, i).mul(factor)), e, i);
        }
    }
}
