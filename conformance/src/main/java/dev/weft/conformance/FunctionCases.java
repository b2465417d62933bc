package dev.weft.conformance;

import static dev.weft.conformance.Input.awayFromZero;
import static dev.weft.conformance.Input.given;
import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.Input.uniform;
import static dev.weft.conformance.OpCase.opCase;
import static dev.weft.conformance.OpCases.broadcast;
import static dev.weft.conformance.OpCases.pair;
import static dev.weft.conformance.OpCases.unary;

import dev.weft.Activations;
import dev.weft.DType;
import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Elementary and special functions, activations and truths, of floating operands; where a function
 * jumps or has a kink, beside that.
 */
final class FunctionCases {
    private FunctionCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        elementary(cases);
        steps(cases);
        activations(cases);
        composites(cases);
        pairs(cases);
        truths(cases);
        return cases;
    }

    private static void elementary(List<OpCase> cases) {
        unary(cases, "sin", Tensor::sin, uniform(-9, 9, 3, 5));
        unary(cases, "cos", Tensor::cos, uniform(-9, 9, 3, 5));
        unary(cases, "tan", Tensor::tan, uniform(-1.2, 1.2, 3, 5));
        unary(cases, "asin", Tensor::asin, uniform(-0.9, 0.9, 3, 5));
        unary(cases, "acos", Tensor::acos, uniform(-0.9, 0.9, 3, 5));
        unary(cases, "atan", Tensor::atan, uniform(-5, 5, 3, 5));
        unary(cases, "sinh", Tensor::sinh, normal(3, 5));
        unary(cases, "cosh", Tensor::cosh, normal(3, 5));
        unary(cases, "asinh", Tensor::asinh, uniform(-5, 5, 3, 5));
        unary(cases, "acosh", Tensor::acosh, uniform(1.2, 5, 3, 5));
        unary(cases, "atanh", Tensor::atanh, uniform(-0.9, 0.9, 3, 5));
        unary(cases, "expm1", Tensor::expm1, normal(3, 5));
        unary(cases, "log1p", Tensor::log1p, uniform(-0.8, 5, 3, 5));
        unary(cases, "log2", Tensor::log2, uniform(0.1, 5, 3, 5));
        unary(cases, "log10", Tensor::log10, uniform(0.1, 5, 3, 5));
        unary(cases, "exp2", Tensor::exp2, normal(3, 5));
        unary(cases, "rsqrt", Tensor::rsqrt, uniform(0.2, 5, 3, 5));
        unary(cases, "reciprocal", Tensor::reciprocal, awayFromZero(3, 5));
        unary(cases, "erf", Tensor::erf, normal(3, 5));
        unary(cases, "erfc", Tensor::erfc, normal(3, 5));
    }

    private static void steps(List<OpCase> cases) {
        Input fractions = given(new double[] {-2.75, -1.25, -0.25, 0.375, 1.75, 7.25}, 6);
        unary(cases, "floor", Tensor::floor, fractions);
        unary(cases, "ceil", Tensor::ceil, fractions);
        unary(cases, "round", Tensor::round, fractions);
        unary(cases, "trunc", Tensor::trunc, fractions);
        unary(cases, "sign", Tensor::sign, fractions);
        unary(cases, "a step of a function", x -> x.exp().floor().mul(x), fractions);
    }

    private static void activations(List<OpCase> cases) {
        Input beside3 = given(new double[] {-7, -3.5, -2.5, -0.5, 0.5, 2.5, 3.5, 7}, 8);
        unary(cases, "hard sigmoid", Tensor::hardSigmoid, beside3);
        unary(cases, "hard swish", Tensor::hardSwish, beside3);
        unary(cases, "mish", Tensor::mish, uniform(-6, 6, 3, 5));
        unary(cases, "selu", Tensor::selu, awayFromZero(3, 5));
        unary(cases, "celu", x -> x.celu(1.5), awayFromZero(3, 5));
        unary(cases, "softsign", Tensor::softsign, awayFromZero(3, 5));
        unary(cases, "log sigmoid", Tensor::logSigmoid, uniform(-6, 6, 3, 5));
    }

    private static void composites(List<OpCase> cases) {
        Input wide = given(new double[] {-7, -0.75, -0.25, 0.25, 0.75, 7}, 6);
        unary(cases, "relu6", Activations::relu6, wide);
        unary(cases, "hardtanh", x -> Activations.hardtanh(x, -0.5, 2), wide);
        unary(cases, "hardshrink", x -> Activations.hardshrink(x, 0.5), wide);
        unary(cases, "softshrink", x -> Activations.softshrink(x, 0.5), wide);
        unary(cases, "tanhshrink", Activations::tanhshrink, normal(3, 5));
        unary(cases, "threshold", x -> Activations.threshold(x, 0.5, -2), wide);
        unary(cases, "quick gelu", Activations::quickGelu, normal(3, 5));
        unary(cases, "glu", x -> Activations.glu(x, 0), normal(4, 4));
        unary(cases, "glu of the last axis", x -> Activations.glu(x, -1), normal(6, 2));
        broadcast(
                cases,
                "prelu",
                Activations::prelu,
                pair(awayFromZero(2, 3, 4), normal(3, 1)),
                pair(awayFromZero(3, 4), normal()));
    }

    private static void pairs(List<OpCase> cases) {
        Input[][] points = {
            pair(awayFromZero(3, 4), awayFromZero(3, 4)),
            pair(awayFromZero(3, 1), awayFromZero(4)),
            pair(awayFromZero(), awayFromZero(2, 3))
        };
        broadcast(cases, "atan2", Tensor::atan2, points);
        broadcast(cases, "hypot", Tensor::hypot, points);
        Input dividends = given(new double[] {7.25, -7.25, 5, -4.5, 2.25, 0.5}, 2, 3);
        Input divisors = given(new double[] {2.5, -1.75, 3}, 3);
        broadcast(cases, "fmod", Tensor::fmod, pair(dividends, divisors));
        broadcast(cases, "remainder", Tensor::remainder, pair(dividends, divisors));
        unary(cases, "fmod scalar", x -> x.fmod(-2.75), dividends);
        unary(cases, "remainder scalar", x -> x.remainder(-2.75), dividends);
        unary(cases, "hypot scalar", x -> x.hypot(2), normal(3, 5));
    }

    private static void truths(List<OpCase> cases) {
        double infinity = Double.POSITIVE_INFINITY;
        double[] values = {0, -0.0, 1, -2.5, Double.NaN, infinity, -infinity, 0};
        Input x = given(values, 4, 2).constant();
        Input y = given(new double[] {0, 3}, 2).constant();
        Input truth = Input.integers(DType.BOOL, 0, 1, 4, 1);
        cases.add(opCase("is NaN", v -> v[0].isNan(), x));
        cases.add(opCase("is infinite", v -> v[0].isInf(), x));
        cases.add(opCase("is finite", v -> v[0].isFinite(), x));
        cases.add(opCase("logical not", v -> v[0].logicalNot(), x));
        for (Input other : List.of(y, truth)) {
            String of = " " + other.dtype();
            cases.add(opCase("logical and" + of, v -> v[0].logicalAnd(v[1]), x, other));
            cases.add(opCase("logical or" + of, v -> v[0].logicalOr(v[1]), x, other));
            cases.add(opCase("logical xor" + of, v -> v[0].logicalXor(v[1]), x, other));
        }
        for (int[] axes : new int[][] {{}, {0}, {1}, {-1, 0}}) {
            String over = " over " + axes.length + " axes" + (axes.length > 0 ? axes[0] : "");
            cases.add(opCase("any" + over, v -> v[0].any(axes), x));
            cases.add(opCase("all" + over, v -> v[0].all(axes), x));
        }
        Input none = normal(0, 3).constant();
        cases.add(opCase("any of nothing", v -> v[0].any(0), none));
        cases.add(opCase("all of nothing", v -> v[0].all(0), none));
    }
}
