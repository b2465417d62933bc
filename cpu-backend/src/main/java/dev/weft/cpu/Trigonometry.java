// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.VectorMath.constant;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Sine to arctangent, within 3 ulp. Arguments of the first three are reduced by a multiple of π/2
 * in three parts, which is exact up to a limit; what is beyond is for {@link FarLanes}.
 */
final class Trigonometry {
    private static final FloatVector ZERO = constant(0f);
    private static final FloatVector ONE = constant(1f);
    private static final FloatVector HALF = constant(0.5f);
    private static final FloatVector MINUS_HALF = constant(-0.5f);
    private static final FloatVector INFINITY = constant(Float.POSITIVE_INFINITY);
    private static final FloatVector SMALLEST = constant(Float.MIN_VALUE);

    /** Beyond it the number of quadrants would no longer be exact enough. */
    // F64: private static final DoubleVector LIMIT = constant(1e9);
    private static final FloatVector LIMIT = constant(1e5f);

    // F64: private static final DoubleVector TWO_OVER_PI = constant(0x1.45f306dc9c883p-1);
    private static final FloatVector TWO_OVER_PI = constant(0x1.45f306p-1f);

    /** -π/2 as a sum of three numbers. */
    // F64: private static final DoubleVector MINUS_QUADRANT_1 = constant(-0x1.921fb54442d18p0);
    private static final FloatVector MINUS_QUADRANT_1 = constant(-0x1.921fb6p0f);

    // F64: private static final DoubleVector MINUS_QUADRANT_2 = constant(-0x1.1a62633145c07p-54);
    private static final FloatVector MINUS_QUADRANT_2 = constant(0x1.777a5cp-25f);

    // F64: private static final DoubleVector MINUS_QUADRANT_3 = constant(0x1.f1976b7ed8fbcp-110);
    private static final FloatVector MINUS_QUADRANT_3 = constant(0x1.ee59dap-50f);

    private static final FloatVector QUADRANT = MINUS_QUADRANT_1.neg();
    private static final FloatVector QUADRANT_LOW = MINUS_QUADRANT_2.neg();
    private static final FloatVector STRAIGHT = QUADRANT.mul(2f);
    private static final FloatVector STRAIGHT_LOW = QUADRANT_LOW.mul(2f);

    /** Added to a smaller number it leaves the nearest integer in the low bits. */
    // F64: private static final DoubleVector ROUNDER = constant(0x1.8p52);
    private static final FloatVector ROUNDER = constant(0x1.8p23f);

    /** From the lowest bit to the sign. */
    // F64: private static final int TO_SIGN = 63;
    private static final int TO_SIGN = 31;

    private static final IntVector SIGN = constant(-0f).reinterpretAsInts();
    private static final IntVector ONE_BITS = ONE.reinterpretAsInts();
    private static final IntVector LOWEST = SMALLEST.reinterpretAsInts();
    private static final IntVector SECOND = LOWEST.add(LOWEST);

    private Trigonometry() {}

    /** Whether an argument of sine, cosine or tangent is beyond their reach. */
    static boolean isFar(FloatVector x) {
        return ((FloatVector) VECTOR.cast(x)).abs().compare(GT, LIMIT).anyTrue();
    }

    /** sin x, of |x| and with the sign of x, so that of -0 too. */
    static FloatVector sin(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector a = x.abs();
        FloatVector rounded = a.fma(TWO_OVER_PI, ROUNDER);
        IntVector quadrant = rounded.reinterpretAsInts();
        FloatVector y = TrigonometricPolynomials.sineOr(reduced(a, rounded), isOdd(quadrant));
        IntVector sign = quadrant.and(SECOND).lanewise(LSHL, TO_SIGN - 1);
        return y.reinterpretAsInts()
                .lanewise(XOR, sign)
                .lanewise(XOR, x.reinterpretAsInts().and(SIGN))
                .reinterpretAsFloats();
    }

    /** cos x, which is sin(x + π/2). */
    static FloatVector cos(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector rounded = x.fma(TWO_OVER_PI, ROUNDER);
        IntVector quadrant = rounded.reinterpretAsInts().add(LOWEST);
        FloatVector y = TrigonometricPolynomials.sineOr(reduced(x, rounded), isOdd(quadrant));
        IntVector sign = quadrant.and(SECOND).lanewise(LSHL, TO_SIGN - 1);
        return y.reinterpretAsInts().lanewise(XOR, sign).reinterpretAsFloats();
    }

    /** tan x, of |x| and with the sign of x, so that of -0 too. */
    static FloatVector tan(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector a = x.abs();
        FloatVector rounded = a.fma(TWO_OVER_PI, ROUNDER);
        VectorMask<Float> odd = isOdd(rounded.reinterpretAsInts());
        FloatVector y = TrigonometricPolynomials.tangentOr(reduced(a, rounded), odd);
        return y.reinterpretAsInts()
                .lanewise(XOR, x.reinterpretAsInts().and(SIGN))
                .reinterpretAsFloats();
    }

    /** x - n π/2, where {@code rounded} holds n in its low bits. */
    private static FloatVector reduced(FloatVector x, FloatVector rounded) {
        FloatVector n = ((FloatVector) VECTOR.cast(rounded)).sub(ROUNDER);
        // The first is exact: so many digits cancel.
        FloatVector r = n.fma(MINUS_QUADRANT_1, x);
        return n.fma(MINUS_QUADRANT_3, n.fma(MINUS_QUADRANT_2, r));
    }

    /** As a mask of numbers: -1 is below 0. */
    private static VectorMask<Float> isOdd(IntVector n) {
        return n.lanewise(LSHL, TO_SIGN).or(ONE_BITS).reinterpretAsFloats().compare(LT, ZERO);
    }

    /** arcsin x, which is π/2 - 2 arcsin √((1 - |x|) / 2) with the sign of x where |x| > ½. */
    static FloatVector asin(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector a = x.abs();
        VectorMask<Float> steep = a.compare(GT, HALF);
        FloatVector z = a.mul(a).blend(a.fma(MINUS_HALF, HALF), steep);
        FloatVector v = a.blend(z.sqrt(), steep);
        FloatVector y = TrigonometricPolynomials.asin(v, z);
        y = y.blend(QUADRANT.sub(y.add(y).sub(QUADRANT_LOW)), steep);
        return VectorMath.sign(y, x);
    }

    /** arccos x, which is 2 arcsin √((1 - |x|) / 2), or π less that, where |x| > ½. */
    static FloatVector acos(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector a = x.abs();
        VectorMask<Float> steep = a.compare(GT, HALF);
        FloatVector z = a.mul(a).blend(a.fma(MINUS_HALF, HALF), steep);
        FloatVector v = x.blend(z.sqrt(), steep);
        FloatVector y = TrigonometricPolynomials.asin(v, z);
        FloatVector twice = y.add(y);
        FloatVector far = STRAIGHT.sub(twice.sub(STRAIGHT_LOW));
        return QUADRANT.sub(y.sub(QUADRANT_LOW))
                .blend(twice.blend(far, x.compare(LT, ZERO)), steep);
    }

    /** arctan x, which is π/2 - arctan 1 / |x| with the sign of x where |x| > 1. */
    static FloatVector atan(FloatVector x) {
        x = (FloatVector) VECTOR.cast(x);
        FloatVector a = x.abs();
        VectorMask<Float> steep = a.compare(GT, ONE);
        FloatVector t = a.blend(ONE, steep).div(ONE.blend(a, steep));
        FloatVector y = TrigonometricPolynomials.atan(t);
        y = y.blend(QUADRANT.sub(y.sub(QUADRANT_LOW)), steep);
        return VectorMath.sign(y, x);
    }

    /** The angle of the point (x, y), with the sign of y: of 0 and ±π beside an axis too. */
    static FloatVector atan2(FloatVector y, FloatVector x) {
        y = (FloatVector) VECTOR.cast(y);
        x = (FloatVector) VECTOR.cast(x);
        FloatVector a = x.abs();
        FloatVector b = y.abs();
        VectorMask<Float> steep = b.compare(GT, a);
        FloatVector shorter = b.blend(a, steep);
        // By at least the smallest number: 0 / 0 is the angle 0.
        FloatVector t = shorter.div(a.blend(b, steep).max(SMALLEST));
        t = t.blend(ONE, shorter.compare(EQ, INFINITY).and(a.compare(EQ, b)));
        FloatVector angle = TrigonometricPolynomials.atan(t);
        angle = angle.blend(QUADRANT.sub(angle.sub(QUADRANT_LOW)), steep);
        // By the sign, which -0 has too.
        VectorMask<Float> left =
                x.reinterpretAsInts()
                        .and(SIGN)
                        .or(ONE_BITS)
                        .reinterpretAsFloats()
                        .compare(LT, ZERO);
        angle = angle.blend(STRAIGHT.sub(angle.sub(STRAIGHT_LOW)), left);
        return angle.reinterpretAsInts().or(y.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
    }
}
