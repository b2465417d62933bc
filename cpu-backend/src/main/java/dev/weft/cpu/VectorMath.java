package dev.weft.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementary functions of vectors as polynomials that compile into the loop which calls them: the vector API's own call a
 * native library for each vector, which an epilogue cannot afford.
 *
 * <p>All take and give denormals, infinities and NaN as their Javadoc says. Errors were measured over every 1000th float
 * against {@code Math} in double (VectorMathTest).
 */
final class VectorMath {
    private static final float LOG2_E = 1.442695040888963f;

    /** ln 2 in two parts, the first short enough that its product with an exponent is exact. */
    private static final float LN2_HIGH = 0.693359375f;

    private static final float LN2_LOW = -2.12194440e-4f;

    /** Added to a float below 2²² it leaves the nearest integer in the low bits. */
    private static final float ROUNDER = 0x1.8p23f;

    private static final int ROUNDER_BITS = 0x4B400000;

    /** Beyond these, e^x is 0 or infinite; within, an exponent can be split in two halves that are floats. */
    private static final float EXP_LOW = -104.5f;

    private static final float EXP_HIGH = 89f;

    private static final int BIAS = 127;
    private static final int FRACTION_BITS = 23;

    /** √½, where the fraction that log sees begins. */
    private static final int HALF_ROOT_BITS = 0x3F3504F3;

    private static final float DENORMAL_SCALE = 0x1p25f;

    private static final float SQRT_HALF = 0.70710678f;
    private static final float SQRT_2_OVER_PI = 0.79788456f;
    private static final float INV_SQRT_2PI = 0.39894228f;
    private static final float GELU_CUBIC = 0.044715f;

    private VectorMath() {}

    /** e^x, within 1 ulp, denormal results too; 0 and Inf beyond the range. */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = bound(x, EXP_LOW, EXP_HIGH);
        FloatVector rounded = bounded.lanewise(VectorOperators.FMA, LOG2_E, ROUNDER);
        FloatVector n = rounded.sub(ROUNDER);
        FloatVector r = n.lanewise(VectorOperators.FMA, FloatVector.broadcast(Lanes.F32, -LN2_HIGH), bounded);
        r = n.lanewise(VectorOperators.FMA, FloatVector.broadcast(Lanes.F32, -LN2_LOW), r);
        FloatVector y = fraction(r).add(1f);
        // 2^n in two steps, since n reaches from -151 to 128: only the second can round.
        IntVector exponent = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = exponent.lanewise(ASHR, 1);
        return y.mul(power(half)).mul(power(exponent.sub(half)));
    }

    /** e^x - 1 for x ≤ 40, within 2 ulp. */
    static FloatVector expm1(FloatVector x) {
        FloatVector bounded = bound(x, -40f, 40f);
        FloatVector rounded = bounded.lanewise(VectorOperators.FMA, LOG2_E, ROUNDER);
        FloatVector n = rounded.sub(ROUNDER);
        FloatVector r = n.lanewise(VectorOperators.FMA, FloatVector.broadcast(Lanes.F32, -LN2_HIGH), bounded);
        r = n.lanewise(VectorOperators.FMA, FloatVector.broadcast(Lanes.F32, -LN2_LOW), r);
        FloatVector scale = power(rounded.reinterpretAsInts().sub(ROUNDER_BITS));
        return fraction(r).fma(scale, scale.sub(1f));
    }

    /** e^r - 1 for |r| ≤ ln 2 / 2. Coefficients: minimax, as in SLEEF's expf (Shibata and Petrogalli 2020). */
    private static FloatVector fraction(FloatVector r) {
        FloatVector p = r.lanewise(VectorOperators.FMA, 1.98527617612853646e-4f, 1.39304355252534151e-3f);
        p = p.fma(r, constant(8.33336077630519867e-3f));
        p = p.fma(r, constant(4.16664853692054749e-2f));
        p = p.fma(r, constant(1.66666671633720398e-1f));
        p = p.fma(r, constant(0.5f));
        return p.fma(r.mul(r), r);
    }

    /** 2^n for n from -126 to 127. */
    private static FloatVector power(IntVector n) {
        return n.add(BIAS).lanewise(LSHL, FRACTION_BITS).reinterpretAsFloats();
    }

    /** x between low and high, NaN where it is: faster than min and max, which put -0 below 0. */
    private static FloatVector bound(FloatVector x, float low, float high) {
        FloatVector above = x.blend(low, x.compare(LT, low));
        return above.blend(high, above.compare(GT, high));
    }

    /** ln x, within 2 ulp, denormal operands too; -Inf at 0, NaN below, Inf at Inf. */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> denormal = x.compare(LT, Float.MIN_NORMAL);
        FloatVector scaled = x.blend(x.mul(DENORMAL_SCALE), denormal);
        IntVector bits = scaled.reinterpretAsInts();
        IntVector exponent = bits.sub(HALF_ROOT_BITS).lanewise(ASHR, FRACTION_BITS);
        FloatVector f = bits.sub(exponent.lanewise(LSHL, FRACTION_BITS)).reinterpretAsFloats().sub(1f);
        FloatVector e = (FloatVector) exponent.convert(VectorOperators.I2F, 0);
        e = e.blend(e.sub(25f), denormal);
        FloatVector y = logFraction(f, e);
        y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
        y = y.blend(Float.NaN, x.compare(LT, 0f));
        // Inf and NaN are their own logarithms.
        return y.blend(x, x.compare(LT, Float.POSITIVE_INFINITY).or(x.compare(LT, 0f)).not());
    }

    /** ln(1 + f) + e ln 2 for √½ ≤ 1 + f < √2. Coefficients: minimax, as in Cephes' logf (Moshier 1989). */
    private static FloatVector logFraction(FloatVector f, FloatVector e) {
        FloatVector p = f.lanewise(VectorOperators.FMA, 7.0376836292e-2f, -1.1514610310e-1f);
        p = p.fma(f, constant(1.1676998740e-1f));
        p = p.fma(f, constant(-1.2420140846e-1f));
        p = p.fma(f, constant(1.4249322787e-1f));
        p = p.fma(f, constant(-1.6668057665e-1f));
        p = p.fma(f, constant(2.0000714765e-1f));
        p = p.fma(f, constant(-2.4999993993e-1f));
        p = p.fma(f, constant(3.3333331174e-1f));
        FloatVector square = f.mul(f);
        FloatVector low = p.mul(f).mul(square);
        low = e.fma(constant(LN2_LOW), low);
        low = square.fma(constant(-0.5f), low);
        return e.fma(constant(LN2_HIGH), low.add(f));
    }

    /** ln(1 + t) for 0 ≤ t ≤ 1, within 3 ulp: the rounding of 1 + t is made good (Kahan). */
    static FloatVector log1p(FloatVector t) {
        FloatVector u = t.add(1f);
        FloatVector lost = t.sub(u.sub(1f));
        IntVector bits = u.reinterpretAsInts();
        IntVector exponent = bits.sub(HALF_ROOT_BITS).lanewise(ASHR, FRACTION_BITS);
        FloatVector f = bits.sub(exponent.lanewise(LSHL, FRACTION_BITS)).reinterpretAsFloats().sub(1f);
        FloatVector e = (FloatVector) exponent.convert(VectorOperators.I2F, 0);
        return logFraction(f, e).add(lost.div(u));
    }

    /** tanh x = (e^2|x| - 1) / (e^2|x| + 1) with the sign of x, within 4 ulp; ±1 from |x| = 10 on. */
    static FloatVector tanh(FloatVector x) {
        FloatVector magnitude = x.abs();
        FloatVector twice = magnitude.blend(10f, magnitude.compare(GT, 10f)).mul(2f);
        FloatVector e = expm1(twice);
        return sign(e.div(e.add(2f)), x);
    }

    /** 1 / (1 + e^-x), within 3 ulp: from e^-|x|, which cannot overflow. */
    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(minusMagnitude(x));
        FloatVector numerator = constant(1f).blend(e, x.compare(LT, 0f));
        return numerator.div(e.add(1f));
    }

    /** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|). */
    static FloatVector softplus(FloatVector x) {
        FloatVector tail = log1p(exp(minusMagnitude(x)));
        return x.blend(0f, x.compare(LT, 0f)).add(tail);
    }

    /**
     * 2/√π ∫₀ˣ e^(-t²) dt, within 2 ulp: odd polynomial up to 0.93, from there on 1 - e^q(|x|). Coefficients: minimax, N.
     * Juffa's.
     */
    static FloatVector erf(FloatVector x) {
        FloatVector t = x.abs();
        FloatVector far = constant(1f).sub(exp(logErfc(t)));
        FloatVector near = erfNear(x);
        return near.blend(sign(far, x), t.compare(GT, 0.927734375f));
    }

    private static FloatVector erfNear(FloatVector x) {
        FloatVector s = x.mul(x);
        FloatVector r = s.lanewise(VectorOperators.FMA, -5.96761703e-4f, 4.99119423e-3f);
        r = r.fma(s, constant(-2.67681349e-2f));
        r = r.fma(s, constant(1.12819925e-1f));
        r = r.fma(s, constant(-3.76125336e-1f));
        r = r.fma(s, constant(1.28379166e-1f));
        return r.fma(x, x);
    }

    /** ln(1 - erf(t)) for t ≥ 0.93; what it is worth beyond 4 does not show in 1 - e^q. */
    private static FloatVector logErfc(FloatVector t) {
        FloatVector bounded = t.blend(10f, t.compare(GT, 10f));
        FloatVector s = bounded.mul(bounded);
        FloatVector r = bounded.lanewise(VectorOperators.FMA, -1.72853470e-5f, 3.83197126e-4f);
        FloatVector u = bounded.lanewise(VectorOperators.FMA, -3.88396438e-3f, 2.42546219e-2f);
        r = r.fma(s, u);
        r = r.fma(bounded, constant(-1.06777877e-1f));
        r = r.fma(bounded, constant(-6.34846687e-1f));
        r = r.fma(bounded, constant(-1.28717512e-1f));
        return r.fma(bounded, bounded.neg());
    }

    /** Φ(x) = (1 + erf(x / √2)) / 2, the normal distribution, within 8 ulp of 1. */
    static FloatVector normalCdf(FloatVector x) {
        return erf(x.mul(SQRT_HALF)).lanewise(VectorOperators.FMA, 0.5f, 0.5f);
    }

    /** φ(x) = e^(-x²/2) / √(2π). */
    static FloatVector normalDensity(FloatVector x) {
        return exp(x.mul(x).mul(-0.5f)).mul(INV_SQRT_2PI);
    }

    /** √(2/π) (x + 0.044715 x³), the argument of gelu's tanh form. */
    static FloatVector geluInner(FloatVector x) {
        return x.mul(SQRT_2_OVER_PI).mul(x.mul(x).lanewise(VectorOperators.FMA, GELU_CUBIC, 1f));
    }

    /** The derivative of {@link #geluInner}. */
    static FloatVector geluInnerSlope(FloatVector x) {
        return x.mul(x).lanewise(VectorOperators.FMA, 3 * GELU_CUBIC * SQRT_2_OVER_PI, SQRT_2_OVER_PI);
    }

    /** 1, -1, or x where that is 0 or NaN. */
    static FloatVector signum(FloatVector x) {
        return x.blend(1f, x.compare(GT, 0f)).blend(-1f, x.compare(LT, 0f));
    }

    /** -|x|, and NaN as it is: its sign would otherwise show in sums with x, or not, as the compiler orders them. */
    static FloatVector minusMagnitude(FloatVector x) {
        return x.blend(x.neg(), x.compare(GT, 0f));
    }

    /** |magnitude| with the sign of x. */
    private static FloatVector sign(FloatVector magnitude, FloatVector x) {
        IntVector bit = x.reinterpretAsInts().and(Integer.MIN_VALUE);
        return magnitude.reinterpretAsInts().or(bit).reinterpretAsFloats();
    }

    private static FloatVector constant(float value) {
        return FloatVector.broadcast(Lanes.F32, value);
    }
}
