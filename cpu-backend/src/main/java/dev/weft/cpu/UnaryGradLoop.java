package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Lanes.store;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;

import dev.weft.backend.UnaryOp;
import jdk.incubator.vector.FloatVector;

/**
 * dx = dy op'(x; p, q) for adjacent F32 elements; y = op(x; p, q).
 *
 * <p>{@link #of} gives a loop as an object, so that callers reach it by a call that the compiler cannot inline: each loop
 * is compiled by itself, whichever others a program uses.
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
        };
    }

    private static void affine(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(dy, i).mul(p), dx, i);
        }
    }

    private static void neg(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(dy, i).neg(), dx, i);
        }
    }

    private static void abs(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(dy, i).mul(VectorMath.signum(load(x, i))), dx, i);
        }
    }

    private static void exp(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(dy, i).mul(load(y, i)), dx, i);
        }
    }

    private static void log(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(dy, i).div(load(x, i)), dx, i);
        }
    }

    private static void sqrt(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(dy, i).div(load(y, i).mul(2f)), dx, i);
        }
    }

    private static void square(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(dy, i).mul(load(x, i).mul(2f)), dx, i);
        }
    }

    private static void relu(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector zero = FloatVector.zero(F32);
        for (int i = 0; i < count; i += COUNT) {
            store(load(dy, i).mul(zero.blend(1f, load(y, i).compare(GT, 0f))), dx, i);
        }
    }

    private static void leakyRelu(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector slope = FloatVector.broadcast(F32, p);
        for (int i = 0; i < count; i += COUNT) {
            store(load(dy, i).mul(slope.blend(1f, load(x, i).compare(GT, 0f))), dx, i);
        }
    }

    private static void elu(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            store(load(dy, i).mul(VectorMath.exp(v).mul(p).blend(1f, v.compare(GT, 0f))), dx, i);
        }
    }

    private static void sigmoid(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector r = load(y, i);
            store(load(dy, i).mul(r.mul(one.sub(r))), dx, i);
        }
    }

    private static void tanh(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector r = load(y, i);
            store(load(dy, i).mul(r.neg().fma(r, one)), dx, i);
        }
    }

    private static void geluErf(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            store(load(dy, i).mul(VectorMath.normalCdf(v).add(v.mul(VectorMath.normalDensity(v)))), dx, i);
        }
    }

    private static void geluTanh(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            FloatVector t = VectorMath.tanh(VectorMath.geluInner(v));
            FloatVector slope = one.sub(t.mul(t)).mul(VectorMath.geluInnerSlope(v));
            store(load(dy, i).mul(v.mul(slope).add(t).add(1f).mul(0.5f)), dx, i);
        }
    }

    private static void silu(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            FloatVector s = VectorMath.sigmoid(v);
            store(load(dy, i).mul(s.mul(v.fma(one.sub(s), one))), dx, i);
        }
    }

    private static void softplus(long x, long y, long dy, long dx, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            store(load(dy, i).mul(VectorMath.sigmoid(load(x, i))), dx, i);
        }
    }

    private static void clamp(long x, long y, long dy, long dx, int count, float p, float q) {
        FloatVector zero = FloatVector.zero(F32);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            store(load(dy, i).mul(zero.blend(1f, v.compare(LE, q).and(v.compare(GE, p)))), dx, i);
        }
    }
}
