package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.VectorMath.constant;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The quotient that {@link ErrorFunction} is made of, within 2⁻²⁶ of it for 0 ≤ a ≤ 10.1: minimax,
 * fitted by Lawson's iteration. All coefficients are positive, so that nothing cancels.
 */
final class ErrorPolynomials {
    private static final FloatVector ONE = constant(1);

    private static final FloatVector P_4 = constant(0.0310836248f);

    private static final FloatVector P_3 = constant(0.224158883f);
    private static final FloatVector P_2 = constant(0.730244815f);
    private static final FloatVector P_1 = constant(1.2563194f);

    /** Of both: not 1, since with this factor the others are rounded less. */
    private static final FloatVector P_0 = constant(1.03404558f);

    private static final FloatVector Q_5 = constant(0.0550933331f);

    private static final FloatVector Q_4 = constant(0.397346169f);
    private static final FloatVector Q_3 = constant(1.32132411f);
    private static final FloatVector Q_2 = constant(2.4303906f);
    private static final FloatVector Q_1 = constant(2.42311502f);

    private static final FloatVector T_5 = constant(0.0550933369f);

    private static final FloatVector T_4 = constant(0.366262555f);
    private static final FloatVector T_3 = constant(1.09716523f);
    private static final FloatVector T_2 = constant(1.70014572f);
    private static final FloatVector T_1 = constant(1.16679561f);

    private ErrorPolynomials() {}

    /**
     * (a T(a) - m P(a)) / Q(a), which is erf a where m is e^(-a²) - 1. What is largest for small a
     * is added last; from 1 on, 1 - (1 + m) P(a) / Q(a) has less to round.
     */
    static FloatVector erf(FloatVector a, FloatVector m) {
        a = (FloatVector) VECTOR.cast(a);
        FloatVector s = a.mul(a);
        FloatVector q = Q_5.fma(s, Q_4.fma(a, Q_3)).fma(s, Q_2.fma(a, Q_1)).fma(a, P_0);
        FloatVector p = P_4.fma(a, P_3).fma(s, P_2.fma(a, P_1)).fma(a, P_0);
        FloatVector t = T_5.fma(a, T_4).fma(s, T_3.fma(a, T_2)).mul(s);
        VectorMask<Float> far = a.compare(GT, ONE);
        FloatVector product = p.mul(m);
        FloatVector y = T_1.fma(a, t.sub(product)).blend(p.add(product), far).div(q);
        return y.blend(ONE.sub(y), far);
    }

    /** P(a) / Q(a), which is e^(a²) erfc a. */
    static FloatVector erfcOverExp(FloatVector a) {
        a = (FloatVector) VECTOR.cast(a);
        FloatVector s = a.mul(a);
        FloatVector q = Q_5.fma(s, Q_4.fma(a, Q_3)).fma(s, Q_2.fma(a, Q_1)).fma(a, P_0);
        FloatVector p = P_4.fma(a, P_3).fma(s, P_2.fma(a, P_1)).fma(a, P_0);
        return p.div(q);
    }
}
