// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.VectorMath.constant;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Whole numbers near a number, with its sign where they are 0, and what is left by division. */
final class Rounding {
    private static final FloatVector ZERO = constant(0f);
    private static final FloatVector ONE = constant(1f);
    private static final FloatVector INFINITY = constant(Float.POSITIVE_INFINITY);

    /** From here on every number is whole: added to a smaller one, it leaves the nearest. */
    // F64: private static final DoubleVector WHOLE = constant(0x1p52);
    private static final FloatVector WHOLE = constant(0x1p23f);

    private Rounding() {}

    /** The nearest whole number, the even one of two. */
    static FloatVector round(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector a = x.abs();
        FloatVector y = a.add(WHOLE).sub(WHOLE);
        return VectorMath.sign(y.blend(a, a.compare(GE, WHOLE)), x);
    }

    /** Without the fraction. */
    static FloatVector trunc(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector a = x.abs();
        FloatVector y = a.add(WHOLE).sub(WHOLE);
        y = y.sub(ZERO.blend(ONE, y.compare(GT, a)));
        return VectorMath.sign(y.blend(a, a.compare(GE, WHOLE)), x);
    }

    /** The largest whole number that is not above. */
    static FloatVector floor(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector y = round(x);
        return y.blend(y.sub(ONE), y.compare(GT, x));
    }

    /** The smallest whole number that is not below. */
    static FloatVector ceil(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector y = round(x);
        // Above 0, or below it like x: only what became 0 lacks the sign.
        return VectorMath.sign(y.blend(y.add(ONE), y.compare(LT, x)), x);
    }

    /** Whether a remainder of a by b is beyond the reach of {@link #fmod}. */
    static boolean isFar(FloatVector a, FloatVector b) {
        a = (FloatVector) VECTOR.cast(a);
        b = (FloatVector) VECTOR.cast(b);
        VectorMask<Float> far = a.div(b).abs().compare(GE, WHOLE);
        return far.or(b.abs().compare(EQ, INFINITY)).anyTrue();
    }

    /** a - b trunc(a / b), exactly, with the sign of a. */
    static FloatVector fmod(FloatVector a, FloatVector b) {
        a = (FloatVector) VECTOR.cast(a);
        FloatVector x = a.abs();
        FloatVector y = ((FloatVector) VECTOR.cast(b)).abs();
        FloatVector q = x.div(y);
        FloatVector n = q.add(WHOLE).sub(WHOLE);
        FloatVector r = n.neg().fma(y, x);
        // The nearest quotient, or a rounded one: one too many. The sign of a NaN depends on how
        // the
        // call was compiled, and is taken away.
        return VectorMath.sign(r.blend(r.add(y), r.compare(LT, ZERO)).abs(), a);
    }

    /** a - b ⌊a / b⌋, with the sign of b. */
    static FloatVector remainder(FloatVector a, FloatVector b) {
        b = (FloatVector) VECTOR.cast(b);
        FloatVector r = fmod(a, b);
        FloatVector other = r.add(b);
        // Where it is 0, the sign of b; where the product is below 0, the signs differ.
        VectorMask<Float> differs = VectorMath.sign(ONE, r).mul(b).compare(LT, ZERO);
        VectorMask<Float> zero = r.compare(EQ, ZERO);
        return r.blend(other, differs).blend(VectorMath.sign(ZERO, b), zero);
    }
}
