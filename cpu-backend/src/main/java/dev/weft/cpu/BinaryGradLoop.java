// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.weft.backend.BinaryOp;

import jdk.incubator.vector.FloatVector;

/**
 * d = dy ∂op/∂a or dy ∂op/∂b for adjacent F32 elements.
 *
 * <p>{@link #of} gives a loop as an object, so that callers reach it by a call that the compiler
 * does not inline once it has seen three loops: each is then compiled by itself. Results are stored
 * by the vector API's own method, which is inlined even where C2 has given up on others.
 */
@FunctionalInterface
interface BinaryGradLoop {
    /** Computes {@code count} elements, a multiple of {@link Lanes#COUNT}. */
    void run(long a, long b, long dy, long d, int count);

    /** The loop of an operation. */
    static BinaryGradLoop of(BinaryOp op, boolean byB) {
        return switch (op) {
            case ADD -> BinaryGradLoop::copy;
            case SUB -> byB ? BinaryGradLoop::negate : BinaryGradLoop::copy;
            case MUL -> byB ? BinaryGradLoop::timesA : BinaryGradLoop::timesB;
            case DIV -> byB ? BinaryGradLoop::quotientByB : BinaryGradLoop::overB;
            case POW -> byB ? PowerLoop::byExponent : PowerLoop::byBase;
            case MIN -> byB ? BinaryGradLoop::unlessLess : BinaryGradLoop::unlessGreater;
            case MAX -> byB ? BinaryGradLoop::unlessGreater : BinaryGradLoop::unlessLess;
            default -> throw new IllegalArgumentException(op + " has no gradient kernel");
        };
    }

    private static void copy(long a, long b, long dy, long d, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i).intoMemorySegment(MEM, d + (long) i * WORD, ORDER);
        }
    }

    private static void negate(long a, long b, long dy, long d, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i).neg().intoMemorySegment(MEM, d + (long) i * WORD, ORDER);
        }
    }

    private static void timesB(long a, long b, long dy, long d, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i).mul(load(b, i)).intoMemorySegment(MEM, d + (long) i * WORD, ORDER);
        }
    }

    private static void timesA(long a, long b, long dy, long d, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i).mul(load(a, i)).intoMemorySegment(MEM, d + (long) i * WORD, ORDER);
        }
    }

    private static void overB(long a, long b, long dy, long d, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i).div(load(b, i)).intoMemorySegment(MEM, d + (long) i * WORD, ORDER);
        }
    }

    /** -dy (a / b) / b: b² may over- or underflow where this does not. */
    private static void quotientByB(long a, long b, long dy, long d, int count) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(b, i);
            load(dy, i)
                    .mul(load(a, i).neg().div(v).div(v))
                    .intoMemorySegment(MEM, d + (long) i * WORD, ORDER);
        }
    }

    /** dy where a is not above b, half where they are equal; dy with NaN, too. */
    private static void unlessGreater(long a, long b, long dy, long d, int count) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector u = load(a, i);
            FloatVector v = load(b, i);
            FloatVector share = one.blend(0f, u.compare(GT, v)).blend(0.5f, u.compare(EQ, v));
            load(dy, i).mul(share).intoMemorySegment(MEM, d + (long) i * WORD, ORDER);
        }
    }

    /** dy where a is not below b, half where they are equal; dy with NaN, too. */
    private static void unlessLess(long a, long b, long dy, long d, int count) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector u = load(a, i);
            FloatVector v = load(b, i);
            FloatVector share = one.blend(0f, u.compare(LT, v)).blend(0.5f, u.compare(EQ, v));
            load(dy, i).mul(share).intoMemorySegment(MEM, d + (long) i * WORD, ORDER);
        }
    }
}
