package dev.weft.benchmarks.task;

import dev.weft.DType;
import dev.weft.backend.Encoding;

import java.util.Locale;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** y = f(a), or f(a, b), for each of many elements. */
public record Operation(DType dtype, Function function, int elements) implements Task {
    private static final int SEED = 42;

    /** The elementary functions, by the names of {@code UnaryOp} and {@code BinaryOp}. */
    public enum Function {
        SIN(Math::sin, Domain.ALL),
        COS(Math::cos, Domain.ALL),
        TAN(Math::tan, Domain.ALL),
        ASIN(Math::asin, Domain.UNIT),
        ACOS(Math::acos, Domain.UNIT),
        ATAN(Math::atan, Domain.ALL),
        SINH(Math::sinh, Domain.ALL),
        COSH(Math::cosh, Domain.ALL),
        ASINH(x -> Math.copySign(Math.log(Math.abs(x) + Math.sqrt(x * x + 1)), x), Domain.ALL),
        ACOSH(x -> Math.log(x + Math.sqrt((x - 1) * (x + 1))), Domain.FROM_ONE),
        ATANH(x -> (Math.log1p(x) - Math.log1p(-x)) / 2, Domain.UNIT),
        EXPM1(Math::expm1, Domain.ALL),
        LOG1P(Math::log1p, Domain.POSITIVE),
        LOG2(x -> Math.log(x) / Math.log(2), Domain.POSITIVE),
        LOG10(Math::log10, Domain.POSITIVE),
        EXP2(x -> Math.pow(2, x), Domain.ALL),
        RSQRT(x -> 1 / Math.sqrt(x), Domain.FROM_ONE),
        RECIPROCAL(x -> 1 / x, Domain.FROM_ONE),
        ERF(Erf::of, Domain.ALL),
        ERFC(x -> 1 - Erf.of(x), Domain.ALL),
        FLOOR(Math::floor, Domain.ALL),
        CEIL(Math::ceil, Domain.ALL),
        ROUND(Math::rint, Domain.ALL),
        TRUNC(x -> x < 0 ? Math.ceil(x) : Math.floor(x), Domain.ALL),
        SIGN(Math::signum, Domain.ALL),
        HARD_SIGMOID(x -> Math.clamp(x / 6 + 0.5, 0, 1), Domain.ALL),
        HARD_SWISH(x -> x * Math.clamp(x / 6 + 0.5, 0, 1), Domain.ALL),
        MISH(x -> x * Math.tanh(Math.log1p(Math.exp(x))), Domain.ALL),
        CELU(x -> x >= 0 ? x : Math.expm1(x), Domain.ALL),
        LOG_SIGMOID(x -> -Math.log1p(Math.exp(-x)), Domain.ALL),
        ATAN2(Math::atan2),
        FMOD((a, b) -> a % b),
        REMAINDER(
                (a, b) -> {
                    double rest = a % b;
                    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
                }),
        HYPOT(Math::hypot);

        @SuppressWarnings("ImmutableEnumChecker") // a pure function
        private final DoubleBinaryOperator truth;

        private final Domain domain;
        private final boolean binary;

        Function(DoubleUnaryOperator truth, Domain domain) {
            this.truth = (a, b) -> truth.applyAsDouble(a);
            this.domain = domain;
            binary = false;
        }

        Function(DoubleBinaryOperator truth) {
            this.truth = truth;
            domain = Domain.ALL;
            binary = true;
        }

        /** Whether it has two operands. */
        public boolean isBinary() {
            return binary;
        }
    }

    /** Where a function's operand is drawn. */
    private enum Domain {
        ALL,
        UNIT,
        POSITIVE,
        FROM_ONE;

        double of(double x) {
            return switch (this) {
                case ALL -> x;
                case UNIT -> x / (1 + Math.abs(x));
                case POSITIVE -> Math.max(Math.abs(x), Float.MIN_NORMAL);
                case FROM_ONE -> 1 + Math.abs(x);
            };
        }
    }

    @Override
    public String suite() {
        return "ops";
    }

    @Override
    public String family() {
        return Task.named("elementary functions, 1 M", dtype);
    }

    @Override
    public String what() {
        String title = function.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return Task.named("op %s, %d elements".formatted(title, elements), dtype);
    }

    @Override
    public double size() {
        return Double.NaN;
    }

    @Override
    public double flops() {
        return 0;
    }

    @Override
    public double bytes() {
        return (function.isBinary() ? 3.0 : 2.0) * dtype.bytes() * elements;
    }

    /** Normal numbers, brought to where the function is defined. */
    public double[] a() {
        double[] a = Draws.normal(dtype, SEED, elements);
        for (int i = 0; i < elements; i++) {
            a[i] = Encoding.rounded(dtype, function.domain.of(a[i]));
        }
        return a;
    }

    /** Normal numbers. */
    public double[] b() {
        return Draws.normal(dtype, SEED + 1, elements);
    }

    @Override
    public void check(String library, double[] y) {
        Check check = new Check(library, this);
        check.length(y, elements);
        double[] a = a();
        double[] b = b();
        for (int i = 0; i < elements; i++) {
            check.element(i, y[i], function.truth.applyAsDouble(a[i], b[i]));
        }
    }
}
