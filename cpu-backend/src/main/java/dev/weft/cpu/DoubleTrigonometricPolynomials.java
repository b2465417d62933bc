package dev.weft.cpu;

import static dev.weft.cpu.DoubleLanes.VECTOR;
import static dev.weft.cpu.DoubleVectorMath.constant;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;

/**
 * What {@link TrigonometricPolynomials} is for F32; no twin, since twice the digits need longer
 * polynomials.
 */
final class DoubleTrigonometricPolynomials {
    private static final DoubleVector ONE = constant(1);
    private static final DoubleVector MINUS_HALF = constant(-0.5);

    /** sin r = r + r³ (…) for |r| ≤ 0.79, within 2⁻57 of it. */
    private static final DoubleVector SIN_13 = constant(0x1.5d889d2f331e2p-33);

    private static final DoubleVector SIN_11 = constant(-0x1.ae5e437207075p-26);
    private static final DoubleVector SIN_9 = constant(0x1.71de354cc7704p-19);
    private static final DoubleVector SIN_7 = constant(-0x1.a01a019be204cp-13);
    private static final DoubleVector SIN_5 = constant(0x1.111111110f70fp-7);
    private static final DoubleVector SIN_3 = constant(-0x1.5555555555548p-3);

    /** cos r = 1 - r² / 2 + r⁴ (…) for |r| ≤ 0.79, within 2⁻64 of it. */
    private static final DoubleVector COS_14 = constant(-0x1.8fa33111ae868p-37);

    private static final DoubleVector COS_12 = constant(0x1.1ee9d686be851p-29);
    private static final DoubleVector COS_10 = constant(-0x1.27e4f7eb8c3f3p-22);
    private static final DoubleVector COS_8 = constant(0x1.a01a019c8948ep-16);
    private static final DoubleVector COS_6 = constant(-0x1.6c16c16c14ff1p-10);
    private static final DoubleVector COS_4 = constant(0x1.555555555554bp-5);

    /** Lambert's continued fraction of tan r, ended after r² / 17: within 2⁻⁶⁰ for |r| ≤ π/4. */
    private static final DoubleVector TAN_TOP_8 = constant(1.0 / 34459425.0);

    private static final DoubleVector TAN_TOP_6 = constant(-2.0 / 69615.0);
    private static final DoubleVector TAN_TOP_4 = constant(1.0 / 255.0);
    private static final DoubleVector TAN_TOP_2 = constant(-7.0 / 51.0);
    private static final DoubleVector TAN_BOTTOM_8 = constant(1.0 / 765765.0);
    private static final DoubleVector TAN_BOTTOM_6 = constant(-4.0 / 9945.0);
    private static final DoubleVector TAN_BOTTOM_4 = constant(7.0 / 255.0);
    private static final DoubleVector TAN_BOTTOM_2 = constant(-8.0 / 17.0);

    /** arcsin v = v + v³ (…) for |v| ≤ ½, within 2⁻55 of it. */
    private static final DoubleVector ASIN_25 = constant(0x1.05ab5647e3ef0p-5);

    private static final DoubleVector ASIN_23 = constant(-0x1.0a885faae845bp-6);
    private static final DoubleVector ASIN_21 = constant(0x1.40681a9f657acp-6);
    private static final DoubleVector ASIN_19 = constant(0x1.ab27862022cbap-8);
    private static final DoubleVector ASIN_17 = constant(0x1.8ed626140531ep-7);
    private static final DoubleVector ASIN_15 = constant(0x1.c6fae7d7ed2fcp-7);
    private static final DoubleVector ASIN_13 = constant(0x1.1c6c05203179cp-6);
    private static final DoubleVector ASIN_11 = constant(0x1.6e89f20e43123p-6);
    private static final DoubleVector ASIN_9 = constant(0x1.f1c72c4db277bp-6);
    private static final DoubleVector ASIN_7 = constant(0x1.6db6db4247e66p-5);
    private static final DoubleVector ASIN_5 = constant(0x1.333333336ea9ap-4);
    private static final DoubleVector ASIN_3 = constant(0x1.5555555555391p-3);

    /** arctan t = t + t³ (…) for |t| ≤ 1, within 2⁻55 of it. */
    private static final DoubleVector ATAN_39 = constant(-0x1.541f1938ad97ap-16);

    private static final DoubleVector ATAN_37 = constant(0x1.d4008ef57eba3p-13);
    private static final DoubleVector ATAN_35 = constant(-0x1.31511cb46ca15p-10);
    private static final DoubleVector ATAN_33 = constant(0x1.f9a1f7b777327p-9);
    private static final DoubleVector ATAN_31 = constant(-0x1.2d105138c7677p-7);
    private static final DoubleVector ATAN_29 = constant(0x1.163d2084adaafp-6);
    private static final DoubleVector ATAN_27 = constant(-0x1.a737d05222448p-6);
    private static final DoubleVector ATAN_25 = constant(0x1.171c80fc5fcd5p-5);
    private static final DoubleVector ATAN_23 = constant(-0x1.4f491a88e830bp-5);
    private static final DoubleVector ATAN_21 = constant(0x1.7ee5cba46ed7cp-5);
    private static final DoubleVector ATAN_19 = constant(-0x1.ad3361589fd39p-5);
    private static final DoubleVector ATAN_17 = constant(0x1.e178449b59dc4p-5);
    private static final DoubleVector ATAN_15 = constant(-0x1.1108a1a6a3ba0p-4);
    private static final DoubleVector ATAN_13 = constant(0x1.3b12b39b3d0f3p-4);
    private static final DoubleVector ATAN_11 = constant(-0x1.745d024404a87p-4);
    private static final DoubleVector ATAN_9 = constant(0x1.c71c709f76b12p-4);
    private static final DoubleVector ATAN_7 = constant(-0x1.2492491fa9d29p-3);
    private static final DoubleVector ATAN_5 = constant(0x1.9999999984403p-3);
    private static final DoubleVector ATAN_3 = constant(-0x1.555555555544fp-2);

    private DoubleTrigonometricPolynomials() {}

    /** sin r, or cos r in the lanes of {@code other}. */
    static DoubleVector sineOr(DoubleVector r, VectorMask<Double> other) {
        r = (DoubleVector) VECTOR.cast(r);
        DoubleVector s = r.mul(r);
        DoubleVector w = s.mul(s);
        DoubleVector sine =
                SIN_13.fma(s, SIN_11)
                        .fma(w, SIN_9.fma(s, SIN_7))
                        .fma(w, SIN_5.fma(s, SIN_3))
                        .mul(s)
                        .fma(r, r);
        DoubleVector cosine =
                COS_14.fma(s, COS_12)
                        .fma(w, COS_10.fma(s, COS_8))
                        .fma(w, COS_6.fma(s, COS_4))
                        .fma(s, MINUS_HALF)
                        .fma(s, ONE);
        return sine.blend(cosine, other);
    }

    /** tan r, or -1 / tan r in the lanes of {@code other}. */
    static DoubleVector tangentOr(DoubleVector r, VectorMask<Double> other) {
        r = (DoubleVector) VECTOR.cast(r);
        DoubleVector s = r.mul(r);
        DoubleVector w = s.mul(s);
        DoubleVector top =
                TAN_TOP_8.fma(s, TAN_TOP_6).fma(w, TAN_TOP_4.fma(s, TAN_TOP_2)).fma(s, ONE).mul(r);
        DoubleVector bottom =
                TAN_BOTTOM_8
                        .fma(s, TAN_BOTTOM_6)
                        .fma(w, TAN_BOTTOM_4.fma(s, TAN_BOTTOM_2))
                        .fma(s, ONE);
        return top.blend(bottom, other).div(bottom.blend(top.neg(), other));
    }

    /** arcsin v for |v| ≤ ½, with z = v². */
    static DoubleVector asin(DoubleVector v, DoubleVector z) {
        v = (DoubleVector) VECTOR.cast(v);
        z = (DoubleVector) VECTOR.cast(z);
        DoubleVector w = z.mul(z);
        DoubleVector fourth = w.mul(w);
        DoubleVector low = ASIN_9.fma(z, ASIN_7).fma(w, ASIN_5.fma(z, ASIN_3));
        DoubleVector mid = ASIN_17.fma(z, ASIN_15).fma(w, ASIN_13.fma(z, ASIN_11));
        DoubleVector high = ASIN_25.fma(z, ASIN_23).fma(w, ASIN_21.fma(z, ASIN_19));
        DoubleVector p = high.fma(fourth, mid).fma(fourth, low);
        return p.mul(z).fma(v, v);
    }

    /** arctan t for |t| ≤ 1. */
    static DoubleVector atan(DoubleVector t) {
        t = (DoubleVector) VECTOR.cast(t);
        DoubleVector z = t.mul(t);
        DoubleVector w = z.mul(z);
        DoubleVector fourth = w.mul(w);
        DoubleVector low = ATAN_9.fma(z, ATAN_7).fma(w, ATAN_5.fma(z, ATAN_3));
        DoubleVector next = ATAN_17.fma(z, ATAN_15).fma(w, ATAN_13.fma(z, ATAN_11));
        low = next.fma(fourth, low);
        DoubleVector mid = ATAN_25.fma(z, ATAN_23).fma(w, ATAN_21.fma(z, ATAN_19));
        next = ATAN_33.fma(z, ATAN_31).fma(w, ATAN_29.fma(z, ATAN_27));
        mid = next.fma(fourth, mid);
        DoubleVector high = ATAN_39.fma(w, ATAN_37.fma(z, ATAN_35));
        DoubleVector eighth = fourth.mul(fourth);
        DoubleVector p = high.fma(eighth, mid).fma(eighth, low);
        return p.mul(z).fma(t, t);
    }
}
