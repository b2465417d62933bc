package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.VectorMath.constant;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The polynomials that {@link Trigonometry} is made of, in powers of the square of what is left
 * when quadrants are taken off: minimax by Remez's algorithm, evaluated by Estrin's scheme.
 */
final class TrigonometricPolynomials {
    private static final FloatVector ONE = constant(1);
    private static final FloatVector MINUS_HALF = constant(-0.5f);

    /** sin r = r + r³ (…) for |r| ≤ 0.79, within 2⁻28 of it. */
    private static final FloatVector SIN_7 = constant(-0.000195135508f);

    private static final FloatVector SIN_5 = constant(0.00833215099f);
    private static final FloatVector SIN_3 = constant(-0.166666552f);

    /** cos r = 1 - r² / 2 + r⁴ (…) for |r| ≤ 0.79, within 2⁻33 of it. */
    private static final FloatVector COS_8 = constant(2.44342245e-05f);

    private static final FloatVector COS_6 = constant(-0.00138873316f);
    private static final FloatVector COS_4 = constant(0.0416666456f);

    /** Lambert's continued fraction of tan r, ended after r² / 9: within 2⁻²⁶ for |r| ≤ π/4. */
    private static final FloatVector TAN_TOP_4 = constant(1 / 945f);

    private static final FloatVector TAN_TOP_2 = constant(-1 / 9f);
    private static final FloatVector TAN_BOTTOM_4 = constant(1 / 63f);
    private static final FloatVector TAN_BOTTOM_2 = constant(-4 / 9f);

    /** arcsin v = v + v³ (…) for |v| ≤ ½, within 2⁻27 of it. */
    private static final FloatVector ASIN_11 = constant(0.042211324f);

    private static final FloatVector ASIN_9 = constant(0.0241523236f);
    private static final FloatVector ASIN_7 = constant(0.0454760119f);
    private static final FloatVector ASIN_5 = constant(0.0749525204f);
    private static final FloatVector ASIN_3 = constant(0.166667536f);

    /** arctan t = t + t³ (…) for |t| ≤ 1, within 2⁻25 of it. */
    private static final FloatVector ATAN_17 = constant(0.00292143365f);

    private static final FloatVector ATAN_15 = constant(-0.0163710043f);
    private static final FloatVector ATAN_13 = constant(0.0432170779f);
    private static final FloatVector ATAN_11 = constant(-0.0755267888f);
    private static final FloatVector ATAN_9 = constant(0.106662363f);
    private static final FloatVector ATAN_7 = constant(-0.142111182f);
    private static final FloatVector ATAN_5 = constant(0.19993782f);
    private static final FloatVector ATAN_3 = constant(-0.333331525f);

    private TrigonometricPolynomials() {}

    /** sin r, or cos r in the lanes of {@code other}. */
    static FloatVector sineOr(FloatVector r, VectorMask<Float> other) {
        r = (FloatVector) VECTOR.cast(r);
        FloatVector s = r.mul(r);
        FloatVector sine = SIN_7.fma(s, SIN_5).fma(s, SIN_3).mul(s).fma(r, r);
        FloatVector cosine = COS_8.fma(s, COS_6).fma(s, COS_4).fma(s, MINUS_HALF).fma(s, ONE);
        return sine.blend(cosine, other);
    }

    /** tan r, or -1 / tan r in the lanes of {@code other}. */
    static FloatVector tangentOr(FloatVector r, VectorMask<Float> other) {
        r = (FloatVector) VECTOR.cast(r);
        FloatVector s = r.mul(r);
        FloatVector top = TAN_TOP_4.fma(s, TAN_TOP_2).fma(s, ONE).mul(r);
        FloatVector bottom = TAN_BOTTOM_4.fma(s, TAN_BOTTOM_2).fma(s, ONE);
        return top.blend(bottom, other).div(bottom.blend(top.neg(), other));
    }

    /** arcsin v for |v| ≤ ½, with z = v². */
    static FloatVector asin(FloatVector v, FloatVector z) {
        v = (FloatVector) VECTOR.cast(v);
        z = (FloatVector) VECTOR.cast(z);
        FloatVector w = z.mul(z);
        FloatVector p = ASIN_9.fma(z, ASIN_7).fma(w, ASIN_5.fma(z, ASIN_3));
        p = ASIN_11.fma(w.mul(w), p);
        return p.mul(z).fma(v, v);
    }

    /** arctan t for |t| ≤ 1. */
    static FloatVector atan(FloatVector t) {
        t = (FloatVector) VECTOR.cast(t);
        FloatVector z = t.mul(t);
        FloatVector w = z.mul(z);
        FloatVector low = ATAN_9.fma(z, ATAN_7).fma(w, ATAN_5.fma(z, ATAN_3));
        FloatVector high = ATAN_17.fma(z, ATAN_15).fma(w, ATAN_13.fma(z, ATAN_11));
        FloatVector p = high.fma(w.mul(w), low);
        return p.mul(z).fma(t, t);
    }
}
