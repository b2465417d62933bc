package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.VectorMath.constant;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/**
 * What {@link ErrorFunction} is made of: minimax, fitted by Lawson's iteration. The quotient P / Q
 * is e^(a²) erfc a within 2⁻²⁶ for 0 ≤ a ≤ 10.1; all its coefficients are positive, so that nothing
 * cancels.
 */
final class ErrorPolynomials {
    private static final FloatVector ONE = constant(1);

    /** Up to here erf a is a + a N(a²), within 2⁻²⁶, and from here on 1 - e^(a F(a)). */
    private static final FloatVector NEAR = constant(0.9f);

    private static final FloatVector N_5 = constant(-6.090461e-4f);
    private static final FloatVector N_4 = constant(5.011987e-3f);
    private static final FloatVector N_3 = constant(-2.6778929e-2f);
    private static final FloatVector N_2 = constant(0.112821415f);
    private static final FloatVector N_1 = constant(-0.37612525f);
    private static final FloatVector N_0 = constant(0.12837915f);

    private static final FloatVector F_5 = constant(2.145965e-4f);
    private static final FloatVector F_4 = constant(-3.219987e-3f);
    private static final FloatVector F_3 = constant(2.2906067e-2f);
    private static final FloatVector F_2 = constant(-0.10528691f);
    private static final FloatVector F_1 = constant(-0.63569933f);
    private static final FloatVector F_0 = constant(-1.12852f);

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

    private ErrorPolynomials() {}

    /** erf a for 0 ≤ a ≤ 4. */
    static FloatVector erf(FloatVector a) {
        a = (FloatVector) VECTOR.cast(a);
        FloatVector s = a.mul(a);
        FloatVector fourth = s.mul(s);
        FloatVector n = N_5.fma(s, N_4).fma(fourth, N_3.fma(s, N_2)).fma(fourth, N_1.fma(s, N_0));
        FloatVector f = F_5.fma(a, F_4).fma(s, F_3.fma(a, F_2)).fma(s, F_1.fma(a, F_0));
        FloatVector tail = (FloatVector) VECTOR.cast(VectorMath.expOfNormal(f.mul(a)));
        return n.fma(a, a).blend(ONE.sub(tail), a.compare(GT, NEAR));
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
