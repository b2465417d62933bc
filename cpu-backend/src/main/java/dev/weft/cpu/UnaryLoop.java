package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Lanes.store;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.weft.backend.UnaryOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * y = op(x; p, q) for adjacent F32 elements.
 *
 * <p>{@link #of} gives a loop as an object, so that callers reach it by a call that the compiler cannot inline: each loop
 * is compiled by itself, whichever others a program uses.
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
        };
    }

    private static void affine(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(x, i).lanewise(VectorOperators.FMA, p, q), y, i);
        }
    }

    private static void neg(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(x, i).neg(), y, i);
        }
    }

    private static void abs(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(x, i).abs(), y, i);
        }
    }

    private static void exp(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(VectorMath.exp(load(x, i)), y, i);
        }
    }

    private static void log(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(VectorMath.log(load(x, i)), y, i);
        }
    }

    private static void sqrt(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(x, i).sqrt(), y, i);
        }
    }

    private static void square(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            store(v.mul(v), y, i);
        }
    }

    private static void relu(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(x, i).max(0f), y, i);
        }
    }

    private static void leakyRelu(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            store(v.mul(p).blend(v, v.compare(GT, 0f)), y, i);
        }
    }

    private static void elu(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            store(VectorMath.expm1(v).mul(p).blend(v, v.compare(GT, 0f)), y, i);
        }
    }

    private static void sigmoid(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(VectorMath.sigmoid(load(x, i)), y, i);
        }
    }

    private static void tanh(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(VectorMath.tanh(load(x, i)), y, i);
        }
    }

    private static void geluErf(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            store(v.mul(VectorMath.normalCdf(v)), y, i);
        }
    }

    private static void geluTanh(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            store(v.mul(0.5f).mul(VectorMath.tanh(VectorMath.geluInner(v)).add(1f)), y, i);
        }
    }

    private static void silu(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            store(v.mul(VectorMath.sigmoid(v)), y, i);
        }
    }

    private static void softplus(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(VectorMath.softplus(load(x, i)), y, i);
        }
    }

    private static void clamp(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(x, i).max(p).min(q), y, i);
        }
    }
}
