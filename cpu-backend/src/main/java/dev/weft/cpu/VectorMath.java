// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Elementary functions of vectors as polynomials that compile into the loop which calls them: the
 * vector API's own call a native library for each vector, which an epilogue cannot afford.
 *
 * <p>All take and give denormals, infinities and NaN as their Javadoc says. Errors were measured
 * over every 1000th float against {@code Math} in double (VectorMathTest).
 *
 * <p>Constants are vectors, not floats that are broadcast in place: C2 gives up inlining ordinary
 * methods when a loop has grown to 18000 nodes, and a broadcast costs it as many as an operation.
 *
 * <p>Arguments are cast ({@link Lanes#VECTOR}): compiled by itself, a method would otherwise grow
 * by the calls for each width that a program uses, and C2 does not inline one whose code exceeds
 * 2500 bytes.
 */
final class VectorMath {
    private static final FloatVector ZERO = FloatVector.zero(Lanes.F32);
    private static final FloatVector ONE = constant(1f);
    private static final FloatVector HALF = constant(0.5f);
    private static final FloatVector INFINITY = constant(Float.POSITIVE_INFINITY);

    private static final FloatVector LOG2_E = constant(1.4426950408889634f);

    /** -ln 2 in two parts, the first short enough that its product with an exponent is exact. */
    // F64: private static final DoubleVector MINUS_LN2_HIGH = constant(-0x1.62e42fefp-1);
    private static final FloatVector MINUS_LN2_HIGH = constant(-0.693359375f);

    // F64: private static final DoubleVector MINUS_LN2_LOW = constant(-0x1.473de6af278edp-34);
    private static final FloatVector MINUS_LN2_LOW = constant(2.12194440e-4f);

    /** Added to a smaller number it leaves the nearest integer in the low bits. */
    // F64: private static final DoubleVector ROUNDER = constant(0x1.8p52);
    private static final FloatVector ROUNDER = constant(0x1.8p23f);

    /** Beyond these, e^x is 0 or infinite. */
    // F64: private static final DoubleVector EXP_LOW = constant(-746);
    private static final FloatVector EXP_LOW = constant(-104.5f);

    // F64: private static final DoubleVector EXP_HIGH = constant(710);
    private static final FloatVector EXP_HIGH = constant(89f);

    /** Below this, e^x is computed 2⁶⁴ times as large, so that it is normal. */
    // F64: private static final DoubleVector EXP_TINY = constant(-690);
    private static final FloatVector EXP_TINY = constant(-64f);

    private static final FloatVector EXP_TINY_UP = constant(0x1p64f);
    private static final FloatVector EXP_TINY_DOWN = constant(0x1p-64f);

    /** Beyond these, e^x - 1 is -1, or not asked for. */
    private static final FloatVector EXPM1_LOW = constant(-40f);

    private static final FloatVector EXPM1_HIGH = constant(40f);

    // F64: private static final int FRACTION_BITS = 52;
    private static final int FRACTION_BITS = 23;

    private static final FloatVector MIN_NORMAL = constant(Float.MIN_NORMAL);
    // F64: private static final DoubleVector DENORMAL_SCALE = constant(0x1p54);
    private static final FloatVector DENORMAL_SCALE = constant(0x1p25f);
    // F64: private static final DoubleVector DENORMAL_EXPONENT = constant(54);
    private static final FloatVector DENORMAL_EXPONENT = constant(25f);
    private static final FloatVector PROBABILITY_SCALE = constant(0x1p64f);
    private static final FloatVector PROBABILITY_EXPONENT = constant(64f);
    private static final FloatVector LOG_LOW = constant(-100f);
    private static final FloatVector NAN = constant(Float.NaN);

    /** From here on tanh is 1. */
    // F64: private static final DoubleVector TANH_HIGH = constant(20);
    private static final FloatVector TANH_HIGH = constant(10f);

    private static final FloatVector TWO = constant(2f);
    private static final IntVector SIGN = constant(-0f).reinterpretAsInts();

    private VectorMath() {}

    /** e^x, within 1 ulp, denormal results too; 0 and Inf beyond the range. */
    static FloatVector exp(FloatVector x) {
        // By 2^(n-1) and 2, since 2^128 is no float.
        return expUnbounded(x, HALF, TWO).blend(INFINITY, x.compare(GT, EXP_HIGH));
    }

    /** e^x for x ≤ 0, within 1 ulp, denormal results too; shorter than {@link #exp}. */
    static FloatVector expOfNegative(FloatVector x) {
        return expUnbounded(x, ONE, ONE);
    }

    /**
     * e^x, 0 below the range and arbitrary above it: bounds come last, since all would wait for
     * what bounds x first.
     *
     * @param first a power of 2 that the result is multiplied by on the way
     * @param last 1 / first
     */
    private static FloatVector expUnbounded(FloatVector x, FloatVector first, FloatVector last) {
        x = (FloatVector) VECTOR.cast(x);
        first = (FloatVector) VECTOR.cast(first);
        last = (FloatVector) VECTOR.cast(last);
        FloatVector rounded = x.fma(LOG2_E, ROUNDER);
        FloatVector y = Polynomials.expm1(reduced(x, rounded));
        // 2^(n+64) where 2^n may be denormal: only the last product rounds then.
        VectorMask<Float> tiny = x.compare(LT, EXP_TINY);
        FloatVector scale = scaled(first.blend(EXP_TINY_UP, tiny), rounded);
        return y.fma(scale, scale)
                .mul(last.blend(EXP_TINY_DOWN, tiny))
                .blend(ZERO, x.compare(LT, EXP_LOW));
    }

    /** e^x where that is normal and not too large; arbitrary elsewhere, but NaN of NaN. */
    static FloatVector expOfNormal(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector rounded = x.fma(LOG2_E, ROUNDER);
        FloatVector scale = scaled(ONE, rounded);
        return Polynomials.expm1(reduced(x, rounded)).fma(scale, scale);
    }

    /** x - n ln 2, where {@code rounded} holds n in its low bits. */
    private static FloatVector reduced(FloatVector x, FloatVector rounded) {
        FloatVector n = ((FloatVector) VECTOR.cast(rounded)).sub(ROUNDER);
        return n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
    }

    /** v 2^n, where {@code rounded} holds n in its low bits; for normal v and products. */
    private static FloatVector scaled(FloatVector v, FloatVector rounded) {
        v = (FloatVector) VECTOR.cast(v);
        rounded = (FloatVector) VECTOR.cast(rounded);
        return rounded.reinterpretAsInts()
                .lanewise(LSHL, FRACTION_BITS)
                .add(v.reinterpretAsInts())
                .reinterpretAsFloats();
    }

    /** e^x - 1 for x ≤ 40, within 2 ulp. */
    static FloatVector expm1(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector above = x.blend(EXPM1_LOW, x.compare(LT, EXPM1_LOW));
        FloatVector bounded = above.blend(EXPM1_HIGH, above.compare(GT, EXPM1_HIGH));
        FloatVector rounded = bounded.fma(LOG2_E, ROUNDER);
        FloatVector scale = scaled(ONE, rounded);
        return Polynomials.expm1(reduced(bounded, rounded)).fma(scale, scale.sub(ONE));
    }

    /** ln x, within 1 ulp, denormal operands too; -Inf at 0, NaN below, Inf at Inf. */
    static FloatVector log(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        VectorMask<Float> denormal = x.compare(LT, MIN_NORMAL);
        FloatVector scaled = x.blend(x.mul(DENORMAL_SCALE), denormal);
        FloatVector lost = ZERO.blend(DENORMAL_EXPONENT, denormal);
        FloatVector y = Polynomials.log(scaled, lost);
        y = y.blend(INFINITY.neg(), x.compare(EQ, ZERO));
        y = y.blend(NAN, x.compare(LT, ZERO));
        // Inf and NaN, for which the test is false, are their own logarithms.
        return x.blend(y, x.compare(LT, INFINITY));
    }

    /**
     * max(ln x, -100) for ±0 ≤ x ≤ 1, NaN below, arbitrary above. Shorter than {@link #log}: two of
     * those in a loop are more than C2 inlines.
     */
    static FloatVector logOfProbability(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        // Scaled, so that denormals are normal; the logarithm of 0 comes out below -100, and with
        // the
        // addition that of -0, too.
        FloatVector y = Polynomials.log(x.fma(PROBABILITY_SCALE, ZERO), PROBABILITY_EXPONENT);
        FloatVector above = y.blend(LOG_LOW, y.compare(LT, LOG_LOW));
        return NAN.blend(above, x.compare(GE, ZERO));
    }

    /**
     * tanh x = (e^2|x| - 1) / (e^2|x| + 1) with the sign of x, within 3 ulp; ±1 from where on it
     * rounds to that.
     */
    static FloatVector tanh(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector magnitude = x.abs();
        FloatVector bounded = magnitude.blend(TANH_HIGH, magnitude.compare(GT, TANH_HIGH));
        FloatVector e = expm1(bounded.add(bounded));
        return sign(e.div(e.add(TWO)), x);
    }

    /** 1 / (1 + e^-x), within 3 ulp: from e^-|x|, which cannot overflow. */
    static FloatVector sigmoid(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector e = expOfNegative(minusMagnitude(x));
        FloatVector numerator = ONE.blend(e, x.compare(LT, ZERO));
        return numerator.div(e.add(ONE));
    }

    /** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|), within 2 ulp. */
    static FloatVector softplus(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector tail = Polynomials.log1p(expOfNegative(minusMagnitude(x)));
        return x.blend(ZERO, x.compare(LT, ZERO)).add(tail);
    }

    /**
     * -|x|, and NaN as it is: its sign would otherwise show in sums with x, or not, as the compiler
     * orders them.
     */
    static FloatVector minusMagnitude(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        return x.blend(x.neg(), x.compare(GT, ZERO));
    }

    /** 1, -1, or x where that is 0 or NaN. */
    static FloatVector signum(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        return x.blend(ONE, x.compare(GT, ZERO)).blend(ONE.neg(), x.compare(LT, ZERO));
    }

    /** |magnitude| with the sign of x. */
    static FloatVector sign(FloatVector magnitude, FloatVector x) {
        magnitude = (FloatVector) VECTOR.cast(magnitude);
        x = (FloatVector) VECTOR.cast(x);
        return magnitude
                .reinterpretAsInts()
                .or(x.reinterpretAsInts().and(SIGN))
                .reinterpretAsFloats();
    }

    /** A vector of equal lanes, to be kept in a constant. */
    static FloatVector constant(float value) {
        return FloatVector.broadcast(Lanes.F32, value);
    }
}
