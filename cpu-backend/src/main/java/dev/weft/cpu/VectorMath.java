package dev.weft.cpu;

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
 */
final class VectorMath {
    private static final FloatVector ZERO = FloatVector.zero(Lanes.F32);
    private static final FloatVector ONE = constant(1f);
    private static final FloatVector HALF = constant(0.5f);
    private static final FloatVector INFINITY = constant(Float.POSITIVE_INFINITY);

    private static final FloatVector LOG2_E = constant(1.442695040888963f);

    /** ln 2 in two parts, the first short enough that its product with an exponent is exact. */
    private static final FloatVector LN2_HIGH = constant(0.693359375f);

    private static final FloatVector LN2_LOW = constant(-2.12194440e-4f);
    private static final FloatVector MINUS_LN2_HIGH = constant(-0.693359375f);
    private static final FloatVector MINUS_LN2_LOW = constant(2.12194440e-4f);

    /** Added to a float below 2²² it leaves the nearest integer in the low bits. */
    private static final FloatVector ROUNDER = constant(0x1.8p23f);

    private static final IntVector ROUNDER_BITS = constant(Float.floatToRawIntBits(0x1.8p23f));

    /**
     * Beyond these, e^x is 0 or infinite; within, an exponent can be split in two halves that are
     * floats.
     */
    private static final FloatVector EXP_LOW = constant(-104.5f);

    private static final FloatVector EXP_HIGH = constant(89f);

    /** Beyond these, e^x - 1 is -1, or not asked for. */
    private static final FloatVector EXPM1_LOW = constant(-40f);

    private static final FloatVector EXPM1_HIGH = constant(40f);

    /**
     * e^r - 1 = r + r² (½ + …) for |r| ≤ ln 2 / 2: minimax, as in SLEEF's expf (Shibata and
     * Petrogalli 2020).
     */
    private static final FloatVector EXP_6 = constant(1.98527617612853646e-4f);

    private static final FloatVector EXP_5 = constant(1.39304355252534151e-3f);
    private static final FloatVector EXP_4 = constant(8.33336077630519867e-3f);
    private static final FloatVector EXP_3 = constant(4.16664853692054749e-2f);
    private static final FloatVector EXP_2 = constant(1.66666671633720398e-1f);

    private static final IntVector EXPONENT_BIAS = constant(127);
    private static final int FRACTION_BITS = 23;

    /** √½, where the fraction that log sees begins. */
    private static final IntVector HALF_ROOT_BITS = constant(0x3F3504F3);

    private static final FloatVector MIN_NORMAL = constant(Float.MIN_NORMAL);
    private static final FloatVector DENORMAL_SCALE = constant(0x1p25f);
    private static final FloatVector DENORMAL_EXPONENT = constant(25f);
    private static final FloatVector PROBABILITY_SCALE = constant(0x1p64f);
    private static final FloatVector PROBABILITY_EXPONENT = constant(64f);
    private static final FloatVector LOG_LOW = constant(-100f);
    private static final FloatVector NAN = constant(Float.NaN);

    /**
     * ln(1 + f) = f - f²/2 + f³ (…) for √½ ≤ 1 + f < √2: minimax, as in Cephes' logf (Moshier
     * 1989).
     */
    private static final FloatVector LOG_9 = constant(7.0376836292e-2f);

    private static final FloatVector LOG_8 = constant(-1.1514610310e-1f);
    private static final FloatVector LOG_7 = constant(1.1676998740e-1f);
    private static final FloatVector LOG_6 = constant(-1.2420140846e-1f);
    private static final FloatVector LOG_5 = constant(1.4249322787e-1f);
    private static final FloatVector LOG_4 = constant(-1.6668057665e-1f);
    private static final FloatVector LOG_3 = constant(2.0000714765e-1f);
    private static final FloatVector LOG_2 = constant(-2.4999993993e-1f);
    private static final FloatVector LOG_1 = constant(3.3333331174e-1f);
    private static final FloatVector MINUS_HALF = constant(-0.5f);

    /** From here on tanh is 1 in F32. */
    private static final FloatVector TANH_HIGH = constant(10f);

    private static final FloatVector TWO = constant(2f);
    private static final IntVector SIGN = constant(Integer.MIN_VALUE);

    private VectorMath() {}

    /** e^x, within 1 ulp, denormal results too; 0 and Inf beyond the range. */
    static FloatVector exp(FloatVector x) {
        FloatVector above = x.blend(EXP_LOW, x.compare(LT, EXP_LOW));
        FloatVector bounded = above.blend(EXP_HIGH, above.compare(GT, EXP_HIGH));
        FloatVector rounded = bounded.fma(LOG2_E, ROUNDER);
        FloatVector n = rounded.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, bounded));
        FloatVector p = EXP_6.fma(r, EXP_5);
        p = p.fma(r, EXP_4);
        p = p.fma(r, EXP_3);
        p = p.fma(r, EXP_2);
        p = p.fma(r, HALF);
        FloatVector y = p.fma(r.mul(r), r).add(ONE);
        // 2^n in two steps, since n reaches from -151 to 128: only the second can round.
        IntVector exponent = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = exponent.lanewise(ASHR, 1);
        IntVector rest = exponent.sub(half).add(EXPONENT_BIAS).lanewise(LSHL, FRACTION_BITS);
        return y.mul(half.add(EXPONENT_BIAS).lanewise(LSHL, FRACTION_BITS).reinterpretAsFloats())
                .mul(rest.reinterpretAsFloats());
    }

    /** e^x - 1 for x ≤ 40, within 2 ulp. */
    static FloatVector expm1(FloatVector x) {
        FloatVector above = x.blend(EXPM1_LOW, x.compare(LT, EXPM1_LOW));
        FloatVector bounded = above.blend(EXPM1_HIGH, above.compare(GT, EXPM1_HIGH));
        FloatVector rounded = bounded.fma(LOG2_E, ROUNDER);
        FloatVector n = rounded.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, bounded));
        FloatVector p = EXP_6.fma(r, EXP_5);
        p = p.fma(r, EXP_4);
        p = p.fma(r, EXP_3);
        p = p.fma(r, EXP_2);
        p = p.fma(r, HALF);
        IntVector exponent = rounded.reinterpretAsInts().sub(ROUNDER_BITS).add(EXPONENT_BIAS);
        FloatVector scale = exponent.lanewise(LSHL, FRACTION_BITS).reinterpretAsFloats();
        return p.fma(r.mul(r), r).fma(scale, scale.sub(ONE));
    }

    /** ln x, within 1 ulp, denormal operands too; -Inf at 0, NaN below, Inf at Inf. */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> denormal = x.compare(LT, MIN_NORMAL);
        FloatVector scaled = x.blend(x.mul(DENORMAL_SCALE), denormal);
        FloatVector lost = ZERO.blend(DENORMAL_EXPONENT, denormal);
        FloatVector y = logOfNormal(scaled, lost);
        y = y.blend(INFINITY.neg(), x.compare(EQ, ZERO));
        y = y.blend(NAN, x.compare(LT, ZERO));
        // Inf and NaN, for which the test is false, are their own logarithms.
        return x.blend(y, x.compare(LT, INFINITY));
    }

    /**
     * max(ln x, -100) for 0 ≤ x ≤ 1, NaN beyond. Shorter than {@link #log}: two of those in a loop
     * are more than C2 inlines.
     */
    static FloatVector logOfProbability(FloatVector x) {
        // Scaled, so that denormals are normal; the logarithm of 0 comes out as -132.
        FloatVector y = logOfNormal(x.mul(PROBABILITY_SCALE), PROBABILITY_EXPONENT);
        FloatVector above = y.blend(LOG_LOW, y.compare(LT, LOG_LOW));
        return NAN.blend(above, x.compare(GE, ZERO));
    }

    /** ln x - lost ln 2 for normal positive x. */
    private static FloatVector logOfNormal(FloatVector x, FloatVector lost) {
        IntVector bits = x.reinterpretAsInts();
        IntVector exponent = bits.sub(HALF_ROOT_BITS).lanewise(ASHR, FRACTION_BITS);
        FloatVector f =
                bits.sub(exponent.lanewise(LSHL, FRACTION_BITS)).reinterpretAsFloats().sub(ONE);
        // The exponent as a float: in the low bits of a large one, which is then subtracted.
        FloatVector e = exponent.add(ROUNDER_BITS).reinterpretAsFloats().sub(ROUNDER).sub(lost);
        FloatVector p = LOG_9.fma(f, LOG_8);
        p = p.fma(f, LOG_7);
        p = p.fma(f, LOG_6);
        p = p.fma(f, LOG_5);
        p = p.fma(f, LOG_4);
        p = p.fma(f, LOG_3);
        p = p.fma(f, LOG_2);
        p = p.fma(f, LOG_1);
        FloatVector square = f.mul(f);
        FloatVector low = e.fma(LN2_LOW, p.mul(f).mul(square));
        low = square.fma(MINUS_HALF, low);
        return e.fma(LN2_HIGH, low.add(f));
    }

    /** ln(1 + t) for 0 ≤ t ≤ 1, within 2 ulp: the rounding of 1 + t is made good (Kahan). */
    static FloatVector log1p(FloatVector t) {
        FloatVector u = t.add(ONE);
        FloatVector lost = t.sub(u.sub(ONE)).div(u);
        return logOfNormal(u, ZERO).add(lost);
    }

    /**
     * tanh x = (e^2|x| - 1) / (e^2|x| + 1) with the sign of x, within 3 ulp; ±1 from |x| = 10 on.
     */
    static FloatVector tanh(FloatVector x) {
        FloatVector magnitude = x.abs();
        FloatVector bounded = magnitude.blend(TANH_HIGH, magnitude.compare(GT, TANH_HIGH));
        FloatVector e = expm1(bounded.add(bounded));
        return sign(e.div(e.add(TWO)), x);
    }

    /** 1 / (1 + e^-x), within 3 ulp: from e^-|x|, which cannot overflow. */
    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(minusMagnitude(x));
        FloatVector numerator = ONE.blend(e, x.compare(LT, ZERO));
        return numerator.div(e.add(ONE));
    }

    /** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|), within 2 ulp. */
    static FloatVector softplus(FloatVector x) {
        FloatVector tail = log1p(exp(minusMagnitude(x)));
        return x.blend(ZERO, x.compare(LT, ZERO)).add(tail);
    }

    /**
     * -|x|, and NaN as it is: its sign would otherwise show in sums with x, or not, as the compiler
     * orders them.
     */
    static FloatVector minusMagnitude(FloatVector x) {
        return x.blend(x.neg(), x.compare(GT, ZERO));
    }

    /** 1, -1, or x where that is 0 or NaN. */
    static FloatVector signum(FloatVector x) {
        return x.blend(ONE, x.compare(GT, ZERO)).blend(ONE.neg(), x.compare(LT, ZERO));
    }

    /** |magnitude| with the sign of x. */
    static FloatVector sign(FloatVector magnitude, FloatVector x) {
        return magnitude
                .reinterpretAsInts()
                .or(x.reinterpretAsInts().and(SIGN))
                .reinterpretAsFloats();
    }

    /** A vector of equal lanes, to be kept in a constant. */
    static FloatVector constant(float value) {
        return FloatVector.broadcast(Lanes.F32, value);
    }

    private static IntVector constant(int value) {
        return IntVector.broadcast(Lanes.I32, value);
    }
}
