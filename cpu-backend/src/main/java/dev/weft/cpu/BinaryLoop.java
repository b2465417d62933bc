// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.BinaryOp;

import jdk.incubator.vector.FloatVector;

/**
 * y = op(a, b) for adjacent F32 elements.
 *
 * <p>{@link #of} gives a loop as an object, so that callers reach it by a call that the compiler
 * does not inline once it has seen three loops: each is then compiled by itself. Results are stored
 * by the vector API's own method, which is inlined even where C2 has given up on others.
 */
@FunctionalInterface
interface BinaryLoop {
    /** Computes {@code count} elements, a multiple of {@link Lanes#COUNT}. */
    void run(long a, long b, long y, int count);

    /** The loop of an operation. */
    static BinaryLoop of(BinaryOp op) {
        return switch (op) {
            case ADD -> BinaryLoop::add;
            case SUB -> BinaryLoop::sub;
            case MUL -> BinaryLoop::mul;
            case DIV -> BinaryLoop::div;
            case POW -> PowerLoop::pow;
            case MIN -> BinaryLoop::min;
            case MAX -> BinaryLoop::max;
            case ATAN2 -> BinaryLoop::atan2;
            case FMOD -> BinaryLoop::fmod;
            case REMAINDER -> BinaryLoop::remainder;
            case HYPOT -> BinaryLoop::hypot;
        };
    }

    private static void add(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(a, i).add(load(b, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void sub(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(a, i).sub(load(b, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void mul(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(a, i).mul(load(b, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void div(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(a, i).div(load(b, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void min(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(a, i).min(load(b, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void max(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(a, i).max(load(b, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void atan2(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Trigonometry.atan2(load(a, i), load(b, i))
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void fmod(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector u = load(a, i);
            FloatVector v = load(b, i);
            if (Rounding.isFar(u, v)) {
                FarLanes.fmod(a, b, y, i);
            } else {
                Rounding.fmod(u, v).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
            }
        }
    }

    private static void remainder(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector u = load(a, i);
            FloatVector v = load(b, i);
            if (Rounding.isFar(u, v)) {
                FarLanes.remainder(a, b, y, i);
            } else {
                Rounding.remainder(u, v).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
            }
        }
    }

    private static void hypot(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.hypot(load(a, i), load(b, i))
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }
}
