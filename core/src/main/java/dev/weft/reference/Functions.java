package dev.weft.reference;

import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.LossOp;
import dev.weft.backend.UnaryOp;

/** The scalar functions of the op enums and their derivatives, in double. */
final class Functions {
    private static final double SQRT_HALF = Math.sqrt(0.5);

    /** By how much that is above √½. */
    private static final double SQRT_HALF_EXCESS = 4.833646656726457e-17;

    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);
    private static final double GELU_CUBIC = 0.044715;

    private Functions() {}

    static double unary(UnaryOp op, double p, double q, double x) {
        return switch (op) {
            case AFFINE -> p * x + q;
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case SQRT -> Math.sqrt(x);
            case SQUARE -> x * x;
            case RELU -> Math.max(x, 0);
            case LEAKY_RELU -> x > 0 ? x : p * x;
            case ELU -> x >= 0 ? x : p * Math.expm1(x);
            case SIGMOID -> sigmoid(x);
            case TANH -> Math.tanh(x);
            case GELU_ERF -> gated(x, normalCdf(x));
            case GELU_TANH -> gated(x, sigmoid(2 * geluInner(x)));
            case SILU -> gated(x, sigmoid(x));
            case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
            case CLAMP -> Math.min(Math.max(x, p), q);
        };
    }

    /** For integers: modulo 2⁶⁴, and the caller wraps further. */
    static long unary(UnaryOp op, long p, long q, long x) {
        return switch (op) {
            case AFFINE -> p * x + q;
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SQUARE -> x * x;
            case RELU -> Math.max(x, 0);
            case CLAMP -> Math.min(Math.max(x, p), q);
            // What is not defined for integers never comes here.
            default -> throw new IllegalArgumentException(op + " is not defined for integers");
        };
    }

    static double unaryDerivative(UnaryOp op, double p, double q, double x, double y) {
        return switch (op) {
            case AFFINE -> p;
            case NEG -> -1;
            case ABS -> Math.signum(x);
            case EXP -> y;
            case LOG -> 1 / x;
            case SQRT -> 1 / (2 * y);
            case SQUARE -> 2 * x;
            case RELU -> y > 0 ? 1 : 0;
            case LEAKY_RELU -> x > 0 ? 1 : p;
            case ELU -> x > 0 ? 1 : p * Math.exp(x);
            case SIGMOID -> y * (1 - y);
            case TANH -> 1 - y * y;
            case GELU_ERF -> gatedSlope(x, normalCdf(x), INV_SQRT_2PI * Math.exp(-x * x / 2));
            case GELU_TANH -> {
                double u = 2 * geluInner(x);
                double slope = 2 * SQRT_2_OVER_PI * (1 + 3 * GELU_CUBIC * x * x);
                double bell = sigmoid(u) * sigmoid(-u);
                yield gatedSlope(x, sigmoid(u), bell == 0 ? 0 : bell * slope);
            }
            case SILU -> gatedSlope(x, sigmoid(x), sigmoid(x) * sigmoid(-x));
            case SOFTPLUS -> sigmoid(x);
            case CLAMP -> x >= p && x <= q ? 1 : 0;
        };
    }

    /** dy f'(x), also where f'(x) alone is beyond a double. */
    static double unaryGrad(UnaryOp op, double p, double q, double x, double y, double dy) {
        return op == UnaryOp.SQUARE ? 2 * (dy * x) : dy * unaryDerivative(op, p, q, x, y);
    }

    /** For integers: modulo 2⁶⁴, and the caller wraps further. */
    static long binary(BinaryOp op, long a, long b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> b == 0 ? 0 : a / b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case POW -> throw new IllegalArgumentException(op + " is not defined for integers");
        };
    }

    static boolean compare(CompareOp op, double a, double b) {
        return switch (op) {
            case EQUAL -> a == b;
            case NOT_EQUAL -> a != b;
            case LESS -> a < b;
            case LESS_EQUAL -> a <= b;
            case GREATER -> a > b;
            case GREATER_EQUAL -> a >= b;
        };
    }

    static boolean compare(CompareOp op, long a, long b) {
        return switch (op) {
            case EQUAL -> a == b;
            case NOT_EQUAL -> a != b;
            case LESS -> a < b;
            case LESS_EQUAL -> a <= b;
            case GREATER -> a > b;
            case GREATER_EQUAL -> a >= b;
        };
    }

    static double binary(BinaryOp op, double a, double b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> pow(a, b);
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
        };
    }

    static double binaryDerivative(BinaryOp op, boolean byB, double a, double b) {
        return switch (op) {
            case ADD -> 1;
            case SUB -> byB ? -1 : 1;
            case MUL -> byB ? a : b;
            case DIV -> byB ? -(a / b) / b : 1 / b;
            case POW -> byB ? powByExponent(a, b) : powByBase(a, b);
            case MIN -> a == b ? 0.5 : (byB ? a < b : a > b) ? 0 : 1;
            case MAX -> a == b ? 0.5 : (byB ? a > b : a < b) ? 0 : 1;
        };
    }

    static double loss(LossOp op, double p, double x, double t) {
        double d = x - t;
        return switch (op) {
            case SQUARED_ERROR -> d * d;
            case ABSOLUTE_ERROR -> Math.abs(d);
            // By halves, where d may be infinite.
            case HUBER -> Math.abs(d) <= p ? d * d / 2 : 2 * p * (Math.abs(x / 2 - t / 2) - p / 4);
            case BINARY_CROSS_ENTROPY ->
                    0
                            - (t * Math.max(Math.log(x), -100)
                                    + (1 - t) * Math.max(Math.log1p(-x), -100));
            case BINARY_CROSS_ENTROPY_LOGITS ->
                    Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)));
            case CATEGORICAL_CROSS_ENTROPY -> 0 - t * Math.log(Math.max(x, 1e-7));
        };
    }

    static double lossDerivative(LossOp op, double p, double x, double t) {
        double d = x - t;
        return switch (op) {
            case SQUARED_ERROR -> 2 * d;
            case ABSOLUTE_ERROR -> Math.signum(d);
            case HUBER -> Math.min(Math.max(d, -p), p);
            case BINARY_CROSS_ENTROPY -> d / Math.max(x * (1 - x), 1e-12);
            case BINARY_CROSS_ENTROPY_LOGITS -> sigmoid(x) - t;
            case CATEGORICAL_CROSS_ENTROPY -> x >= 1e-7 ? -t / x : Double.isNaN(x) ? x : 0;
        };
    }

    /** dl ∂l/∂x, also where the second alone is beyond a double. */
    static double lossGrad(LossOp op, double p, double x, double t, double dl) {
        return op == LossOp.SQUARED_ERROR
                ? 4 * (dl * (x / 2 - t / 2))
                : dl * lossDerivative(op, p, x, t);
    }

    /**
     * C's pow: unlike Java's, 1 where a is 1 and b is NaN or infinite, or a is -1 and b is
     * infinite.
     */
    private static double pow(double a, double b) {
        if (a == 1 || (a == -1 && Double.isInfinite(b))) {
            return 1;
        }
        return Math.pow(a, b);
    }

    /**
     * b a^(b - 1), 0 where b is 0. Rounded, b - 1 may be whole where b is not, or even where it is
     * odd: so by the power of |a|, and its sign by b. And a^-1 overflows for a subnormal a, where b
     * times it may not.
     */
    private static double powByBase(double a, double b) {
        if (b == 0) {
            return 0;
        }
        double size = Math.abs(a);
        boolean tiny = size > 0 && size < Double.MIN_NORMAL && Math.abs(b) < 0.5;
        double slope = tiny ? b * pow(size, b) / size : b * pow(size, b - 1);
        if (Math.copySign(1, a) > 0 || Double.isInfinite(b)) {
            return slope;
        }
        if (b % 2 == 0) {
            return -slope;
        }
        return a < 0 && b % 1 != 0 ? Double.NaN : slope;
    }

    /** The slope at a = -0 is that at 0; below, NaN. By the root, as the power may overflow. */
    private static double powByExponent(double a, double b) {
        double root = pow(Math.abs(a), b / 2 == 0 ? b : b / 2);
        return a == 0 && b >= 0 ? 0 : root * Math.log(a) * root;
    }

    /** x gate(x), for a gate that rises from 0 to 1; at -Inf the limit. */
    private static double gated(double x, double gate) {
        return gate == 0 ? -0.0 : x * gate;
    }

    /** gate(x) + x gate'(x); at ±Inf the limits, of which that at -Inf is reached from below. */
    private static double gatedSlope(double x, double gate, double gateSlope) {
        if (gateSlope == 0) {
            return gate == 0 ? -0.0 : gate;
        }
        return gate + x * gateSlope;
    }

    private static double sigmoid(double x) {
        if (x >= 0) {
            return 1 / (1 + Math.exp(-x));
        }
        double e = Math.exp(x);
        return e / (1 + e);
    }

    private static double geluInner(double x) {
        return SQRT_2_OVER_PI * (x + GELU_CUBIC * x * x * x);
    }

    /**
     * Φ(x) = erfc(-x / √2) / 2, less erfc's slope times what -x / √2 loses by rounding: the tail
     * would magnify that by x².
     */
    static double normalCdf(double x) {
        double t = -x * SQRT_HALF;
        double lost = Math.fma(-x, SQRT_HALF, -t) + x * SQRT_HALF_EXCESS;
        double slope = 2 / Math.sqrt(Math.PI) * Math.exp(-t * t);
        return (erfc(t) - (slope == 0 ? 0 : lost * slope)) / 2;
    }

    static double erfc(double x) {
        return x < 0 ? 2 - erfcOfPositive(-x) : erfcOfPositive(x);
    }

    /**
     * For small x by the Taylor series of erf, for larger ones, where 1 less that would cancel, by
     * Legendre's continued fraction; both within a few ulp.
     */
    private static double erfcOfPositive(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        if (x < 0.5) {
            double term = x;
            double sum = x;
            for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
                term *= -x * x / n;
                sum += term / (2 * n + 1);
            }
            return 1 - 2 / Math.sqrt(Math.PI) * sum;
        }
        if (x > 27) {
            return 0;
        }
        double fraction = x;
        // It converges as e^(-2x √(2n)).
        for (int n = x < 2 ? 1000 : 100; n >= 1; n--) {
            fraction = x + n / 2.0 / fraction;
        }
        double square = x * x;
        double power = Math.exp(-square) * (1 - Math.fma(x, x, -square));
        return power / (fraction * Math.sqrt(Math.PI));
    }
}
