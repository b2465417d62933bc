package dev.weft.cpu;

import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.VectorMath.constant;

import jdk.incubator.vector.FloatVector;

/**
 * The polynomials that {@link VectorMath} and {@link VectorGates} are made of, on the interval that
 * is left when exponents are taken off.
 */
final class Polynomials {
    private static final FloatVector ONE = constant(1f);
    private static final FloatVector TWO = constant(2f);
    private static final FloatVector HALF = constant(0.5f);
    private static final FloatVector MINUS_HALF = constant(-0.5f);

    /**
     * e^r - 1 = r + r² (½ + …) for |r| ≤ ln 2 / 2: minimax, as in SLEEF's expf (Shibata and
     * Petrogalli 2020).
     */
    private static final FloatVector EXP_6 = constant(1.98527617612853646e-4f);

    private static final FloatVector EXP_5 = constant(1.39304355252534151e-3f);
    private static final FloatVector EXP_4 = constant(8.33336077630519867e-3f);
    private static final FloatVector EXP_3 = constant(4.16664853692054749e-2f);
    private static final FloatVector EXP_2 = constant(1.66666671633720398e-1f);

    /**
     * ln(1 + f) = f - f²/2 + f³ (…) for √½ ≤ 1 + f < √2: minimax, as in Cephes' logf (Moshier
     * 1989).
     */
    private static final FloatVector LOG_9 = constant(7.0376836292e-2f);

    private static final FloatVector LOG_8 = constant(-1.1514610310e-1f);
    private static final FloatVector LOG_7 = constant(1.1676998740e-1f);
    private static final FloatVector LOG_6 = constant(-1.2420140846e-1f);
    private static final FloatVector LOG_5 = constant(1.4249322787e-1f);
    private static final FloatVector LOG_4 = constant(-1.6668057665e-1f);
    private static final FloatVector LOG_3 = constant(2.0000714765e-1f);
    private static final FloatVector LOG_2 = constant(-2.4999993993e-1f);
    private static final FloatVector LOG_1 = constant(3.3333331174e-1f);

    /**
     * ln((1 + s) / (1 - s)) = 2 s + s³ (…) in powers of s² for 0 ≤ s ≤ ⅓, within 2⁻²⁷ of it:
     * minimax, by Remez's algorithm.
     */
    private static final FloatVector LOG1P_9 = constant(0.280207664f);

    private static final FloatVector LOG1P_7 = constant(0.279999882f);
    private static final FloatVector LOG1P_5 = constant(0.400216401f);
    private static final FloatVector LOG1P_3 = constant(0.666664124f);

    /**
     * e^(a²/2) Φ(-a) = P(a) / Q(a) for 0 ≤ a ≤ 15, within 7·10⁻⁹ of it: minimax, fitted by Lawson's
     * iteration. All coefficients are positive, so that nothing cancels.
     */
    private static final FloatVector P_0 = constant(0.5000000031483312f);

    private static final FloatVector P_1 = constant(0.43928242900927966f);
    private static final FloatVector P_2 = constant(0.183968336097497f);
    private static final FloatVector P_3 = constant(0.040880840255532465f);
    private static final FloatVector P_4 = constant(0.004153182550756437f);
    private static final FloatVector Q_1 = constant(1.6764498649139818f);
    private static final FloatVector Q_2 = constant(1.2055450786641428f);
    private static final FloatVector Q_3 = constant(0.4714065660643776f);
    private static final FloatVector Q_4 = constant(0.10247918664841661f);
    private static final FloatVector Q_5 = constant(0.010410373146348621f);

    private Polynomials() {}

    /** e^r - 1 for |r| ≤ ln 2 / 2; by Estrin's scheme, in which half as much waits for the rest. */
    static FloatVector expm1(FloatVector r) {
        r = (FloatVector) VECTOR.cast(r);
        return ((FloatVector) VECTOR.cast(expRest(r))).fma(r.mul(r), r);
    }

    /** (e^r - 1 - r) / r² for |r| ≤ ln 2 / 2. */
    static FloatVector expRest(FloatVector r) {
        r = (FloatVector) VECTOR.cast(r);
        FloatVector square = r.mul(r);
        FloatVector p = EXP_6.fma(r, EXP_5).fma(square, EXP_4.fma(r, EXP_3));
        return p.fma(square, EXP_2.fma(r, HALF));
    }

    /** ln(1 + f) - f for √½ ≤ 1 + f < √2. */
    static FloatVector logRest(FloatVector f) {
        f = (FloatVector) VECTOR.cast(f);
        FloatVector square = f.mul(f);
        FloatVector fourth = square.mul(square);
        FloatVector high = LOG_9.fma(f, LOG_8).fma(square, LOG_7.fma(f, LOG_6));
        FloatVector p = LOG_5.fma(f, LOG_4).fma(square, LOG_3.fma(f, LOG_2));
        p = high.fma(fourth, p).fma(f, LOG_1);
        return square.fma(MINUS_HALF, p.mul(f).mul(square));
    }

    /**
     * ln(1 + t) for 0 ≤ t ≤ 1. With s = t / (2 + t), 1 + t is (1 + s) / (1 - s), and 2 s is t - s
     * t, of which the division's rounding reaches the second part only.
     */
    static FloatVector log1p(FloatVector t) {
        t = (FloatVector) VECTOR.cast(t);
        FloatVector s = t.div(t.add(TWO));
        FloatVector z = s.mul(s);
        FloatVector p = LOG1P_9.fma(z, LOG1P_7).fma(z.mul(z), LOG1P_5.fma(z, LOG1P_3));
        return p.fma(z, t.neg()).fma(s, t);
    }

    /** e^(a²/2) Φ(-a) for 0 ≤ a ≤ 15. */
    static FloatVector normalTail(FloatVector a) {
        a = (FloatVector) VECTOR.cast(a);
        FloatVector s = a.mul(a);
        FloatVector p = P_4.fma(s, P_3.fma(a, P_2)).fma(s, P_1.fma(a, P_0));
        FloatVector q = Q_5.fma(a, Q_4).fma(s, Q_3.fma(a, Q_2)).fma(s, Q_1.fma(a, ONE));
        return p.div(q);
    }
}
