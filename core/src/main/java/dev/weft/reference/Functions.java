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
    private static final double SELU_SCALE = 1.0507009873554805;
    private static final double SELU_ALPHA = 1.6732632423543772;

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
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case TAN -> Math.tan(x);
            case ASIN -> Math.asin(x);
            case ACOS -> Math.acos(x);
            case ATAN -> Math.atan(x);
            case SINH -> Math.sinh(x);
            case COSH -> Math.cosh(x);
            case ASINH -> SpecialFunctions.asinh(x);
            case ACOSH -> SpecialFunctions.acosh(x);
            case ATANH -> SpecialFunctions.atanh(x);
            case EXPM1 -> Math.expm1(x);
            case LOG1P -> Math.log1p(x);
            case LOG2 -> SpecialFunctions.log2(x);
            case LOG10 -> Math.log10(x);
            case EXP2 -> Math.pow(2, x);
            case RSQRT -> 1 / Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case ERF -> SpecialFunctions.erf(x);
            case ERFC -> SpecialFunctions.erfc(x);
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case ROUND -> Math.rint(x);
            case TRUNC -> x < 0 ? Math.ceil(x) : Math.floor(x);
            case SIGN -> Math.signum(x);
            case HARD_SIGMOID -> Math.min(Math.max(x / 6 + 0.5, 0), 1);
            case HARD_SWISH -> x <= -3 ? -0.0 : x >= 3 ? x : x * (x + 3) / 6;
            case MISH -> gated(x, tanhOfSoftplus(x));
            case SELU -> x >= 0 ? SELU_SCALE * x : SELU_SCALE * SELU_ALPHA * Math.expm1(x);
            case CELU -> x >= 0 ? x : p * Math.expm1(x / p);
            case SOFTSIGN -> Double.isInfinite(x) ? Math.signum(x) : x / (1 + Math.abs(x));
            case LOG_SIGMOID -> -(Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
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
            case FLOOR, CEIL, ROUND, TRUNC -> x;
            case SIGN -> Long.signum(x);
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
            // What is composed of other operations never comes here.
            default -> throw new IllegalArgumentException(op + " has no gradient kernel");
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
            case POW -> power(a, b);
            case FMOD -> b == 0 ? 0 : a % b;
            case REMAINDER -> b == 0 ? 0 : Math.floorMod(a, b);
            case ATAN2, HYPOT ->
                    throw new IllegalArgumentException(op + " is not defined for integers");
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
            case ATAN2 -> Math.atan2(a, b);
            case FMOD -> a % b;
            case REMAINDER -> remainder(a, b);
            case HYPOT -> Math.hypot(a, b);
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
            // What is composed of other operations never comes here.
            default -> throw new IllegalArgumentException(op + " has no gradient kernel");
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

    /** Modulo 2⁶⁴, by squaring; with b below 0 without its fraction. */
    private static long power(long a, long b) {
        if (b < 0) {
            return a == 1 || (a == -1 && b % 2 == 0) ? 1 : a == -1 ? -1 : 0;
        }
        long power = 1;
        long square = a;
        for (long rest = b; rest != 0; rest >>= 1) {
            power *= (rest & 1) == 0 ? 1 : square;
            square *= square;
        }
        return power;
    }

    private static double remainder(double a, double b) {
        double rest = a % b;
        if (rest == 0) {
            return Math.copySign(rest, b);
        }
        return (rest < 0) == (b < 0) ? rest : rest + b;
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

    /** tanh(ln(1 + e)) = ((1 + e)² - 1) / ((1 + e)² + 1) with e = e^x, where nothing cancels. */
    private static double tanhOfSoftplus(double x) {
        double e = Math.exp(Math.min(x, 40));
        double n = e * (e + 2);
        return n / (n + 2);
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
        return (SpecialFunctions.erfc(t) - (slope == 0 ? 0 : lost * slope)) / 2;
    }
}
