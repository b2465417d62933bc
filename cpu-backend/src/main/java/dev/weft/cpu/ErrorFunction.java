// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.VectorMath.constant;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * erf x and erfc x by polynomials of |x|. NaN is blended in at the end: products of two have the
 * sign of either, as the compiler orders them.
 */
final class ErrorFunction {
    private static final FloatVector ZERO = constant(0f);
    private static final FloatVector TWO = constant(2f);
    private static final IntVector SIGN = constant(-0f).reinterpretAsInts();

    /** From here on erf is 1. */
    // F64: private static final DoubleVector ERF_FAR = constant(6);
    private static final FloatVector ERF_FAR = constant(4f);

    /** From here on erfc is 0. */
    // F64: private static final DoubleVector ERFC_FAR = constant(27.3);
    private static final FloatVector ERFC_FAR = constant(10.1f);

    private ErrorFunction() {}

    /** erf x. */
    static FloatVector erf(FloatVector x) {
        FloatVector a = ((FloatVector) VECTOR.cast(x)).abs();
        a = a.blend(ERF_FAR, a.compare(GT, ERF_FAR));
        FloatVector y = (FloatVector) VECTOR.cast(ErrorPolynomials.erf(a));
        // As VectorMath.sign, written out: C2 has inlined as many of our methods as it does.
        x = (FloatVector) VECTOR.cast(x);
        IntVector sign = x.reinterpretAsInts().and(SIGN);
        return y.reinterpretAsInts().or(sign).reinterpretAsFloats().blend(x, x.compare(NE, x));
    }

    /** erfc x, which is 2 - erfc |x| below 0. */
    static FloatVector erfc(FloatVector x) {
        FloatVector a = ((FloatVector) VECTOR.cast(x)).abs();
        a = a.blend(ERFC_FAR, a.compare(GT, ERFC_FAR));
        FloatVector square = a.mul(a);
        // The rounding of the square, which counts up to 700 times at the end, is made good.
        FloatVector lost = a.neg().fma(a, square);
        FloatVector e = (FloatVector) VECTOR.cast(VectorMath.expOfNegative(square.neg(), lost));
        FloatVector y = e.mul(ErrorPolynomials.erfcOverExp(a));
        x = (FloatVector) VECTOR.cast(x);
        return y.blend(TWO.sub(y), x.compare(LT, ZERO)).blend(x, x.compare(NE, x));
    }
}
