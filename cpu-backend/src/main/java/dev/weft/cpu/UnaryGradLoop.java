// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;

import dev.weft.backend.UnaryOp;

import jdk.incubator.vector.FloatVector;

/**
 * dx = dy op'(x; p, q) for adjacent F32 elements; y = op(x; p, q).
 *
 * <p>{@link #of} gives a loop as an object, so that callers reach it by a call that the compiler
 * does not inline once it has seen three loops: each is then compiled by itself. Results are stored
 * by the vector API's own method, which is inlined even where C2 has given up on others.
 */
@FunctionalInterface
interface UnaryGradLoop {
    /** Computes {@code count} elements, a multiple of {@link Lanes#COUNT}. */
    void run(long x, long y, long dy, long dx, int count, float p, float q);

    /** The loop of an operation. */
    static UnaryGradLoop of(UnaryOp op) {
        return switch (op) {
            case AFFINE -> UnaryGradLoop::affine;
            case NEG -> UnaryGradLoop::neg;
            case ABS -> UnaryGradLoop::abs;
            case EXP -> UnaryGradLoop::exp;
            case LOG -> UnaryGradLoop::log;
            case SQRT -> UnaryGradLoop::sqrt;
            case SQUARE -> UnaryGradLoop::square;
            case RELU -> UnaryGradLoop::relu;
            case LEAKY_RELU -> UnaryGradLoop::leakyRelu;
            case ELU -> UnaryGradLoop::elu;
            case SIGMOID -> UnaryGradLoop::sigmoid;
            case TANH -> UnaryGradLoop::tanh;
            case GELU_ERF -> UnaryGradLoop::geluErf;
            case GELU_TANH -> UnaryGradLoop::geluTanh;
            case SILU -> UnaryGradLoop::silu;
            case SOFTPLUS -> UnaryGradLoop::softplus;
            case CLAMP -> UnaryGradLoop::clamp;
            default -> throw new IllegalArgumentException(op + " has no gradient kernel");
        };
    }

    private static void affine(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i).mul(p).intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void neg(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i).neg().intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void abs(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i)
                    .mul(VectorMath.signum(load(x, i)))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void exp(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i).mul(load(y, i)).intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void log(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i).div(load(x, i)).intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void sqrt(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i).div(load(y, i).mul(2f)).intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void square(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i).mul(load(x, i)).mul(2f).intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void relu(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector zero = FloatVector.zero(F32);
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i)
                    .mul(zero.blend(1f, load(y, i).compare(GT, 0f)))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void leakyRelu(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector slope = FloatVector.broadcast(F32, p);
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i)
                    .mul(slope.blend(1f, load(x, i).compare(GT, 0f)))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void elu(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            load(dy, i)
                    .mul(VectorMath.exp(v).mul(p).blend(1f, v.compare(GT, 0f)))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void sigmoid(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector r = load(y, i);
            load(dy, i).mul(r.mul(one.sub(r))).intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void tanh(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector r = load(y, i);
            load(dy, i)
                    .mul(r.neg().fma(r, one))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void geluTanh(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i)
                    .mul(VectorGates.geluTanhSlope(load(x, i)))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void silu(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i)
                    .mul(VectorGates.siluSlope(load(x, i)))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void softplus(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i)
                    .mul(VectorMath.sigmoid(load(x, i)))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void clamp(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector zero = FloatVector.zero(F32);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            load(dy, i)
                    .mul(zero.blend(1f, v.compare(LE, q).and(v.compare(GE, p))))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }

    private static void geluErf(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            load(dy, i)
                    .mul(VectorGates.geluErfSlope(load(x, i)))
                    .intoMemorySegment(MEM, dx + (long) i * WORD, ORDER);
        }
    }
}
