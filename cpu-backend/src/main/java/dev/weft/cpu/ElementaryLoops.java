// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.load;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.weft.backend.UnaryOp;

import jdk.incubator.vector.FloatVector;

/** The loops of the functions without a gradient kernel, of which {@link UnaryLoop} is one. */
final class ElementaryLoops {
    private static final float SIXTH = 1f / 6;

    // F64: private static final double SELU_SCALE = 1.0507009873554805;
    private static final float SELU_SCALE = 1.0507009873554805f;

    // F64: private static final double SELU_ALPHA = 1.6732632423543772;
    private static final float SELU_ALPHA = 1.6732632423543772f;

    private ElementaryLoops() {}

    /** The loop of an operation. */
    static UnaryLoop of(UnaryOp op) {
        return switch (op) {
            case SIN -> ElementaryLoops::sin;
            case COS -> ElementaryLoops::cos;
            case TAN -> ElementaryLoops::tan;
            case ASIN -> ElementaryLoops::asin;
            case ACOS -> ElementaryLoops::acos;
            case ATAN -> ElementaryLoops::atan;
            case SINH -> ElementaryLoops::sinh;
            case COSH -> ElementaryLoops::cosh;
            case ASINH -> ElementaryLoops::asinh;
            case ACOSH -> ElementaryLoops::acosh;
            case ATANH -> ElementaryLoops::atanh;
            case EXPM1 -> ElementaryLoops::expm1;
            case LOG1P -> ElementaryLoops::log1p;
            case LOG2 -> ElementaryLoops::log2;
            case LOG10 -> ElementaryLoops::log10;
            case EXP2 -> ElementaryLoops::exp2;
            case RSQRT -> ElementaryLoops::rsqrt;
            case RECIPROCAL -> ElementaryLoops::reciprocal;
            case ERF -> ElementaryLoops::erf;
            case ERFC -> ElementaryLoops::erfc;
            case FLOOR -> ElementaryLoops::floor;
            case CEIL -> ElementaryLoops::ceil;
            case ROUND -> ElementaryLoops::round;
            case TRUNC -> ElementaryLoops::trunc;
            case SIGN -> ElementaryLoops::sign;
            case HARD_SIGMOID -> ElementaryLoops::hardSigmoid;
            case HARD_SWISH -> ElementaryLoops::hardSwish;
            case MISH -> ElementaryLoops::mish;
            case SELU -> ElementaryLoops::selu;
            case CELU -> ElementaryLoops::celu;
            case SOFTSIGN -> ElementaryLoops::softsign;
            case LOG_SIGMOID -> ElementaryLoops::logSigmoid;
            default -> throw new IllegalArgumentException(op + " has a loop elsewhere");
        };
    }

    private static void sin(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            if (Trigonometry.isFar(v)) {
                FarLanes.sin(x, y, i);
            } else {
                Trigonometry.sin(v).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
            }
        }
    }

    private static void cos(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            if (Trigonometry.isFar(v)) {
                FarLanes.cos(x, y, i);
            } else {
                Trigonometry.cos(v).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
            }
        }
    }

    private static void tan(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            if (Trigonometry.isFar(v)) {
                FarLanes.tan(x, y, i);
            } else {
                Trigonometry.tan(v).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
            }
        }
    }

    private static void asin(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Trigonometry.asin(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void acos(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Trigonometry.acos(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void atan(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Trigonometry.atan(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void sinh(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Hyperbolic.sinh(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void cosh(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Hyperbolic.cosh(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void asinh(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Hyperbolic.asinh(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void acosh(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Hyperbolic.acosh(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void atanh(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Hyperbolic.atanh(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void expm1(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Hyperbolic.expm1(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void log1p(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Hyperbolic.log1p(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void log2(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.log2(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void log10(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.log10(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void exp2(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.exp2(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void rsqrt(long x, long y, int count, float p, float q) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            one.div(load(x, i).sqrt()).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void reciprocal(long x, long y, int count, float p, float q) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            one.div(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void erf(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            ErrorFunction.erf(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void erfc(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            ErrorFunction.erfc(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void floor(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Rounding.floor(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void ceil(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Rounding.ceil(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void round(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Rounding.round(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void trunc(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            Rounding.trunc(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void sign(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMath.signum(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void hardSigmoid(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i).add(3f).mul(SIXTH);
            // Not by max and min, of which each takes more instructions than a comparison.
            v.blend(0f, v.compare(LT, 0f))
                    .blend(1f, v.compare(GT, 1f))
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void hardSwish(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            v.add(3f)
                    .mul(v)
                    .mul(SIXTH)
                    .blend(-0f, v.compare(LE, -3f))
                    .blend(v, v.compare(GE, 3f))
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void mish(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            VectorGates.mish(load(x, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void selu(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            VectorMath.expm1(v)
                    .mul(SELU_ALPHA)
                    .blend(v, v.compare(GE, 0f))
                    .mul(SELU_SCALE)
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void celu(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            VectorMath.expm1(v.div(p))
                    .mul(p)
                    .blend(v, v.compare(GE, 0f))
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void softsign(long x, long y, int count, float p, float q) {
        FloatVector one = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            FloatVector a = v.abs();
            v.div(a.add(one))
                    .blend(VectorMath.sign(one, v), a.compare(EQ, Float.POSITIVE_INFINITY))
                    .intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void logSigmoid(long x, long y, int count, float p, float q) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector v = load(x, i);
            FloatVector tail =
                    Polynomials.log1p(VectorMath.expOfNegative(VectorMath.minusMagnitude(v)));
            v.min(-0f).sub(tail).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }
}
