package dev.weft.cpu;

import static dev.weft.cpu.DoubleLanes.VECTOR;
import static dev.weft.cpu.DoubleVectorMath.constant;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/**
 * a^b and its derivatives in vectors of F64, with {@link Powers}' special values: e^(b ln |a|),
 * where the logarithm has 64 bits and more, since b makes its error up to 745 times as large. So it
 * is kept as a sum of two numbers, the second below the rounding of the first; products and sums of
 * such are made by fma and by Dekker's Fast2Sum (Numerische Mathematik 18, 1971).
 */
final class DoublePowers {
    private static final DoubleVector ZERO = constant(0);
    private static final DoubleVector ONE = constant(1);
    private static final DoubleVector TWO = constant(2);
    private static final DoubleVector HALF = constant(0.5);
    private static final DoubleVector INFINITY = constant(Double.POSITIVE_INFINITY);
    private static final DoubleVector NAN = constant(Double.NaN);

    private static final DoubleVector LOG2_E = constant(0x1.71547652b82fep0);
    private static final DoubleVector LN2_HIGH = constant(0x1.62e42fefp-1);
    private static final DoubleVector LN2_LOW = constant(0x1.473de6af278edp-34);

    private static final int FRACTION_BITS = 52;
    private static final LongVector HALF_ROOT_BITS =
            constant(0x1.6a09e667f3bcdp-1).reinterpretAsLongs();
    private static final DoubleVector ROUNDER = constant(0x1.8p52);
    private static final LongVector ROUNDER_BITS = ROUNDER.reinterpretAsLongs();
    private static final DoubleVector MIN_NORMAL = constant(Double.MIN_NORMAL);
    private static final DoubleVector DENORMAL_SCALE = constant(0x1p54);
    private static final DoubleVector DENORMAL_EXPONENT = constant(54);

    /** Powers e^y and their reciprocals are normal numbers where |y| is below. */
    private static final DoubleVector NORMAL = constant(700);

    /** From here on every double is whole. */
    private static final DoubleVector WHOLE = constant(0x1p52);

    private static final LongVector SIGN = constant(-0.0).reinterpretAsLongs();

    /**
     * ln((1 + s) / (1 - s)) = 2 s + s³ (⅔ + s² (…)) in powers of s², within 2⁻⁶⁶ of it: minimax, by
     * Remez's algorithm.
     */
    private static final DoubleVector LOG_17 = constant(0x1.0e42fae8de9dbp-3);

    private static final DoubleVector LOG_15 = constant(0x1.0f7fe18175a64p-3);
    private static final DoubleVector LOG_13 = constant(0x1.3b1eec602e431p-3);
    private static final DoubleVector LOG_11 = constant(0x1.745ce9e1948c4p-3);
    private static final DoubleVector LOG_9 = constant(0x1.c71c722d6b6fdp-3);
    private static final DoubleVector LOG_7 = constant(0x1.2492492457d22p-2);
    private static final DoubleVector LOG_5 = constant(0x1.9999999999b30p-2);
    private static final DoubleVector LOG_3 = constant(0x1.5555555555555p-1);
    private static final DoubleVector LOG_3_LOW = constant(0x1.5555555555555p-55);

    private DoublePowers() {}

    /** a^b, within 2 ulp; exact where that is a double, and not denormal. */
    static DoubleVector pow(DoubleVector a, DoubleVector b) {
        a = (DoubleVector) VECTOR.cast(a);
        b = (DoubleVector) VECTOR.cast(b);
        DoubleVector power = ofMagnitude(a.abs(), b);
        VectorMask<Double> whole = isWhole(b);
        VectorMask<Double> odd = whole.andNot(isWhole(b.mul(HALF)));
        LongVector sign = a.reinterpretAsLongs().and(SIGN);
        power = power.blend(power.reinterpretAsLongs().or(sign).reinterpretAsDoubles(), odd);
        VectorMask<Double> negative = a.compare(LT, ZERO).and(a.abs().compare(LT, INFINITY));
        power = power.blend(NAN, negative.andNot(whole));
        // Of -1 to ±∞ as of 1: the logarithm was 0.
        VectorMask<Double> limit = b.abs().compare(EQ, INFINITY).and(a.abs().compare(EQ, ONE));
        return power.blend(ONE, a.compare(EQ, ONE).or(b.compare(EQ, ZERO)).or(limit));
    }

    /** b a^(b - 1), 0 where b is 0; see {@link Powers#powByBase}. */
    static DoubleVector powByBase(DoubleVector a, DoubleVector b) {
        a = (DoubleVector) VECTOR.cast(a);
        b = (DoubleVector) VECTOR.cast(b);
        // By its root: the power alone may overflow where the product does not.
        DoubleVector root = pow(a.abs(), b.sub(ONE).mul(HALF));
        DoubleVector slope = root.mul(b).mul(root);
        VectorMask<Double> finite = b.abs().compare(LT, INFINITY);
        VectorMask<Double> whole = isWhole(b);
        VectorMask<Double> even = isWhole(b.mul(HALF)).and(whole).and(finite);
        LongVector sign = a.reinterpretAsLongs().and(SIGN);
        slope =
                slope.blend(
                        slope.reinterpretAsLongs().lanewise(XOR, sign).reinterpretAsDoubles(),
                        even);
        VectorMask<Double> negative = a.compare(LT, ZERO).and(finite);
        return slope.blend(NAN, negative.andNot(whole)).blend(ZERO, b.compare(EQ, ZERO));
    }

    /** |a|^b ln a, 0 where a is ±0 and b is not negative. */
    static DoubleVector powByExponent(DoubleVector a, DoubleVector b) {
        a = (DoubleVector) VECTOR.cast(a);
        b = (DoubleVector) VECTOR.cast(b);
        DoubleVector slope = pow(a.abs(), b).mul(DoubleVectorMath.log(a));
        return slope.blend(ZERO, a.compare(EQ, ZERO).and(b.compare(GE, ZERO)));
    }

    private static VectorMask<Double> isWhole(DoubleVector x) {
        DoubleVector v = ((DoubleVector) VECTOR.cast(x)).abs();
        return v.add(WHOLE).sub(WHOLE).blend(v, v.compare(GE, WHOLE)).compare(EQ, v);
    }

    /** x^b for x ≥ 0, but where that is 1 whatever the other is. */
    private static DoubleVector ofMagnitude(DoubleVector x, DoubleVector b) {
        x = (DoubleVector) VECTOR.cast(x);
        b = (DoubleVector) VECTOR.cast(b);
        VectorMask<Double> denormal = x.compare(LT, MIN_NORMAL);
        LongVector bits = x.blend(x.mul(DENORMAL_SCALE), denormal).reinterpretAsLongs();
        LongVector exponent = bits.sub(HALF_ROOT_BITS).lanewise(ASHR, FRACTION_BITS);
        DoubleVector f =
                bits.sub(exponent.lanewise(LSHL, FRACTION_BITS)).reinterpretAsDoubles().sub(ONE);
        DoubleVector e =
                exponent.add(ROUNDER_BITS)
                        .reinterpretAsDoubles()
                        .sub(ROUNDER)
                        .sub(ZERO.blend(DENORMAL_EXPONENT, denormal));
        // s + sLow = f / (2 + f)
        DoubleVector t = f.add(TWO);
        DoubleVector tLow = f.sub(t.sub(TWO));
        DoubleVector inverse = ONE.div(t);
        DoubleVector s = f.mul(inverse);
        DoubleVector sLow = s.neg().fma(t, f).sub(s.mul(tLow)).mul(inverse);
        // first + rest = e ln 2 + 2 s + 2 sLow
        DoubleVector whole = e.mul(LN2_HIGH);
        DoubleVector twice = s.add(s);
        DoubleVector first = whole.add(twice);
        DoubleVector rest = twice.sub(first.sub(whole)).add(e.fma(LN2_LOW, sLow.add(sLow)));
        return ofLogarithm(x, b, s, sLow, first, rest);
    }

    /** With ln x = first + rest + s³ (…). */
    private static DoubleVector ofLogarithm(
            DoubleVector x,
            DoubleVector b,
            DoubleVector s,
            DoubleVector sLow,
            DoubleVector first,
            DoubleVector rest) {
        s = (DoubleVector) VECTOR.cast(s);
        sLow = (DoubleVector) VECTOR.cast(sLow);
        // z + zLow = s², p + pLow = ⅔ + z (…), u + uLow = s z, v + vLow = u p
        DoubleVector z = s.mul(s);
        DoubleVector zLow = s.add(s).fma(sLow, s.fma(s, z.neg()));
        DoubleVector w = z.mul(logarithm(z));
        DoubleVector p = LOG_3.add(w);
        DoubleVector pLow = LOG_3.sub(p).add(w).add(LOG_3_LOW);
        DoubleVector u = s.mul(z);
        DoubleVector uLow = s.fma(zLow, sLow.fma(z, s.fma(z, u.neg())));
        DoubleVector v = u.mul(p);
        DoubleVector vLow = u.fma(pLow, uLow.fma(p, u.fma(p, v.neg())));
        return ofParts(x, b, first, v, ((DoubleVector) VECTOR.cast(rest)).add(vLow));
    }

    private static DoubleVector logarithm(DoubleVector z) {
        z = (DoubleVector) VECTOR.cast(z);
        DoubleVector square = z.mul(z);
        DoubleVector low = LOG_11.fma(z, LOG_9).fma(square, LOG_7.fma(z, LOG_5));
        DoubleVector high = LOG_17.fma(square, LOG_15.fma(z, LOG_13));
        return high.fma(square.mul(square), low);
    }

    /** With ln x = first + v + rest, each small beside the one before. */
    private static DoubleVector ofParts(
            DoubleVector x, DoubleVector b, DoubleVector first, DoubleVector v, DoubleVector rest) {
        x = (DoubleVector) VECTOR.cast(x);
        b = (DoubleVector) VECTOR.cast(b);
        first = (DoubleVector) VECTOR.cast(first);
        DoubleVector sum = first.add(v);
        DoubleVector low = ((DoubleVector) VECTOR.cast(v)).sub(sum.sub(first)).add(rest);
        DoubleVector log = sum.add(low);
        low = low.sub(log.sub(sum));
        log = log.blend(INFINITY.neg(), x.compare(EQ, ZERO));
        // Inf and NaN, for which the test is false, are their own logarithms.
        log = x.blend(log, x.compare(LT, INFINITY));
        DoubleVector y = b.mul(log);
        DoubleVector yLow = b.fma(log, y.neg()).add(b.mul(low));
        DoubleVector power = DoubleVectorMath.exp(y);
        VectorMask<Double> exact = power.compare(EQ, ZERO).or(power.compare(EQ, INFINITY));
        power = power.fma(yLow, power).blend(power, exact);
        return power.blend(expOfSum(y, yLow), y.abs().compare(LT, NORMAL));
    }

    /**
     * e^(y + yLow), of which only the last addition rounds much: so powers that are doubles
     * themselves come out exactly, as 9³ does.
     */
    private static DoubleVector expOfSum(DoubleVector y, DoubleVector yLow) {
        y = (DoubleVector) VECTOR.cast(y);
        DoubleVector rounded = y.fma(LOG2_E, ROUNDER);
        DoubleVector n = rounded.sub(ROUNDER).neg();
        // r + rLow = y + yLow - n ln 2
        DoubleVector high = n.fma(LN2_HIGH, y);
        DoubleVector r = n.fma(LN2_LOW, high);
        DoubleVector rLow = n.fma(LN2_LOW, high.sub(r)).add((DoubleVector) VECTOR.cast(yLow));
        DoubleVector sum = ONE.add(r);
        DoubleVector rest =
                ((DoubleVector) VECTOR.cast(DoublePolynomials.expRest(r))).mul(r.mul(r));
        DoubleVector low = r.sub(sum.sub(ONE)).add(rLow.fma(sum.add(rest), rest));
        return rounded.reinterpretAsLongs()
                .lanewise(LSHL, FRACTION_BITS)
                .add(sum.add(low).reinterpretAsLongs())
                .reinterpretAsDoubles();
    }
}
