package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.incubator.vector.FloatVector;

import org.junit.jupiter.api.Test;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * The polynomials against {@code Math} in double, over every 1000th float: denormals, infinities
 * and NaN among them.
 */
class VectorMathTest {
    private static final long STEP = 1000;

    @Test
    void exp() {
        check(
                "exp",
                VectorMath::exp,
                Math::exp,
                Float.NEGATIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                1);
    }

    @Test
    void expm1() {
        check("expm1", VectorMath::expm1, Math::expm1, Float.NEGATIVE_INFINITY, 40, 2);
    }

    @Test
    void log() {
        check(
                "log",
                VectorMath::log,
                Math::log,
                Float.NEGATIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                2);
    }

    @Test
    void log1p() {
        check("log1p", Polynomials::log1p, Math::log1p, 0, 1, 3);
    }

    @Test
    void tanh() {
        check(
                "tanh",
                VectorMath::tanh,
                Math::tanh,
                Float.NEGATIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                4);
    }

    @Test
    void sigmoid() {
        check(
                "sigmoid",
                VectorMath::sigmoid,
                VectorMathTest::sigmoid,
                Float.NEGATIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                3);
    }

    @Test
    void softplus() {
        check(
                "softplus",
                VectorMath::softplus,
                x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
                Float.NEGATIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                3);
    }

    @Test
    void expOfNegative() {
        check("expOfNegative", VectorMath::expOfNegative, Math::exp, Float.NEGATIVE_INFINITY, 0, 1);
    }

    /**
     * The square's rounding counts half as often as its size, and the slope's zero costs digits.
     */
    @Test
    void geluErf() {
        DoubleUnaryOperator exact = x -> gated(x, 0.5 * erfc(-x / Math.sqrt(2)));
        check("gelu", VectorGates::geluErf, exact, -6, Float.POSITIVE_INFINITY, 24);
        check("gelu's tail", VectorGates::geluErf, exact, Float.NEGATIVE_INFINITY, 0, 100);
        DoubleUnaryOperator slope =
                x -> {
                    double bell = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
                    return 0.5 * erfc(-x / Math.sqrt(2)) + (bell == 0 ? 0 : x * bell);
                };
        check("gelu's slope", VectorGates::geluErfSlope, slope, 0, Float.POSITIVE_INFINITY, 4);
        check("gelu's falling slope", VectorGates::geluErfSlope, slope, -6, -1, 24);
    }

    @Test
    void geluTanh() {
        DoubleUnaryOperator u = x -> Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
        DoubleUnaryOperator exact = x -> gated(x, sigmoid(2 * u.applyAsDouble(x)));
        check("gelu tanh", VectorGates::geluTanh, exact, -6, Float.POSITIVE_INFINITY, 60);
        check("gelu tanh's tail", VectorGates::geluTanh, exact, Float.NEGATIVE_INFINITY, 0, 200);
        DoubleUnaryOperator slope =
                x -> {
                    double t = sigmoid(-2 * u.applyAsDouble(x));
                    double rise = 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
                    return 1 - t + (t == 0 ? 0 : x * rise * t * (1 - t));
                };
        check(
                "gelu tanh's slope",
                VectorGates::geluTanhSlope,
                slope,
                0,
                Float.POSITIVE_INFINITY,
                4);
    }

    @Test
    void silu() {
        DoubleUnaryOperator exact = x -> gated(x, sigmoid(x));
        check(
                "silu",
                VectorGates::silu,
                exact,
                Float.NEGATIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                5);
        DoubleUnaryOperator slope =
                x -> sigmoid(x) + (sigmoid(-x) == 0 ? 0 : x * sigmoid(x) * sigmoid(-x));
        check("silu's slope", VectorGates::siluSlope, slope, 0, Float.POSITIVE_INFINITY, 4);
    }

    private static double gated(double x, double gate) {
        return gate == 0 ? -0.0 : x * gate;
    }

    private static double sigmoid(double x) {
        return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
    }

    /** By the Taylor series of erf, or Legendre's continued fraction. */
    private static double erfc(double x) {
        double t = Math.abs(x);
        double tail;
        if (t < 2) {
            double term = t;
            double sum = t;
            for (int n = 1; Math.abs(term) > 1e-18 * sum; n++) {
                term *= -t * t / n;
                sum += term / (2 * n + 1);
            }
            tail = 1 - 2 / Math.sqrt(Math.PI) * sum;
        } else {
            double fraction = t;
            for (int n = 60; n >= 1; n--) {
                fraction = t + n / 2.0 / fraction;
            }
            tail = Math.exp(-t * t) / (fraction * Math.sqrt(Math.PI));
        }
        return x < 0 ? 2 - tail : tail;
    }

    private static void check(
            String name,
            UnaryOperator<FloatVector> tested,
            DoubleUnaryOperator exact,
            float low,
            float high,
            double ulps) {
        double worst = 0;
        float worstAt = 0;
        float[] x = new float[Lanes.COUNT];
        for (long bits = 0; bits < 1L << 32; bits += STEP * x.length) {
            for (int i = 0; i < x.length; i++) {
                x[i] = Float.intBitsToFloat((int) (bits + i * STEP));
            }
            float[] y = tested.apply(FloatVector.fromArray(Lanes.F32, x, 0)).toArray();
            for (int i = 0; i < x.length; i++) {
                if ((x[i] >= low && x[i] <= high) || Float.isNaN(x[i])) {
                    double error = error(y[i], exact.applyAsDouble(x[i]));
                    if (!(error <= worst)) {
                        worst = error;
                        worstAt = x[i];
                    }
                }
            }
        }
        System.out.printf("%s: %.2f ulp at %s%n", name, worst, worstAt);
        assertTrue(worst <= ulps, name + " is off by " + worst + " ulp at " + worstAt);
    }

    private static double error(float actual, double expected) {
        if (Double.isNaN(expected) || Float.isNaN(actual)) {
            return Double.isNaN(expected) && Float.isNaN(actual) ? 0 : Double.POSITIVE_INFINITY;
        }
        if (actual == (float) expected) {
            // Infinities too.
            return Double.isInfinite(expected)
                    ? 0
                    : Math.abs(actual - expected) / Math.ulp((float) expected);
        }
        return Math.abs(actual - expected)
                / Math.min(Math.ulp(Float.MAX_VALUE), Math.ulp((float) expected));
    }
}
