// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.GT;

import dev.weft.backend.LossOp;

import jdk.incubator.vector.FloatVector;

/**
 * l = op(x, t; p) for adjacent F32 elements.
 *
 * <p>{@link #of} gives a loop as an object, so that callers reach it by a call that the compiler
 * does not inline once it has seen three loops: each is then compiled by itself. Results are stored
 * by the vector API's own method, which is inlined even where C2 has given up on others.
 */
@FunctionalInterface
interface LossLoop {
    /** Computes {@code count} elements, a multiple of {@link Lanes#COUNT}. */
    void run(long x, long t, long l, int count, float p);

    /** The loop of an operation. */
    static LossLoop of(LossOp op) {
        return switch (op) {
            case SQUARED_ERROR -> LossLoop::squaredError;
            case ABSOLUTE_ERROR -> LossLoop::absoluteError;
            case HUBER -> LossLoop::huber;
            case BINARY_CROSS_ENTROPY -> LossLoop::binaryCrossEntropy;
            case BINARY_CROSS_ENTROPY_LOGITS -> LossLoop::binaryCrossEntropyLogits;
            case CATEGORICAL_CROSS_ENTROPY -> LossLoop::categoricalCrossEntropy;
        };
    }

    private static void squaredError(long x, long t, long l, int count, float p) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector d = load(x, i).sub(load(t, i));
            d.mul(d).intoMemorySegment(MEM, l + (long) i * WORD, ORDER);
        }
    }

    private static void absoluteError(long x, long t, long l, int count, float p) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i).sub(load(t, i)).abs().intoMemorySegment(MEM, l + (long) i * WORD, ORDER);
        }
    }

    private static void huber(long x, long t, long l, int count, float p) {
        for (int i = 0; i < count; i += COUNT) {
            // By halves: |x - t| may be infinite where p (|x - t| - p / 2) is not.
            FloatVector half = load(x, i).mul(0.5f).sub(load(t, i).mul(0.5f)).abs();
            FloatVector far = half.sub(p / 4).mul(2 * p);
            FloatVector d = half.add(half);
            d.mul(0.5f)
                    .mul(d)
                    .blend(far, d.compare(GT, p))
                    .intoMemorySegment(MEM, l + (long) i * WORD, ORDER);
        }
    }

    private static void binaryCrossEntropy(long x, long t, long l, int count, float p) {
        FloatVector zero = FloatVector.zero(F32);
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            FloatVector u = load(t, i);
            FloatVector hit = VectorMath.logOfProbability(v);
            FloatVector miss = VectorMath.logOfProbability(one.sub(v));
            // From 0, not by a change of sign: a loss of 0 is not -0.
            zero.sub(hit.mul(u).add(miss.mul(one.sub(u))))
                    .intoMemorySegment(MEM, l + (long) i * WORD, ORDER);
        }
    }

    private static void binaryCrossEntropyLogits(long x, long t, long l, int count, float p) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            FloatVector u = load(t, i);
            FloatVector tail =
                    Polynomials.log1p(VectorMath.expOfNegative(VectorMath.minusMagnitude(v)));
            v.neg().fma(u, v.max(0f)).add(tail).intoMemorySegment(MEM, l + (long) i * WORD, ORDER);
        }
    }

    private static void categoricalCrossEntropy(long x, long t, long l, int count, float p) {
        FloatVector zero = FloatVector.zero(F32);
        for (int i = 0; i < count; i += COUNT) {
            zero.sub(VectorMath.log(load(x, i).max(1e-7f)).mul(load(t, i)))
                    .intoMemorySegment(MEM, l + (long) i * WORD, ORDER);
        }
    }
}
