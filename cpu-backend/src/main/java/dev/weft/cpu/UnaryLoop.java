// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.weft.backend.UnaryOp;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * y = op(x; p, q) for adjacent F32 elements.
 *
 * <p>{@link #of} gives a loop as an object, so that callers reach it by a call that the compiler
 * does not inline once it has seen three loops: each is then compiled by itself. Results are stored
 * by the vector API's own method, which is inlined even where C2 has given up on others.
 */
@FunctionalInterface
interface UnaryLoop {
    /** Computes {@code count} elements, a multiple of {@link Lanes#COUNT}. */
    void run(long x, long y, int count, float p, float q);

    /** The loop of an operation. */
    static UnaryLoop of(UnaryOp op) {
        return switch (op) {
            case AFFINE -> UnaryLoop::affine;
            case NEG -> UnaryLoop::neg;
            case ABS -> UnaryLoop::abs;
            case EXP -> UnaryLoop::exp;
            case LOG -> UnaryLoop::log;
            case SQRT -> UnaryLoop::sqrt;
            case SQUARE -> UnaryLoop::square;
            case RELU -> UnaryLoop::relu;
            case LEAKY_RELU -> UnaryLoop::leakyRelu;
            case ELU -> UnaryLoop::elu;
            case SIGMOID -> UnaryLoop::sigmoid;
            case TANH -> UnaryLoop::tanh;
            case GELU_ERF -> UnaryLoop::geluErf;
            case GELU_TANH -> UnaryLoop::geluTanh;
            case SILU -> UnaryLoop::silu;
            case SOFTPLUS -> UnaryLoop::softplus;
            case CLAMP -> UnaryLoop::clamp;
            default -> ElementaryLoops.of(op);
        };
    }

    private static void affine(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i)
                    .lanewise(VectorOperators.FMA, p, q)
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void neg(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i).neg().intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void abs(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i).abs().intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void exp(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.exp(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void log(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.log(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void sqrt(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i).sqrt().intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void square(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            v.mul(v).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void relu(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i).max(0f).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void leakyRelu(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            v.mul(p).blend(v, v.compare(GT, 0f)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void elu(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            VectorMath.expm1(v)
                    .mul(p)
                    .blend(v, v.compare(GE, 0f))
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void sigmoid(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.sigmoid(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void tanh(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.tanh(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void geluErf(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorGates.geluErf(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void geluTanh(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorGates.geluTanh(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void silu(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorGates.silu(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void softplus(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.softplus(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void clamp(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i).max(p).min(q).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }
}
