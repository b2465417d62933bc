package dev.weft.cpu;

import static dev.weft.cpu.DoubleLanes.VECTOR;
import static dev.weft.cpu.DoubleVectorMath.constant;

import jdk.incubator.vector.DoubleVector;

/** What {@link Polynomials} is for F32; no twin, since twice the digits need other polynomials. */
final class DoublePolynomials {
    private static final DoubleVector ONE = constant(1);
    private static final DoubleVector TWO = constant(2);
    private static final DoubleVector HALF = constant(0.5);
    private static final DoubleVector MINUS_HALF = constant(-0.5);

    /**
     * e^r - 1 = r + r² (½ + r (…)) for |r| ≤ ln 2 / 2, within 2⁻⁵⁵ of it: minimax, by Remez's
     * algorithm.
     */
    private static final DoubleVector EXP_11 = constant(0x1.af6d22e92fa6fp-26);

    private static final DoubleVector EXP_10 = constant(0x1.2897952562b9ep-22);
    private static final DoubleVector EXP_9 = constant(0x1.71ddf07b24709p-19);
    private static final DoubleVector EXP_8 = constant(0x1.a019b36e46a70p-16);
    private static final DoubleVector EXP_7 = constant(0x1.a01a01b2b9c45p-13);
    private static final DoubleVector EXP_6 = constant(0x1.6c16c17a0cf38p-10);
    private static final DoubleVector EXP_5 = constant(0x1.111111110f0d1p-7);
    private static final DoubleVector EXP_4 = constant(0x1.5555555553ae4p-5);
    private static final DoubleVector EXP_3 = constant(0x1.555555555555ap-3);

    /**
     * ln((1 + s) / (1 - s)) = 2 s + s³ (…) in powers of s² for |s| ≤ (√2 - 1) / (√2 + 1), within
     * 2⁻⁵⁹ of it: minimax, by Remez's algorithm.
     */
    private static final DoubleVector LOG_15 = constant(0x1.2f06355979b5fp-3);

    private static final DoubleVector LOG_13 = constant(0x1.39a1a6e05cda7p-3);
    private static final DoubleVector LOG_11 = constant(0x1.74663fa321262p-3);
    private static final DoubleVector LOG_9 = constant(0x1.c71c5206028d7p-3);
    private static final DoubleVector LOG_7 = constant(0x1.24924941f5034p-2);
    private static final DoubleVector LOG_5 = constant(0x1.999999997fd76p-2);
    private static final DoubleVector LOG_3 = constant(0x1.5555555555592p-1);

    /**
     * ln((1 + s) / (1 - s)) = 2 s + s³ (…) in powers of s² for 0 ≤ s ≤ ⅓, within 2⁻⁵⁹ of it:
     * minimax, by Remez's algorithm.
     */
    private static final DoubleVector LOG1P_21 = constant(0x1.5c6458c8a8b23p-3);

    private static final DoubleVector LOG1P_19 = constant(0x1.55c804a484463p-4);
    private static final DoubleVector LOG1P_17 = constant(0x1.efd2c66659936p-4);
    private static final DoubleVector LOG1P_15 = constant(0x1.106824b0609e0p-3);
    private static final DoubleVector LOG1P_13 = constant(0x1.3b1dd37795055p-3);
    private static final DoubleVector LOG1P_11 = constant(0x1.745cb46c5aa81p-3);
    private static final DoubleVector LOG1P_9 = constant(0x1.c71c7418d88fbp-3);
    private static final DoubleVector LOG1P_7 = constant(0x1.24924920957dfp-2);
    private static final DoubleVector LOG1P_5 = constant(0x1.99999999a05cap-2);
    private static final DoubleVector LOG1P_3 = constant(0x1.5555555555536p-1);

    /**
     * e^(a²/2) Φ(-a) = P(a) / Q(a) for 0 ≤ a ≤ 40, within 6·10⁻¹⁷ of it: minimax, fitted by
     * Lawson's iteration. All coefficients are positive, so that nothing cancels.
     */
    private static final DoubleVector P_0 = constant(0.5);

    private static final DoubleVector P_1 = constant(0.7755027268658902);
    private static final DoubleVector P_2 = constant(0.5949579986875593);
    private static final DoubleVector P_3 = constant(0.28998429171590284);
    private static final DoubleVector P_4 = constant(0.09799202582064225);
    private static final DoubleVector P_5 = constant(0.023711899265836823);
    private static final DoubleVector P_6 = constant(0.004108329758340179);
    private static final DoubleVector P_7 = constant(0.0004931691577085839);
    private static final DoubleVector P_8 = constant(3.7504257551865494e-05);
    private static final DoubleVector P_9 = constant(1.3968471131874516e-06);
    private static final DoubleVector Q_1 = constant(2.348890014534635);
    private static final DoubleVector Q_2 = constant(2.564059074996659);
    private static final DoubleVector Q_3 = constant(1.7173082453542214);
    private static final DoubleVector Q_4 = constant(0.7838826084851207);
    private static final DoubleVector Q_5 = constant(0.2557396084147521);
    private static final DoubleVector Q_6 = constant(0.06066610655265429);
    private static final DoubleVector Q_7 = constant(0.010392064755590284);
    private static final DoubleVector Q_8 = constant(0.0012396931315438841);
    private static final DoubleVector Q_9 = constant(9.4009232396577e-05);
    private static final DoubleVector Q_10 = constant(3.5013764692617545e-06);

    private DoublePolynomials() {}

    /** e^r - 1 for |r| ≤ ln 2 / 2. */
    static DoubleVector expm1(DoubleVector r) {
        r = (DoubleVector) VECTOR.cast(r);
        return ((DoubleVector) VECTOR.cast(expRest(r))).fma(r.mul(r), r);
    }

    /**
     * (e^r - 1 - r) / r² for |r| ≤ ln 2 / 2; by Estrin's scheme, in which half as much waits for
     * the rest.
     */
    static DoubleVector expRest(DoubleVector r) {
        r = (DoubleVector) VECTOR.cast(r);
        DoubleVector square = r.mul(r);
        DoubleVector fourth = square.mul(square);
        DoubleVector low = EXP_6.fma(r, EXP_5).fma(square, EXP_4.fma(r, EXP_3));
        DoubleVector high = EXP_10.fma(r, EXP_9).fma(square, EXP_8.fma(r, EXP_7));
        DoubleVector p = EXP_11.fma(fourth, high).fma(fourth, low);
        return p.fma(r, HALF);
    }

    /**
     * ln(1 + f) - f for √½ ≤ 1 + f < √2. With s = f / (2 + f), 1 + f is (1 + s) / (1 - s); and 2 s
     * is f - f² / 2 + s f² / 2, of which the division's rounding reaches the last part only.
     */
    static DoubleVector logRest(DoubleVector f) {
        f = (DoubleVector) VECTOR.cast(f);
        DoubleVector s = f.div(f.add(TWO));
        DoubleVector z = s.mul(s);
        DoubleVector w = z.mul(z);
        DoubleVector low = LOG_9.fma(z, LOG_7).fma(w, LOG_5.fma(z, LOG_3));
        DoubleVector high = LOG_15.fma(w, LOG_13.fma(z, LOG_11));
        DoubleVector r = high.fma(w.mul(w), low).mul(z);
        DoubleVector half = f.mul(HALF).mul(f);
        return r.add(half).fma(s, half.neg());
    }

    /** ln(1 + t) for 0 ≤ t ≤ 1; see {@link Polynomials#log1p}. */
    static DoubleVector log1p(DoubleVector t) {
        t = (DoubleVector) VECTOR.cast(t);
        DoubleVector s = t.div(t.add(TWO));
        DoubleVector z = s.mul(s);
        DoubleVector w = z.mul(z);
        DoubleVector low = LOG1P_9.fma(z, LOG1P_7).fma(w, LOG1P_5.fma(z, LOG1P_3));
        DoubleVector high = LOG1P_17.fma(z, LOG1P_15).fma(w, LOG1P_13.fma(z, LOG1P_11));
        high = LOG1P_21.fma(z, LOG1P_19).fma(w.mul(w), high);
        return high.fma(w.mul(w), low).fma(z, t.neg()).fma(s, t);
    }

    /**
     * e^(r/2) Φ(-a) for 0 ≤ a ≤ 40, where r is a² rounded: the rounding, which counts 400 times at
     * the end, is made good.
     */
    static DoubleVector normalTail(DoubleVector a) {
        a = (DoubleVector) VECTOR.cast(a);
        DoubleVector s = a.mul(a);
        DoubleVector lost = a.fma(a, s.neg());
        DoubleVector fourth = s.mul(s);
        DoubleVector p = P_3.fma(a, P_2).fma(s, P_1.fma(a, P_0));
        p = P_7.fma(a, P_6).fma(s, P_5.fma(a, P_4)).fma(fourth, p);
        DoubleVector q = Q_3.fma(a, Q_2).fma(s, Q_1.fma(a, ONE));
        q = Q_7.fma(a, Q_6).fma(s, Q_5.fma(a, Q_4)).fma(fourth, q);
        DoubleVector eighth = fourth.mul(fourth);
        p = P_9.fma(a, P_8).fma(eighth, p);
        q = Q_10.fma(s, Q_9.fma(a, Q_8)).fma(eighth, q);
        DoubleVector tail = p.div(q);
        return tail.mul(lost).fma(MINUS_HALF, tail);
    }
}
