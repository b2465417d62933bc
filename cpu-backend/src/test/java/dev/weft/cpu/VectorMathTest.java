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
        check("log1p", VectorMath::log1p, Math::log1p, 0, 1, 3);
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
                x -> x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)),
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

    /** In ulp of 1, which Φ(x) is computed by. */
    @Test
    void normalCdf() {
        check(
                "normalCdf",
                x -> VectorGelu.normalCdf(x).add(1f),
                x -> 1 + 0.5 * (1 + erf(x / Math.sqrt(2))),
                Float.NEGATIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                2);
    }

    @Test
    void normalDensity() {
        check(
                "normalDensity",
                VectorGelu::normalDensity,
                x -> Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI),
                -5,
                5,
                16);
        check(
                "normalDensity far out",
                x -> VectorGelu.normalDensity(x).add(1e-30f),
                x -> 1e-30 + Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI),
                Float.NEGATIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                70);
    }

    /** By its Taylor series, or Legendre's continued fraction of erfc. */
    private static double erf(double x) {
        double t = Math.abs(x);
        if (t > 6 || Double.isNaN(x)) {
            return Math.signum(x);
        }
        if (t < 2) {
            double term = x;
            double sum = x;
            for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
                term *= -x * x / n;
                sum += term / (2 * n + 1);
            }
            return 2 / Math.sqrt(Math.PI) * sum;
        }
        double fraction = t;
        for (int n = 60; n >= 1; n--) {
            fraction = t + n / 2.0 / fraction;
        }
        return Math.copySign(1 - Math.exp(-t * t) / (fraction * Math.sqrt(Math.PI)), x);
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
