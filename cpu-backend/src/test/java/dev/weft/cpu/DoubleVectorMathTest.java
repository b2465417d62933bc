package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.incubator.vector.DoubleVector;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** The polynomials for F64 against 40 digits, over random numbers of all magnitudes. */
class DoubleVectorMathTest {
    private static final int SAMPLES = 3000;
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @Test
    void exp() {
        check("exp", DoubleVectorMath::exp, Exact::exp, -750, 750, 1);
        special(DoubleVectorMath::exp, 0, 1, -0.0, 1, -750, 0, 710, INFINITY);
        special(DoubleVectorMath::exp, -INFINITY, 0, INFINITY, INFINITY, Double.NaN, Double.NaN);
    }

    @Test
    void expOfNegative() {
        check("expOfNegative", DoubleVectorMath::expOfNegative, Exact::exp, -750, 0, 1);
    }

    @Test
    void expm1() {
        check("expm1", DoubleVectorMath::expm1, Exact::expm1, -50, 40, 2);
        special(DoubleVectorMath::expm1, -INFINITY, -1, Double.NaN, Double.NaN);
    }

    @Test
    void log() {
        check("log", DoubleVectorMath::log, Exact::log, Double.MIN_VALUE, Double.MAX_VALUE, 1);
        check("log near 1", DoubleVectorMath::log, Exact::log, 0.5, 2, 1);
        special(DoubleVectorMath::log, 0, -INFINITY, -0.0, -INFINITY, 1, 0, INFINITY, INFINITY);
        special(DoubleVectorMath::log, -1, Double.NaN, Double.NaN, Double.NaN);
    }

    @Test
    void logOfProbability() {
        UnaryOperator<BigDecimal> exact = x -> Exact.log(x).max(BigDecimal.valueOf(-100));
        check("logOfProbability", DoubleVectorMath::logOfProbability, exact, 1e-300, 1, 2);
        special(DoubleVectorMath::logOfProbability, 0, -100, -0.0, -100, -1, Double.NaN);
    }

    @Test
    void log1p() {
        check("log1p", DoublePolynomials::log1p, Exact::log1p, 0, 1, 2);
    }

    @Test
    void tanh() {
        check("tanh", DoubleVectorMath::tanh, Exact::tanh, -30, 30, 3);
        special(DoubleVectorMath::tanh, INFINITY, 1, -INFINITY, -1, -0.0, -0.0);
    }

    @Test
    void sigmoid() {
        check("sigmoid", DoubleVectorMath::sigmoid, Exact::sigmoid, -750, 750, 3);
        special(DoubleVectorMath::sigmoid, INFINITY, 1, -INFINITY, 0, Double.NaN, Double.NaN);
    }

    @Test
    void softplus() {
        UnaryOperator<BigDecimal> exact =
                x -> x.max(BigDecimal.ZERO).add(Exact.log1p(Exact.exp(x.abs().negate())));
        check("softplus", DoubleVectorMath::softplus, exact, -700, 700, 3);
        special(DoubleVectorMath::softplus, INFINITY, INFINITY, -INFINITY, 0);
    }

    @Test
    void geluErf() {
        UnaryOperator<BigDecimal> exact = x -> x.multiply(Exact.normal(x));
        check("gelu", DoubleVectorGates::geluErf, exact, -38, 40, 5);
        UnaryOperator<BigDecimal> slope =
                x -> Exact.normal(x).add(x.multiply(Exact.normalDensity(x)));
        check("gelu's slope", DoubleVectorGates::geluErfSlope, slope, 0, 40, 4);
        check("gelu's falling slope", DoubleVectorGates::geluErfSlope, slope, -6, -1, 24);
        special(DoubleVectorGates::geluErf, INFINITY, INFINITY, -INFINITY, -0.0);
    }

    @Test
    void silu() {
        UnaryOperator<BigDecimal> exact = x -> x.multiply(Exact.sigmoid(x));
        check("silu", DoubleVectorGates::silu, exact, -740, 750, 5);
        special(DoubleVectorGates::silu, INFINITY, INFINITY, -INFINITY, -0.0);
    }

    @Test
    void pow() {
        for (double b : new double[] {0.5, 2, 3, -1, 1.1, -7.3, 100, 1e-3, 300.7, -1000.1}) {
            double largest = Math.exp(Math.min(700, 740 / Math.abs(b)));
            check(
                    "pow " + b,
                    x -> DoublePowers.pow(x, DoubleVectorMath.constant(b)),
                    x -> Exact.exp(Exact.log(x).multiply(new BigDecimal(b))),
                    1 / largest,
                    largest,
                    2);
        }
    }

    /** 9³ is 729, and no number beside it that would become 728 as an integer. */
    @Test
    void powersThatAreDoublesAreExact() {
        for (int a = 1; a <= 1000; a++) {
            for (int b = 1; b <= 52 && Math.pow(a, b) < 0x1p53; b++) {
                DoubleVector power =
                        DoublePowers.pow(
                                DoubleVectorMath.constant(a), DoubleVectorMath.constant(b));
                double exact = BigInteger.valueOf(a).pow(b).doubleValue();
                assertEquals(exact, power.lane(0), a + " to the power of " + b);
                DoubleVector root =
                        DoublePowers.pow(
                                DoubleVectorMath.constant((double) a * a),
                                DoubleVectorMath.constant(0.5));
                assertEquals(a, root.lane(0), "the root of the square of " + a);
            }
        }
    }

    /** Of all pairs of special values, as {@link Powers} has them. */
    @Test
    void powersOfSpecialValues() {
        double[] special = {
            0, 0.5, 1, 1.5, 2, 3, 1e300, 0x1p53, 0x1p53 - 1, 0x1p52 + 1, Double.MIN_VALUE, INFINITY
        };
        for (int i = 0; i <= 2 * special.length; i++) {
            for (int j = 0; j <= 2 * special.length; j++) {
                double a = signed(special, i);
                double b = signed(special, j);
                check("pow", a, b, DoublePowers::pow, Powers.pow(a, b));
                // Of these, the power overflows in double, where the other's is computed.
                boolean smallest = a + Math.abs(b) == 2 * Double.MIN_VALUE;
                double slope = smallest ? Math.copySign(1, b) : Powers.powByBase(a, b);
                check("by base", a, b, DoublePowers::powByBase, slope);
                check("by exponent", a, b, DoublePowers::powByExponent, Powers.powByExponent(a, b));
            }
        }
    }

    /** Each of the values and its opposite, then NaN. */
    private static double signed(double[] values, int i) {
        if (i >= 2 * values.length) {
            return Double.NaN;
        }
        return i % 2 == 0 ? values[i / 2] : -values[i / 2];
    }

    private static void check(
            String name, double a, double b, BinaryOperator<DoubleVector> tested, double expected) {
        DoubleVector power =
                tested.apply(DoubleVectorMath.constant(a), DoubleVectorMath.constant(b));
        double y = power.lane(0);
        boolean near =
                Double.compare(y, expected) == 0
                        || (Math.copySign(1, y) == Math.copySign(1, expected)
                                && Math.abs(y - expected) <= 8 * Math.ulp(expected));
        assertTrue(near, name + " of " + a + ", " + b + " is " + y + ", not " + expected);
    }

    /** Pairs of an argument and its value. */
    private static void special(UnaryOperator<DoubleVector> tested, double... pairs) {
        for (int i = 0; i < pairs.length; i += 2) {
            double y = tested.apply(DoubleVectorMath.constant(pairs[i])).lane(0);
            assertEquals(pairs[i + 1], y, "of " + pairs[i]);
        }
    }

    private static void check(
            String name,
            UnaryOperator<DoubleVector> tested,
            UnaryOperator<BigDecimal> exact,
            double low,
            double high,
            double ulps) {
        SplittableRandom random = new SplittableRandom(1);
        double worst = 0;
        double worstAt = 0;
        double[] x = new double[DoubleLanes.COUNT];
        for (int done = 0; done < SAMPLES; done += x.length) {
            for (int i = 0; i < x.length; i++) {
                x[i] =
                        (done + i) % 2 == 0
                                ? spread(random, low, high)
                                : random.nextDouble(low, high);
            }
            double[] y = tested.apply(DoubleVector.fromArray(DoubleLanes.F64, x, 0)).toArray();
            for (int i = 0; i < x.length; i++) {
                double error = error(y[i], exact.apply(new BigDecimal(x[i])));
                if (!(error <= worst)) {
                    worst = error;
                    worstAt = x[i];
                }
            }
        }
        System.out.printf("%s: %.2f ulp at %s%n", name, worst, worstAt);
        assertTrue(worst <= ulps, name + " is off by " + worst + " ulp at " + worstAt);
    }

    /** A number of any exponent in the range. */
    private static double spread(SplittableRandom random, double low, double high) {
        double x;
        do {
            x = Double.longBitsToDouble(random.nextLong());
        } while (!(x >= low && x <= high));
        return x;
    }

    private static double error(double actual, BigDecimal expected) {
        double nearest = expected.doubleValue();
        if (actual == nearest) {
            return 0.5;
        }
        if (!Double.isFinite(actual)) {
            return INFINITY;
        }
        double ulp = Math.ulp(Math.min(Double.MAX_VALUE, Math.abs(nearest)));
        return new BigDecimal(actual).subtract(expected).abs().doubleValue() / ulp;
    }
}
