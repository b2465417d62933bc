package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.VectorMath.constant;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/** What gelu is made of, as {@link VectorMath}. */
final class VectorGelu {
    private static final FloatVector ZERO = constant(0f);
    private static final FloatVector ONE = constant(1f);
    private static final FloatVector HALF = constant(0.5f);
    private static final FloatVector MINUS_HALF = constant(-0.5f);
    private static final FloatVector INV_SQRT_2PI = constant(0.39894228f);

    /** x² where Φ(-x) is less than half an ulp of 1, and the quotient's range ends. */
    private static final FloatVector CDF_FAR = constant(29f);

    /** x² where e^(-x²/2) is less than 2⁻¹²⁵. */
    private static final FloatVector DENSITY_FAR = constant(173f);

    /**
     * (Φ(x) - ½) / x = P(x²) / Q(x²) for x² ≤ 29, so that x P / Q is within 6·10⁻⁹: minimax, fitted
     * by Lawson's iteration.
     */
    private static final FloatVector P_0 = constant(0.3989422623511609f);

    private static final FloatVector P_1 = constant(0.033223648291154075f);
    private static final FloatVector P_2 = constant(0.004642057117941106f);
    private static final FloatVector P_3 = constant(0.00016283066958257554f);
    private static final FloatVector P_4 = constant(6.352450342767834e-06f);
    private static final FloatVector P_5 = constant(2.352652269438641e-08f);
    private static final FloatVector Q_1 = constant(0.2499455898100668f);
    private static final FloatVector Q_2 = constant(0.028294378567244885f);
    private static final FloatVector Q_3 = constant(0.0018506475292377031f);
    private static final FloatVector Q_4 = constant(7.19323570647832e-05f);
    private static final FloatVector Q_5 = constant(1.2200690583558813e-06f);

    private static final float CUBIC = 0.044715f;
    private static final FloatVector SQRT_2_OVER_PI = constant(0.79788456f);
    private static final FloatVector INNER_CUBIC = constant(CUBIC);
    private static final FloatVector SLOPE_CUBIC = constant(3 * CUBIC * 0.79788456f);

    private VectorGelu() {}

    /**
     * Φ(x) = (1 + erf(x / √2)) / 2, the normal distribution, within 2 ulp of 1: without the
     * exponential that a small relative error for large negative x would take.
     */
    static FloatVector normalCdf(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector s = x.mul(x);
        FloatVector fourth = s.mul(s);
        FloatVector p = P_5.fma(s, P_4).fma(fourth, P_3.fma(s, P_2));
        FloatVector q = Q_5.fma(s, Q_4).fma(fourth, Q_3.fma(s, Q_2));
        p = p.fma(fourth, P_1.fma(s, P_0));
        q = q.fma(fourth, Q_1.fma(s, ONE));
        FloatVector end = ZERO.blend(ONE, x.compare(GT, ZERO));
        return x.mul(p).div(q).add(HALF).blend(end, s.compare(GT, CDF_FAR));
    }

    /** φ(x) = e^(-x²/2) / √(2π), and 0 where less than 2⁻¹²⁶. */
    static FloatVector normalDensity(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector s = x.mul(x);
        return VectorMath.expOfNormal(s.mul(MINUS_HALF))
                .mul(INV_SQRT_2PI)
                .blend(ZERO, s.compare(GT, DENSITY_FAR));
    }

    /** √(2/π) (x + 0.044715 x³), the argument of gelu's tanh form. */
    static FloatVector inner(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        return x.mul(SQRT_2_OVER_PI).mul(x.mul(x).fma(INNER_CUBIC, ONE));
    }

    /** The derivative of {@link #inner}. */
    static FloatVector innerSlope(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        return x.mul(x).fma(SLOPE_CUBIC, SQRT_2_OVER_PI);
    }
}
