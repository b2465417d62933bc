// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.VectorMath.constant;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * e^x - 1, ln(1 + x), and the hyperbolic functions and their inverses by them, within 2 ulp. The
 * longest end without calls, since C2 has then inlined as many of our methods as it does.
 */
final class Hyperbolic {
    private static final FloatVector ZERO = constant(0f);
    private static final FloatVector ONE = constant(1f);
    private static final FloatVector MINUS_ONE = constant(-1f);
    private static final FloatVector HALF = constant(0.5f);
    private static final FloatVector FOUR = constant(4f);
    private static final FloatVector EIGHTH = constant(0.125f);
    private static final FloatVector INFINITY = constant(Float.POSITIVE_INFINITY);
    private static final FloatVector LARGEST = constant(Float.MAX_VALUE);
    private static final FloatVector NAN = constant(Float.NaN);
    private static final IntVector SIGN = constant(-0f).reinterpretAsInts();

    /** Below it in magnitude, odd functions that rise like x at 0 are x. */
    // F64: private static final DoubleVector TINY = constant(0x1p-54);
    private static final FloatVector TINY = constant(0x1p-25f);

    /** Beyond these e^x - 1 is -1, or it and sinh and cosh are infinite. */
    private static final FloatVector LOW = constant(-40f);

    // F64: private static final DoubleVector HIGH = constant(710.5);
    private static final FloatVector HIGH = constant(89.5f);

    /** From here on x² + 1 is x². */
    // F64: private static final DoubleVector STEEP = constant(0x1p60);
    private static final FloatVector STEEP = constant(0x1p30f);

    private Hyperbolic() {}

    /** e^x - 1. */
    static FloatVector expm1(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector bounded = x.blend(LOW, x.compare(LT, LOW));
        bounded = bounded.blend(HIGH, x.compare(GT, HIGH));
        FloatVector y = VectorMath.quarterOfExpm1(bounded).mul(FOUR);
        return y.blend(x, x.abs().compare(LT, TINY));
    }

    /** sinh x, which is (e + e / (e + 1)) / 2 with e = e^|x| - 1 and the sign of x. */
    static FloatVector sinh(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector a = x.abs();
        // By a fourth of e, which does not overflow before the result.
        FloatVector h = VectorMath.quarterOfExpm1(a.blend(HIGH, a.compare(GT, HIGH)));
        FloatVector y = h.add(h.div(h.fma(FOUR, ONE)));
        y = y.add(y).blend(a, a.compare(LT, TINY));
        return VectorMath.sign(y, x);
    }

    /** cosh x = (e^|x| + e^-|x|) / 2. */
    static FloatVector cosh(FloatVector x) {
        FloatVector a = ((FloatVector) VECTOR.cast(x)).abs();
        FloatVector h = VectorMath.quarterOfExp(a.blend(HIGH, a.compare(GT, HIGH)));
        return h.add(h).add(EIGHTH.div(h));
    }

    /** ln(1 + x), NaN below -1. */
    static FloatVector log1p(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector y = log1pOfTwice(x.mul(HALF));
        return y.blend(x, x.abs().compare(LT, TINY));
    }

    /** arsinh x = ln(1 + a + a² / (1 + √(1 + a²))) with a = |x| and the sign of x. */
    static FloatVector asinh(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector a = x.abs();
        FloatVector bounded = a.blend(STEEP, a.compare(GT, STEEP));
        FloatVector ratio = bounded.div(bounded.fma(bounded, ONE).sqrt().add(ONE));
        FloatVector half = a.mul(HALF);
        FloatVector y = log1pOfTwice(ratio.fma(half, half));
        return y.blend(a, a.compare(LT, TINY))
                .reinterpretAsInts()
                .or(x.reinterpretAsInts().and(SIGN))
                .reinterpretAsFloats();
    }

    /** arcosh x = ln(1 + t + √(t (t + 2))) with t = x - 1, NaN where that is below 0. */
    static FloatVector acosh(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector half = x.sub(ONE).mul(HALF);
        // By two roots: their product does not overflow before the result.
        FloatVector h = half.sqrt().fma(half.add(ONE).sqrt(), half);
        FloatVector y = log1pOfTwice(h.min(LARGEST));
        return y.blend(INFINITY, x.compare(EQ, INFINITY));
    }

    /** artanh x = ln(1 + 2 a / (1 - a)) / 2 with a = |x| and the sign of x, NaN beyond ±1. */
    static FloatVector atanh(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector a = x.abs();
        FloatVector y = log1pOfTwice(a.div(ONE.sub(a))).mul(HALF);
        return y.blend(a, a.compare(LT, TINY))
                .reinterpretAsInts()
                .or(x.reinterpretAsInts().and(SIGN))
                .reinterpretAsFloats();
    }

    /**
     * ln(1 + 2 h), -Inf at -½, NaN below: as ln(½ + h) + ln 2, so that 2 h need not be finite. The
     * rounding of the sum is made good (Kahan).
     */
    private static FloatVector log1pOfTwice(FloatVector h) {
        h = (FloatVector) VECTOR.cast(h);
        FloatVector u = h.add(HALF);
        FloatVector lost = h.min(HALF).sub(u.sub(h.max(HALF)));
        FloatVector y = VectorMath.logOfNormal(u, MINUS_ONE).add(lost.div(u));
        y = y.blend(INFINITY.neg(), u.compare(EQ, ZERO)).blend(NAN, u.compare(LT, ZERO));
        // Inf and NaN, for which the test is false, are their own.
        return h.blend(y, h.compare(LT, INFINITY));
    }
}
