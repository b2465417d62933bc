package dev.weft.cpu;

import static dev.weft.cpu.DoubleLanes.VECTOR;
import static dev.weft.cpu.DoubleVectorMath.constant;

import jdk.incubator.vector.DoubleVector;

/**
 * What {@link ErrorPolynomials} is for F32: the quotient P / Q is e^(a²) erfc a within 2⁻⁵⁹ for 0 ≤
 * a ≤ 27.3. No twin, since twice the digits need longer polynomials, and for erf too that quotient.
 */
final class DoubleErrorPolynomials {
    private static final DoubleVector ONE = constant(1);

    private static final DoubleVector P_10 = constant(0x1.bcb5a3fe6d7e1p-17);

    private static final DoubleVector P_9 = constant(0x1.3608013bd821bp-12);
    private static final DoubleVector P_8 = constant(0x1.a746db03ee9c0p-9);
    private static final DoubleVector P_7 = constant(0x1.70653f5dcd570p-6);
    private static final DoubleVector P_6 = constant(0x1.c1c1f58ce3edap-4);
    private static final DoubleVector P_5 = constant(0x1.90fe0030fb007p-2);
    private static final DoubleVector P_4 = constant(0x1.0823cd60dd97cp+0);
    private static final DoubleVector P_3 = constant(0x1.fc81b090c9aa9p+0);
    private static final DoubleVector P_2 = constant(0x1.57e212229e94ap+1);
    private static final DoubleVector P_1 = constant(0x1.29e9c23571705p+1);

    private static final DoubleVector Q_11 = constant(0x1.8a1d12719b448p-16);

    private static final DoubleVector Q_10 = constant(0x1.12c2101998fa0p-11);
    private static final DoubleVector Q_9 = constant(0x1.77e39797d6308p-8);
    private static final DoubleVector Q_8 = constant(0x1.48a0e91d25bf1p-5);
    private static final DoubleVector Q_7 = constant(0x1.946cadb82ce8cp-3);
    private static final DoubleVector Q_6 = constant(0x1.6d70404c617b8p-1);
    private static final DoubleVector Q_5 = constant(0x1.ec5cbce677bd9p+0);
    private static final DoubleVector Q_4 = constant(0x1.ec9b56e5b8cefp+1);
    private static final DoubleVector Q_3 = constant(0x1.6580c3550070ap+2);
    private static final DoubleVector Q_2 = constant(0x1.6582238331474p+2);
    private static final DoubleVector Q_1 = constant(0x1.ba587cb7864bbp+1);

    private static final DoubleVector T_11 = constant(0x1.8a1d12719b448p-16);

    private static final DoubleVector T_10 = constant(0x1.0bcf39899f441p-11);
    private static final DoubleVector T_9 = constant(0x1.6483178418ae6p-8);
    private static final DoubleVector T_8 = constant(0x1.2e2c7b6ce6d55p-5);
    private static final DoubleVector T_7 = constant(0x1.666005cc733dep-3);
    private static final DoubleVector T_6 = constant(0x1.3538019ac4fddp-1);
    private static final DoubleVector T_5 = constant(0x1.881d3cda38fd7p+0);
    private static final DoubleVector T_4 = constant(0x1.688970354a031p+1);
    private static final DoubleVector T_3 = constant(0x1.ccc0ae619c0bfp+1);
    private static final DoubleVector T_2 = constant(0x1.732234e3c3f9fp+1);
    private static final DoubleVector T_1 = constant(0x1.20dd750429b6dp+0);

    private DoubleErrorPolynomials() {}

    /**
     * erf a for 0 ≤ a ≤ 6. With m = e^(-a²) - 1 and the polynomial T(a) = (Q(a) - P(a)) / a,
     *
     * <pre>
     *   erf a = 1 - (1 + m) P / Q = (a T - m P) / Q
     * </pre>
     *
     * <p>where nothing cancels, however small a is. What is largest for small a is added last.
     */
    static DoubleVector erf(DoubleVector a) {
        a = (DoubleVector) VECTOR.cast(a);
        DoubleVector s = a.mul(a);
        DoubleVector fourth = s.mul(s);
        DoubleVector eighth = fourth.mul(fourth);
        DoubleVector q = Q_4.fma(a, Q_3).fma(s, Q_2.fma(a, Q_1));
        q = Q_8.fma(a, Q_7).fma(s, Q_6.fma(a, Q_5)).fma(fourth, q);
        q = Q_11.fma(s, Q_10.fma(a, Q_9)).fma(eighth, q).fma(a, ONE);
        DoubleVector p = P_4.fma(a, P_3).fma(s, P_2.fma(a, P_1));
        p = P_8.fma(a, P_7).fma(s, P_6.fma(a, P_5)).fma(fourth, p);
        p = P_10.fma(a, P_9).fma(eighth, p).fma(a, ONE);
        DoubleVector t = T_5.fma(a, T_4).fma(s, T_3.fma(a, T_2));
        t = T_9.fma(a, T_8).fma(s, T_7.fma(a, T_6)).fma(fourth, t);
        t = T_11.fma(a, T_10).fma(eighth, t).mul(s);
        DoubleVector m = (DoubleVector) VECTOR.cast(DoubleVectorMath.expm1OfNormal(s.neg()));
        return T_1.fma(a, t.sub(p.mul(m))).div(q).min(ONE);
    }

    /** P(a) / Q(a), which is e^(a²) erfc a. */
    static DoubleVector erfcOverExp(DoubleVector a) {
        a = (DoubleVector) VECTOR.cast(a);
        DoubleVector s = a.mul(a);
        DoubleVector fourth = s.mul(s);
        DoubleVector eighth = fourth.mul(fourth);
        DoubleVector q = Q_4.fma(a, Q_3).fma(s, Q_2.fma(a, Q_1));
        q = Q_8.fma(a, Q_7).fma(s, Q_6.fma(a, Q_5)).fma(fourth, q);
        q = Q_11.fma(s, Q_10.fma(a, Q_9)).fma(eighth, q).fma(a, ONE);
        DoubleVector p = P_4.fma(a, P_3).fma(s, P_2.fma(a, P_1));
        p = P_8.fma(a, P_7).fma(s, P_6.fma(a, P_5)).fma(fourth, p);
        p = P_10.fma(a, P_9).fma(eighth, p).fma(a, ONE);
        return p.div(q);
    }
}
