// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.VectorMath.constant;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Functions x F(x) where F rises from 0 to 1 and F(-x) = 1 - F(x): gelu, its tanh form, and silu.
 * With a = |x| and the tail t = F(-a) both the function and its derivative come without
 * cancellation, and without a product that overflows or is 0 · ∞:
 *
 * <pre>
 *   x F(x)          = max(x, 0) - a t
 *   F(x) + x F'(x)  = d where x is below 0, otherwise 1 - d, with d = t - a F'(a)
 * </pre>
 *
 * <p>A tail is of the kind e^-w. It is multiplied in as e^(-w/2), twice, so that only the last
 * product may be denormal. From some a on, tails are 0 in F32: a is bounded there.
 */
final class VectorGates {
    private static final FloatVector ZERO = constant(0f);
    private static final FloatVector MINUS_ZERO = constant(-0f);
    private static final FloatVector ONE = constant(1f);
    private static final FloatVector TWO = constant(2f);
    private static final FloatVector MINUS_HALF = constant(-0.5f);
    private static final FloatVector MINUS_QUARTER = constant(-0.25f);

    /** From here on a Φ(-a), a σ(-2 u(a)) and a σ(-a) are 0. */
    // F64: private static final DoubleVector ERF_FAR = constant(39);
    private static final FloatVector ERF_FAR = constant(15f);

    // F64: private static final DoubleVector TANH_FAR = constant(22);
    private static final FloatVector TANH_FAR = constant(12f);
    // F64: private static final DoubleVector SILU_FAR = constant(760);
    private static final FloatVector SILU_FAR = constant(112f);

    /** From here on e^-a may be denormal. */
    // F64: private static final DoubleVector MISH_FAR = constant(600);
    private static final FloatVector MISH_FAR = constant(60f);

    /** 1 / √(2π). */
    private static final FloatVector DENSITY_AT_0 = constant(0.3989422804014327f);

    /** √(2/π), and what the cube counts beside it, in u(x) = √(2/π) (x + 0.044715 x³). */
    private static final FloatVector INNER_LINEAR = constant(0.7978845608028654f);

    private static final FloatVector INNER_CUBIC = constant(0.035677408136300125f);

    /** The same in 2 u'(x). */
    private static final FloatVector SLOPE_LINEAR = constant(1.5957691216057308f);

    private static final FloatVector SLOPE_CUBIC = constant(0.21406444881780073f);

    private VectorGates() {}

    /** x Φ(x). */
    static FloatVector geluErf(FloatVector x) {
        FloatVector a = magnitude(x, ERF_FAR);
        FloatVector half = VectorMath.expOfNormal(a.mul(a).mul(MINUS_QUARTER));
        FloatVector first = Polynomials.normalTail(a).mul(a).mul(half);
        // As gated, written out: C2 has inlined as many of our methods as it does.
        x = (FloatVector) VECTOR.cast(x);
        return x.blend(MINUS_ZERO, x.compare(LT, ZERO)).sub(first.mul(half));
    }

    /** Φ(x) + x φ(x). */
    static FloatVector geluErfSlope(FloatVector x) {
        FloatVector a = magnitude(x, ERF_FAR);
        FloatVector half = VectorMath.expOfNormal(a.mul(a).mul(MINUS_QUARTER));
        FloatVector d = a.neg().fma(DENSITY_AT_0, Polynomials.normalTail(a));
        // As slope, written out.
        d = d.mul(half).mul(half);
        return ONE.sub(d).blend(d, ((FloatVector) VECTOR.cast(x)).compare(LT, ZERO));
    }

    /** x σ(2 u(x)). */
    static FloatVector geluTanh(FloatVector x) {
        FloatVector a = magnitude(x, TANH_FAR);
        FloatVector half =
                VectorMath.expOfNormal(a.mul(a).fma(INNER_CUBIC, INNER_LINEAR).mul(a.neg()));
        return gated(x, a.div(half.fma(half, ONE)).mul(half), half);
    }

    /** σ(2 u) + 2 x u' σ(2 u) σ(-2 u). */
    static FloatVector geluTanhSlope(FloatVector x) {
        FloatVector a = magnitude(x, TANH_FAR);
        FloatVector s = a.mul(a);
        FloatVector half = VectorMath.expOfNormal(s.fma(INNER_CUBIC, INNER_LINEAR).mul(a.neg()));
        return slope(x, logisticTail(a.mul(s.fma(SLOPE_CUBIC, SLOPE_LINEAR)), half));
    }

    /** x σ(x). */
    static FloatVector silu(FloatVector x) {
        FloatVector a = magnitude(x, SILU_FAR);
        FloatVector half = VectorMath.expOfNormal(a.mul(MINUS_HALF));
        return gated(x, a.div(half.fma(half, ONE)).mul(half), half);
    }

    /** σ(x) + x σ(x) σ(-x). */
    static FloatVector siluSlope(FloatVector x) {
        FloatVector a = magnitude(x, SILU_FAR);
        FloatVector half = VectorMath.expOfNormal(a.mul(MINUS_HALF));
        return slope(x, logisticTail(a, half));
    }

    /**
     * x tanh(ln(1 + e^x)), where the tanh is ((1 + e^x)² - 1) / ((1 + e^x)² + 1): with w = e^-|x|,
     * w (w + 2) / (w (w + 2) + 2) below 0, and (2 w + 1) / (2 w (w + 1) + 1) above.
     */
    static FloatVector mish(FloatVector x) {
        FloatVector a = magnitude(x, SILU_FAR);
        FloatVector half = VectorMath.expOfNormal(a.mul(MINUS_HALF));
        x = (FloatVector) VECTOR.cast(x);
        VectorMask<Float> below = x.compare(LT, ZERO);
        FloatVector w = half.mul(half);
        FloatVector top = w.fma(TWO, ONE).blend(w.add(TWO), below);
        FloatVector bottom = w.add(w).fma(w, top).blend(w.fma(top, TWO), below);
        VectorMask<Float> far = a.compare(GT, MISH_FAR).and(below);
        // Not the infinite x that was bounded, whose product with 0 would be NaN.
        FloatVector bounded = x.blend(a.neg(), below);
        return bounded.mul(top.div(bottom))
                .mul(ONE.blend(w.blend(half, far), below))
                .mul(ONE.blend(half, far))
                .blend(x, x.compare(NE, x));
    }

    /** t (1 - w (1 - t)) with t = h² / (1 + h²), which is σ of 2 ln h. */
    private static FloatVector logisticTail(FloatVector w, FloatVector h) {
        h = (FloatVector) VECTOR.cast(h);
        FloatVector rest = ONE.div(h.fma(h, ONE));
        FloatVector d = ((FloatVector) VECTOR.cast(w)).neg().fma(rest, ONE);
        return d.mul(rest).mul(h).mul(h);
    }

    /** |x|, at most {@code far}; NaN of NaN. */
    private static FloatVector magnitude(FloatVector x, FloatVector far) {
        FloatVector a = ((FloatVector) VECTOR.cast(x)).abs();
        return a.blend(far, a.compare(GT, far));
    }

    /** max(x, 0) - first second, with the sign of x where that is 0. */
    private static FloatVector gated(FloatVector x, FloatVector first, FloatVector second) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector above = x.blend(MINUS_ZERO, x.compare(LT, ZERO));
        return above.sub(((FloatVector) VECTOR.cast(first)).mul(second));
    }

    private static FloatVector slope(FloatVector x, FloatVector d) {
        x = (FloatVector) VECTOR.cast(x);
        d = (FloatVector) VECTOR.cast(d);
        return ONE.sub(d).blend(d, x.compare(LT, ZERO));
    }
}
