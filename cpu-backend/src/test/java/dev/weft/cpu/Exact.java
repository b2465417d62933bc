package dev.weft.cpu;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Elementary functions to 40 digits, by series: the truth that kernels for F64 are held to. */
final class Exact {
    private static final MathContext DIGITS = new MathContext(50);
    private static final BigDecimal ONE = BigDecimal.ONE;
    private static final BigDecimal TWO = BigDecimal.TWO;
    private static final BigDecimal HALF = new BigDecimal("0.5");

    /** What is left of a series where another term would not be seen. */
    private static final BigDecimal TINY = new BigDecimal("1e-46");

    private static final BigDecimal LN_2 =
            new BigDecimal("0.69314718055994530941723212145817656807550013436025525412");
    private static final BigDecimal PI =
            new BigDecimal("3.14159265358979323846264338327950288419716939937510582097");

    private Exact() {}

    /** e^x, by Taylor's series of x less a multiple of ln 2, divided by 2⁸. */
    static BigDecimal exp(BigDecimal x) {
        int n = x.divide(LN_2, 0, RoundingMode.HALF_EVEN).intValueExact();
        BigDecimal r = x.subtract(LN_2.multiply(BigDecimal.valueOf(n)));
        r = r.divide(BigDecimal.valueOf(256), DIGITS);
        BigDecimal sum = ONE;
        BigDecimal term = ONE;
        for (int k = 1; term.abs().compareTo(TINY) > 0; k++) {
            term = term.multiply(r, DIGITS).divide(BigDecimal.valueOf(k), DIGITS);
            sum = sum.add(term);
        }
        for (int i = 0; i < 8; i++) {
            sum = sum.multiply(sum, DIGITS);
        }
        BigDecimal power = TWO.pow(Math.abs(n));
        return n < 0 ? sum.divide(power, DIGITS) : sum.multiply(power, DIGITS);
    }

    /** e^x - 1. */
    static BigDecimal expm1(BigDecimal x) {
        return x.abs().compareTo(new BigDecimal("1e-12")) < 0
                ? x.add(x.multiply(x).multiply(HALF))
                        .add(x.pow(3).divide(BigDecimal.valueOf(6), DIGITS))
                : exp(x).subtract(ONE);
    }

    /** ln x for positive x, from {@code Math}'s in double by two of Newton's steps. */
    static BigDecimal log(BigDecimal x) {
        double near = Math.log(x.doubleValue());
        BigDecimal y = new BigDecimal(near);
        for (int i = 0; i < 2; i++) {
            BigDecimal d = x.multiply(exp(y.negate()), DIGITS).subtract(ONE);
            y = y.add(d.subtract(d.multiply(d, DIGITS).multiply(HALF)));
        }
        return y;
    }

    /** ln(1 + x). */
    static BigDecimal log1p(BigDecimal x) {
        return x.abs().compareTo(new BigDecimal("1e-15")) < 0
                ? x.subtract(x.multiply(x, DIGITS).multiply(HALF))
                        .add(x.pow(3).divide(BigDecimal.valueOf(3), DIGITS))
                : log(ONE.add(x));
    }

    /** 1 / (1 + e^-x). */
    static BigDecimal sigmoid(BigDecimal x) {
        return ONE.divide(ONE.add(exp(x.negate())), DIGITS);
    }

    /** tanh x = (e^2x - 1) / (e^2x + 1). */
    static BigDecimal tanh(BigDecimal x) {
        BigDecimal e = expm1(x.add(x));
        return e.divide(e.add(TWO), DIGITS);
    }

    /** φ(x), the density of the normal distribution. */
    static BigDecimal normalDensity(BigDecimal x) {
        return exp(x.multiply(x).multiply(HALF).negate())
                .divide(TWO.multiply(PI).sqrt(DIGITS), DIGITS);
    }

    /**
     * Φ(x), the normal distribution: ½ + φ(x) (x + x³/3 + x⁵/15 + …), or Laplace's continued
     * fraction where x is far below 0.
     */
    static BigDecimal normal(BigDecimal x) {
        if (x.signum() > 0) {
            return ONE.subtract(normal(x.negate()));
        }
        BigDecimal a = x.negate();
        if (a.compareTo(BigDecimal.valueOf(8)) > 0) {
            BigDecimal fraction = a;
            for (int n = 250; n >= 1; n--) {
                fraction = a.add(BigDecimal.valueOf(n).divide(fraction, DIGITS));
            }
            return normalDensity(a).divide(fraction, DIGITS);
        }
        BigDecimal square = a.multiply(a, DIGITS);
        BigDecimal term = a;
        BigDecimal sum = a;
        for (int n = 3; term.compareTo(TINY) > 0; n += 2) {
            term = term.multiply(square, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
            sum = sum.add(term);
        }
        return HALF.subtract(normalDensity(a).multiply(sum, DIGITS));
    }
}
