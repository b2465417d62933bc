package dev.weft.cpu;

import static dev.weft.cpu.VectorMath.constant;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/** The error function, and gelu's parts, as {@link VectorMath}. */
final class VectorErf {
    private static final FloatVector ZERO = constant(0f);
    private static final FloatVector ONE = constant(1f);
    private static final FloatVector HALF = constant(0.5f);

    /** Where the odd polynomial ends and 1 - e^q begins. Both: minimax, N. Juffa's. */
    private static final FloatVector NEAR = constant(0.927734375f);

    private static final FloatVector NEAR_11 = constant(-5.96761703e-4f);
    private static final FloatVector NEAR_9 = constant(4.99119423e-3f);
    private static final FloatVector NEAR_7 = constant(-2.67681349e-2f);
    private static final FloatVector NEAR_5 = constant(1.12819925e-1f);
    private static final FloatVector NEAR_3 = constant(-3.76125336e-1f);
    private static final FloatVector NEAR_1 = constant(1.28379166e-1f);

    private static final FloatVector FAR_HIGH = constant(10f);
    private static final FloatVector FAR_7 = constant(-1.72853470e-5f);
    private static final FloatVector FAR_6 = constant(3.83197126e-4f);
    private static final FloatVector FAR_5 = constant(-3.88396438e-3f);
    private static final FloatVector FAR_4 = constant(2.42546219e-2f);
    private static final FloatVector FAR_3 = constant(-1.06777877e-1f);
    private static final FloatVector FAR_2 = constant(-6.34846687e-1f);
    private static final FloatVector FAR_1 = constant(-1.28717512e-1f);

    private static final FloatVector SQRT_HALF = constant(0.70710678f);
    private static final FloatVector MINUS_HALF = constant(-0.5f);
    private static final FloatVector INV_SQRT_2PI = constant(0.39894228f);

    private static final float GELU_CUBIC = 0.044715f;
    private static final FloatVector SQRT_2_OVER_PI = constant(0.79788456f);
    private static final FloatVector CUBIC = constant(GELU_CUBIC);
    private static final FloatVector CUBIC_SLOPE = constant(3 * GELU_CUBIC * 0.79788456f);

    private VectorErf() {}

    /**
     * 2/√π ∫₀ˣ e^(-t²) dt, within 1 ulp. In one piece but for exp: C2 would not inline what comes
     * after it.
     */
    static FloatVector erf(FloatVector x) {
        FloatVector magnitude = x.abs();
        FloatVector t = magnitude.blend(FAR_HIGH, magnitude.compare(GT, FAR_HIGH));
        FloatVector s = t.mul(t);
        // ln(1 - erf(t)); what it is worth beyond 4 does not show in 1 - e^q.
        FloatVector q = FAR_7.fma(t, FAR_6).fma(s, FAR_5.fma(t, FAR_4));
        q = q.fma(t, FAR_3);
        q = q.fma(t, FAR_2);
        q = q.fma(t, FAR_1);
        FloatVector far = ONE.sub(VectorMath.exp(q.fma(t, t.neg())));
        FloatVector r = NEAR_11.fma(s, NEAR_9);
        r = r.fma(s, NEAR_7);
        r = r.fma(s, NEAR_5);
        r = r.fma(s, NEAR_3);
        r = r.fma(s, NEAR_1);
        FloatVector near = r.fma(x, x);
        FloatVector signed = far.blend(far.neg(), x.compare(LT, ZERO));
        return near.blend(signed, t.compare(GT, NEAR));
    }

    /** Φ(x) = (1 + erf(x / √2)) / 2, the normal distribution, within 8 ulp of 1. */
    static FloatVector normalCdf(FloatVector x) {
        return erf(x.mul(SQRT_HALF)).fma(HALF, HALF);
    }

    /** φ(x) = e^(-x²/2) / √(2π). */
    static FloatVector normalDensity(FloatVector x) {
        return VectorMath.exp(x.mul(x).mul(MINUS_HALF)).mul(INV_SQRT_2PI);
    }

    /** √(2/π) (x + 0.044715 x³), the argument of gelu's tanh form. */
    static FloatVector geluInner(FloatVector x) {
        return x.mul(SQRT_2_OVER_PI).mul(x.mul(x).fma(CUBIC, ONE));
    }

    /** The derivative of {@link #geluInner}. */
    static FloatVector geluInnerSlope(FloatVector x) {
        return x.mul(x).fma(CUBIC_SLOPE, SQRT_2_OVER_PI);
    }
}
