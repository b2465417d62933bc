// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.LT;

import dev.weft.backend.LossOp;

import jdk.incubator.vector.FloatVector;

/**
 * dx = dl ∂op/∂x for adjacent F32 elements.
 *
 * <p>{@link #of} gives a loop as an object, so that callers reach it by a call that the compiler
 * does not inline once it has seen three loops: each is then compiled by itself. Results are stored
 * by the vector API's own method, which is inlined even where C2 has given up on others.
 */
@FunctionalInterface
interface LossGradLoop {
    /** Computes {@code count} elements, a multiple of {@link Lanes#COUNT}. */
    void run(long x, long t, long dl, long dx, int count, float p);

    /** The loop of an operation. */
    static LossGradLoop of(LossOp op) {
        return switch (op) {
            case SQUARED_ERROR -> LossGradLoop::squaredError;
            case ABSOLUTE_ERROR -> LossGradLoop::absoluteError;
            case HUBER -> LossGradLoop::huber;
            case BINARY_CROSS_ENTROPY -> LossGradLoop::binaryCrossEntropy;
            case BINARY_CROSS_ENTROPY_LOGITS -> LossGradLoop::binaryCrossEntropyLogits;
            case CATEGORICAL_CROSS_ENTROPY -> LossGradLoop::categoricalCrossEntropy;
        };
    }

    private static void squaredError(long x, long t, long dl, long dx, int count, float p) {
        for (int i = 0; i < count; i += COUNT) {
            // By halves: x - t may be infinite where dl 2 (x - t) is not.
            load(x, i)
                    .mul(0.5f)
                    .sub(load(t, i).mul(0.5f))
                    .mul(load(dl, i))
                    .mul(4f)
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void absoluteError(long x, long t, long dl, long dx, int count, float p) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.signum(load(x, i).sub(load(t, i)))
                    .mul(load(dl, i))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void huber(long x, long t, long dl, long dx, int count, float p) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i)
                    .sub(load(t, i))
                    .max(-p)
                    .min(p)
                    .mul(load(dl, i))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void binaryCrossEntropy(long x, long t, long dl, long dx, int count, float p) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            FloatVector u = load(t, i);
            v.sub(u)
                    .div(v.mul(one.sub(v)).max(1e-12f))
                    .mul(load(dl, i))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void binaryCrossEntropyLogits(
            long x, long t, long dl, long dx, int count, float p) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.sigmoid(load(x, i))
                    .sub(load(t, i))
                    .mul(load(dl, i))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void categoricalCrossEntropy(
            long x, long t, long dl, long dx, int count, float p) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            FloatVector slope = load(t, i).neg().div(v).blend(0f, v.compare(LT, 1e-7f));
            slope.mul(load(dl, i)).intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }
}
