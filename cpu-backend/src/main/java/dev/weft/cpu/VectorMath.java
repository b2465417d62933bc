// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;

import static jdk.incubator.vector.VectorOperators.ASHR;
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

    // F64: private static final DoubleVector LN2_HIGH = constant(0x1.62e42fefp-1);
    private static final FloatVector LN2_HIGH = constant(0.693359375f);

    // F64: private static final DoubleVector LN2_LOW = constant(0x1.473de6af278edp-34);
    private static final FloatVector LN2_LOW = constant(-2.12194440e-4f);

    // F64: private static final DoubleVector LN2 = constant(0x1.62e42fefa39efp-1);
    private static final FloatVector LN2 = constant(0x1.62e430p-1f);

    /** 1 / ln 2 less its rounding. */
    // F64: private static final DoubleVector LOG2_E_LOW = constant(0x1.777d0ffda0d24p-56);
    private static final FloatVector LOG2_E_LOW = constant(0x1.4ae0c0p-26f);

    // F64: private static final DoubleVector LOG10_E = constant(0x1.bcb7b1526e50ep-2);
    private static final FloatVector LOG10_E = constant(0x1.bcb7b2p-2f);

    // F64: private static final DoubleVector LOG10_E_LOW = constant(0x1.95355baaafad3p-57);
    private static final FloatVector LOG10_E_LOW = constant(-0x1.5b235ep-27f);

    // F64: private static final DoubleVector LOG10_2 = constant(0x1.34413509f79ffp-2);
    private static final FloatVector LOG10_2 = constant(0x1.344136p-2f);

    // F64: private static final DoubleVector LOG10_2_LOW = constant(-0x1.9dc1da994fd21p-59);
    private static final FloatVector LOG10_2_LOW = constant(-0x1.ec10c0p-27f);

    /** Added to a smaller number it leaves the nearest integer in the low bits. */
    // F64: private static final DoubleVector ROUNDER = constant(0x1.8p52);
    private static final FloatVector ROUNDER = constant(0x1.8p23f);

    private static final IntVector ROUNDER_BITS = ROUNDER.reinterpretAsInts();

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

    /** Beyond these, 2^x is 0 or infinite. */
    // F64: private static final DoubleVector EXP2_LOW = constant(-1080);
    private static final FloatVector EXP2_LOW = constant(-155f);

    // F64: private static final DoubleVector EXP2_HIGH = constant(1024.5);
    private static final FloatVector EXP2_HIGH = constant(128.5f);

    /** Below this, 2^x is computed 2⁶⁴ times as large, so that it is normal. */
    // F64: private static final DoubleVector EXP2_TINY = constant(-1000);
    private static final FloatVector EXP2_TINY = constant(-100f);

    /** Beyond these, e^x - 1 is -1, or not asked for. */
    private static final FloatVector EXPM1_LOW = constant(-40f);

    private static final FloatVector EXPM1_HIGH = constant(40f);

    // F64: private static final int FRACTION_BITS = 52;
    private static final int FRACTION_BITS = 23;

    /** √½, where the fraction that log sees begins. */
    // F64: private static final DoubleVector HALF_ROOT = constant(0x1.6a09e667f3bcdp-1);
    private static final FloatVector HALF_ROOT = constant(0x1.6a09e6p-1f);

    private static final IntVector HALF_ROOT_BITS = HALF_ROOT.reinterpretAsInts();

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

    /** The squares of what is between are normal, and so are those of the others when scaled. */
    // F64: private static final DoubleVector HYPOT_LARGE = constant(0x1p500);
    private static final FloatVector HYPOT_LARGE = constant(0x1p60f);

    // F64: private static final DoubleVector HYPOT_SMALL = constant(0x1p-500);
    private static final FloatVector HYPOT_SMALL = constant(0x1p-60f);

    // F64: private static final DoubleVector HYPOT_UP = constant(0x1p700);
    private static final FloatVector HYPOT_UP = constant(0x1p100f);

    // F64: private static final DoubleVector HYPOT_DOWN = constant(0x1p-700);
    private static final FloatVector HYPOT_DOWN = constant(0x1p-100f);

    private static final FloatVector TWO = constant(2f);
    private static final FloatVector QUARTER = constant(0.25f);
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

    /** e^(x + low) for x ≤ 0 and a low that is small beside its rounding, as the former. */
    static FloatVector expOfNegative(FloatVector x, FloatVector low) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector rounded = x.fma(LOG2_E, ROUNDER);
        FloatVector r = (FloatVector) VECTOR.cast(reduced(x, rounded));
        return grown(Polynomials.expm1(r.add(low)), rounded, x, ONE, ONE);
    }

    /**
     * e^x, 0 below the range and arbitrary above it: bounds come last, since all would wait for
     * what bounds x first.
     */
    private static FloatVector expUnbounded(FloatVector x, FloatVector first, FloatVector last) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector rounded = x.fma(LOG2_E, ROUNDER);
        return grown(Polynomials.expm1(reduced(x, rounded)), rounded, x, first, last);
    }

    /**
     * (1 + y) 2^n, where {@code rounded} holds n in its low bits, or 0 where x is below the range.
     *
     * @param first a power of 2 that the result is multiplied by on the way
     * @param last 1 / first
     */
    private static FloatVector grown(
            FloatVector y,
            FloatVector rounded,
            FloatVector x,
            FloatVector first,
            FloatVector last) {
        y = (FloatVector) VECTOR.cast(y);
        x = (FloatVector) VECTOR.cast(x);
        // 2^(n+64) where 2^n may be denormal: only the last product rounds then.
        VectorMask<Float> tiny = x.compare(LT, EXP_TINY);
        FloatVector up = ((FloatVector) VECTOR.cast(first)).blend(EXP_TINY_UP, tiny);
        FloatVector down = ((FloatVector) VECTOR.cast(last)).blend(EXP_TINY_DOWN, tiny);
        FloatVector scale = scaled(up, rounded);
        return y.fma(scale, scale).mul(down).blend(ZERO, x.compare(LT, EXP_LOW));
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

    /** e^x where that is normal and not too large; arbitrary elsewhere, but NaN of NaN. */
    static FloatVector expOfNormal(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector rounded = x.fma(LOG2_E, ROUNDER);
        FloatVector scale = scaled(ONE, rounded);
        return Polynomials.expm1(reduced(x, rounded)).fma(scale, scale);
    }

    /** 2^x, within 2 ulp, denormal results too; 0 and Inf beyond the range. */
    static FloatVector exp2(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector rounded = x.add(ROUNDER);
        FloatVector y = Polynomials.expm1(x.sub(rounded.sub(ROUNDER)).mul(LN2));
        VectorMask<Float> tiny = x.compare(LT, EXP2_TINY);
        // As in exp: by 2^(n-1) and 2, and 2^(n+64) where 2^n may be denormal.
        FloatVector scale = scaled(HALF.blend(EXP_TINY_UP, tiny), rounded);
        return y.fma(scale, scale)
                .mul(TWO.blend(EXP_TINY_DOWN, tiny))
                .blend(ZERO, x.compare(LT, EXP2_LOW))
                .blend(INFINITY, x.compare(GT, EXP2_HIGH));
    }

    /** e^x / 4 where that is normal and not too large; arbitrary elsewhere, but NaN of NaN. */
    static FloatVector quarterOfExp(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector rounded = x.fma(LOG2_E, ROUNDER);
        FloatVector scale = scaled(QUARTER, rounded);
        return Polynomials.expm1(reduced(x, rounded)).fma(scale, scale);
    }

    /** (e^x - 1) / 4 under the same conditions; the rounding of what is left of x is made good. */
    static FloatVector quarterOfExpm1(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector rounded = x.fma(LOG2_E, ROUNDER);
        FloatVector n = rounded.sub(ROUNDER);
        FloatVector exact = n.fma(MINUS_LN2_HIGH, x);
        FloatVector r = n.fma(MINUS_LN2_LOW, exact);
        FloatVector lost = n.fma(MINUS_LN2_LOW, exact.sub(r));
        FloatVector rest = (FloatVector) VECTOR.cast(Polynomials.expRest(r));
        FloatVector scale = (FloatVector) VECTOR.cast(scaled(QUARTER, rounded));
        FloatVector sum = r.fma(scale, scale.sub(QUARTER));
        return rest.fma(r.mul(r), lost).fma(scale, sum);
    }

    /** e^x - 1 under the same conditions. */
    static FloatVector expm1OfNormal(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector rounded = x.fma(LOG2_E, ROUNDER);
        FloatVector scale = scaled(ONE, rounded);
        return Polynomials.expm1(reduced(x, rounded)).fma(scale, scale.sub(ONE));
    }

    /** e^x - 1 for x ≤ 40, within 2 ulp. */
    static FloatVector expm1(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector above = x.blend(EXPM1_LOW, x.compare(LT, EXPM1_LOW));
        return expm1OfNormal(above.blend(EXPM1_HIGH, above.compare(GT, EXPM1_HIGH)));
    }

    /** ln x, within 1 ulp, denormal operands too; -Inf at 0, NaN below, Inf at Inf. */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> denormal = ((FloatVector) VECTOR.cast(x)).compare(LT, MIN_NORMAL);
        FloatVector y = logOfNormal(normal(x, denormal), lost(denormal));
        return logOrLimit(x, y);
    }

    /** log₂ x, as {@link #log}, within 2 ulp, exact for powers of two. */
    static FloatVector log2(FloatVector x) {
        return log(x, ONE, ZERO, LOG2_E, LOG2_E_LOW);
    }

    /** log₁₀ x, as {@link #log}, within 2 ulp. */
    static FloatVector log10(FloatVector x) {
        return log(x, LOG10_2, LOG10_2_LOW, LOG10_E, LOG10_E_LOW);
    }

    /** The logarithm to the base of which those of 2 and e are given, in two parts each. */
    private static FloatVector log(
            FloatVector x,
            FloatVector two,
            FloatVector twoLow,
            FloatVector euler,
            FloatVector eulerLow) {
        VectorMask<Float> denormal = ((FloatVector) VECTOR.cast(x)).compare(LT, MIN_NORMAL);
        IntVector bits = normal(x, denormal).reinterpretAsInts();
        IntVector exponent = bits.sub(HALF_ROOT_BITS).lanewise(ASHR, FRACTION_BITS);
        FloatVector f =
                bits.sub(exponent.lanewise(LSHL, FRACTION_BITS)).reinterpretAsFloats().sub(ONE);
        FloatVector e = exponent.add(ROUNDER_BITS).reinterpretAsFloats().sub(ROUNDER);
        e = e.sub(lost(denormal));
        FloatVector rest = (FloatVector) VECTOR.cast(Polynomials.logRest(f));
        FloatVector low = e.fma(twoLow, rest.mul(euler));
        FloatVector y = e.fma(two, f.fma(euler, f.fma(eulerLow, low)));
        return logOrLimit(x, y);
    }

    private static FloatVector normal(FloatVector x, VectorMask<Float> denormal) {
        x = (FloatVector) VECTOR.cast(x);
        return x.blend(x.mul(DENORMAL_SCALE), denormal);
    }

    /** The exponent of the scale of {@link #normal}. */
    private static FloatVector lost(VectorMask<Float> denormal) {
        return ZERO.blend(DENORMAL_EXPONENT, denormal);
    }

    /** A logarithm, or what it is at 0, below, and for Inf and NaN. */
    private static FloatVector logOrLimit(FloatVector x, FloatVector y) {
        x = (FloatVector) VECTOR.cast(x);
        y = (FloatVector) VECTOR.cast(y);
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
        FloatVector y = logOfNormal(x.fma(PROBABILITY_SCALE, ZERO), PROBABILITY_EXPONENT);
        FloatVector above = y.blend(LOG_LOW, y.compare(LT, LOG_LOW));
        return NAN.blend(above, x.compare(GE, ZERO));
    }

    /** ln x - lost ln 2 for normal positive x. */
    static FloatVector logOfNormal(FloatVector x, FloatVector lost) {
        IntVector bits = ((FloatVector) VECTOR.cast(x)).reinterpretAsInts();
        IntVector exponent = bits.sub(HALF_ROOT_BITS).lanewise(ASHR, FRACTION_BITS);
        FloatVector f =
                bits.sub(exponent.lanewise(LSHL, FRACTION_BITS)).reinterpretAsFloats().sub(ONE);
        // The exponent as a float: in the low bits of a large one, which is then subtracted.
        FloatVector e = exponent.add(ROUNDER_BITS).reinterpretAsFloats().sub(ROUNDER).sub(lost);
        return e.fma(LN2_HIGH, e.fma(LN2_LOW, Polynomials.logRest(f)).add(f));
    }

    /** √(a² + b²), within 1 ulp; infinite where either is. */
    static FloatVector hypot(FloatVector a, FloatVector b) {
        a = ((FloatVector) VECTOR.cast(a)).abs();
        b = ((FloatVector) VECTOR.cast(b)).abs();
        FloatVector longer = a.max(b);
        // By a power of 2 that keeps the squares from over- and underflow.
        VectorMask<Float> large = longer.compare(GT, HYPOT_LARGE);
        VectorMask<Float> small = longer.compare(LT, HYPOT_SMALL);
        FloatVector down = ONE.blend(HYPOT_DOWN, large).blend(HYPOT_UP, small);
        FloatVector up = ONE.blend(HYPOT_UP, large).blend(HYPOT_DOWN, small);
        FloatVector u = a.mul(down);
        FloatVector v = b.mul(down);
        return u.fma(u, v.mul(v))
                .sqrt()
                .mul(up)
                .blend(INFINITY, a.compare(EQ, INFINITY))
                .blend(INFINITY, b.compare(EQ, INFINITY));
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
