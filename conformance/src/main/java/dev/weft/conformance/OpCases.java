package dev.weft.conformance;

import static dev.weft.conformance.Input.awayFromZero;
import static dev.weft.conformance.Input.distinct;
import static dev.weft.conformance.Input.given;
import static dev.weft.conformance.Input.indices;
import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.Input.uniform;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.Counting;
import dev.weft.DType;
import dev.weft.Losses;
import dev.weft.Reduction;
import dev.weft.Reductions;
import dev.weft.Sorting;
import dev.weft.Tensor;
import dev.weft.backend.Activation;
import dev.weft.backend.ReduceOp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Every operation of {@link Tensor}, with floating operands of every kind that it takes. */
final class OpCases {
    private OpCases() {}

    /** All on each floating type, and those on integers. */
    static Stream<OpCase> ofEveryType() {
        Stream<OpCase> floating =
                Arrays.stream(DType.values()).filter(DType::isFloating).flatMap(OpCases::all);
        return Stream.of(floating, conversions().stream(), IntegerCases.all().stream())
                .flatMap(Function.identity());
    }

    /** Gradients pass between floating types. */
    private static List<OpCase> conversions() {
        List<OpCase> cases = new ArrayList<>();
        List<DType> floating = Arrays.stream(DType.values()).filter(DType::isFloating).toList();
        for (DType from : floating) {
            for (DType to : floating) {
                Input x = normal(3, 4).as(from);
                cases.add(opCase(from + " to " + to, v -> v[0].square().to(to).mul(3), x));
            }
        }
        return cases;
    }

    /** On operands of a floating type. */
    static Stream<OpCase> all(DType dtype) {
        return Stream.of(
                        binary(),
                        comparisons(),
                        unary(),
                        FunctionCases.all(),
                        products(),
                        reductions(),
                        softmax(),
                        views(),
                        indexing(),
                        compositions(),
                        ShapeCases.all(),
                        EinsumCases.all(),
                        ConvolutionCases.all(),
                        StatisticsCases.all(),
                        NormalizationCases.all(),
                        AttentionCases.all(),
                        LossCases.all(),
                        PoolingCases.all(),
                        RecurrenceCases.all())
                .flatMap(List::stream)
                .map(c -> c.as(dtype));
    }

    static void broadcast(
            List<OpCase> cases, String name, BinaryOperator<Tensor> op, Input[]... operands) {
        for (Input[] pair : operands) {
            String shapes = pair[0].shape() + ", " + pair[1].shape();
            cases.add(opCase(name + " " + shapes, x -> op.apply(x[0], x[1]), pair[0], pair[1]));
        }
    }

    static Input[] pair(Input a, Input b) {
        return new Input[] {a, b};
    }

    private static List<OpCase> binary() {
        List<OpCase> cases = new ArrayList<>();
        Input[][] any = {
            pair(normal(3, 4), normal(3, 4)),
            pair(normal(3, 4), normal(4)),
            pair(normal(3, 1), normal(1, 4)),
            pair(normal(2, 1, 3), normal(5, 1)),
            pair(normal(), normal(2, 3)),
            pair(normal(2, 3), normal()),
            pair(normal(0, 3), normal(3)),
            pair(normal(1, 1), normal()),
        };
        broadcast(cases, "add", Tensor::add, any);
        broadcast(cases, "sub", Tensor::sub, any);
        broadcast(cases, "mul", Tensor::mul, any);
        broadcast(
                cases,
                "div",
                Tensor::div,
                pair(normal(3, 4), awayFromZero(3, 4)),
                pair(normal(3, 1), awayFromZero(1, 4)),
                pair(normal(), awayFromZero(2, 3)));
        broadcast(
                cases,
                "pow",
                Tensor::pow,
                pair(uniform(0.3, 3, 3, 4), normal(3, 4)),
                pair(uniform(0.3, 3, 3, 1), normal(4)),
                pair(uniform(0.3, 3), normal(2, 3)));
        Input even = given(new double[] {0, 2, 4, 6, 8, 10}, 2, 3);
        Input odd = given(new double[] {9, 1, 3}, 3);
        broadcast(cases, "min", Tensor::min, pair(even, odd), pair(odd, even));
        broadcast(cases, "max", Tensor::max, pair(even, odd), pair(odd, even));
        // At a tie the two one-sided slopes are 0 and 1: the central difference is the ½ of the
        // specification.
        Input tied = given(new double[] {0, 1, 4}, 3);
        broadcast(cases, "min with ties", Tensor::min, pair(even, tied), pair(tied, tied));
        broadcast(cases, "max with ties", Tensor::max, pair(even, tied), pair(tied, tied));
        return cases;
    }

    /** Comparisons, and the choice by them. */
    private static List<OpCase> comparisons() {
        List<OpCase> cases = new ArrayList<>();
        Input[] operands = {distinct(3, 4).constant(), distinct(4).constant()};
        broadcast(cases, "equal", Tensor::equal, operands);
        broadcast(cases, "not equal", Tensor::notEqual, operands);
        broadcast(cases, "less", Tensor::less, operands);
        broadcast(cases, "less or equal", Tensor::lessEqual, operands);
        broadcast(cases, "greater", Tensor::greater, operands);
        broadcast(cases, "greater or equal", Tensor::greaterEqual, operands);
        Input condition = Input.integers(DType.BOOL, 0, 1, 3, 1);
        for (Input[] pair :
                new Input[][] {
                    pair(normal(3, 4), normal(3, 4)),
                    pair(normal(4), normal(3, 4)),
                    pair(normal(2, 3, 4), normal())
                }) {
            cases.add(
                    opCase(
                            "where " + pair[0].shape() + ", " + pair[1].shape(),
                            x -> x[2].where(x[0], x[1]),
                            pair[0],
                            pair[1],
                            condition));
        }
        cases.add(
                opCase(
                        "where x is positive",
                        x -> x[0].greater(x[0].mul(0)).where(x[0].square(), x[0].mul(3)),
                        awayFromZero(3, 4)));
        return cases;
    }

    private static List<OpCase> unary() {
        List<OpCase> cases = new ArrayList<>();
        unary(cases, "add scalar", x -> x.add(1.5), normal(3, 5));
        unary(cases, "sub scalar", x -> x.sub(0.75), normal(3, 5));
        unary(cases, "mul scalar", x -> x.mul(-2.5), normal(3, 5));
        unary(cases, "div scalar", x -> x.div(-3), normal(3, 5));
        unary(cases, "pow scalar", x -> x.pow(2.5), uniform(0.2, 3, 3, 5));
        unary(cases, "pow integer", x -> x.pow(3), awayFromZero(3, 5));
        unary(cases, "neg", Tensor::neg, normal(3, 5));
        unary(cases, "abs", Tensor::abs, awayFromZero(3, 5));
        unary(cases, "exp", Tensor::exp, normal(3, 5));
        unary(cases, "log", Tensor::log, uniform(0.1, 5, 3, 5));
        unary(cases, "sqrt", Tensor::sqrt, uniform(0.1, 5, 3, 5));
        unary(cases, "square", Tensor::square, normal(3, 5));
        unary(cases, "relu", Tensor::relu, awayFromZero(3, 5));
        unary(cases, "leaky relu", x -> x.leakyRelu(0.125), awayFromZero(3, 5));
        unary(cases, "elu", x -> x.elu(1.5), awayFromZero(3, 5));
        unary(cases, "sigmoid", Tensor::sigmoid, normal(3, 5));
        unary(cases, "tanh", Tensor::tanh, normal(3, 5));
        unary(cases, "gelu", Tensor::gelu, uniform(-4, 4, 3, 5));
        unary(cases, "gelu tanh", Tensor::geluTanh, uniform(-4, 4, 3, 5));
        unary(cases, "silu", Tensor::silu, uniform(-6, 6, 3, 5));
        unary(cases, "softplus", Tensor::softplus, uniform(-6, 6, 3, 5));
        Input inside = given(new double[] {-3, -0.5, 0.25, 0.9, 1.5, 7}, 6);
        unary(cases, "clamp", x -> x.clamp(-1, 1), inside);
        return cases;
    }

    static void unary(List<OpCase> cases, String name, UnaryOperator<Tensor> op, Input input) {
        cases.add(opCase(name, x -> op.apply(x[0]), input));
        cases.add(
                opCase(
                        name + " of a transpose",
                        x -> op.apply(x[0].permute(reversed(x[0]))),
                        input));
    }

    private static int[] reversed(Tensor x) {
        int[] axes = new int[x.rank()];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = axes.length - 1 - i;
        }
        return axes;
    }

    private static List<OpCase> products() {
        List<OpCase> cases = new ArrayList<>();
        broadcast(
                cases,
                "matmul",
                Tensor::matmul,
                pair(normal(3, 4), normal(4, 5)),
                pair(normal(1, 4), normal(4, 1)),
                pair(normal(3, 0), normal(0, 2)),
                pair(normal(0, 3), normal(3, 2)),
                pair(normal(4), normal(4)),
                pair(normal(4), normal(4, 5)),
                pair(normal(3, 4), normal(4)),
                pair(normal(2, 3, 4), normal(2, 4, 5)),
                pair(normal(2, 3, 4), normal(4, 5)),
                pair(normal(3, 4), normal(2, 4, 5)),
                pair(normal(2, 1, 3, 4), normal(5, 4, 2)),
                pair(normal(2, 1, 3, 4), normal(1, 3, 4, 2)),
                pair(normal(1, 1, 3, 1), normal(3, 0, 1, 1, 3)),
                pair(normal(0, 1, 3, 2), normal(2, 2, 3)),
                pair(normal(2, 3, 4), normal(4)),
                pair(normal(4), normal(2, 4, 3)),
                pair(normal(1, 3, 4), normal(4, 2)));
        cases.add(
                opCase(
                        "matmul of transposes",
                        x -> x[0].transpose().matmul(x[1].transpose()),
                        normal(4, 3),
                        normal(5, 4)));
        cases.add(
                opCase(
                        "matmul of every second row and column",
                        x -> x[0].slice(0, 0, 5, 2).slice(1, 1, 8, 2).matmul(x[1]),
                        normal(5, 8),
                        normal(4, 3)));
        cases.add(
                opCase(
                        "matmul of permuted batches",
                        x -> x[0].permute(1, 0, 2, 3).matmul(x[1]),
                        normal(2, 3, 2, 4),
                        normal(3, 2, 4, 2)));
        cases.add(
                opCase(
                        "matmul of an expanded vector",
                        x -> x[0].expand(3, 4).matmul(x[1]),
                        normal(4),
                        normal(4, 2)));
        cases.add(opCase("matmul with itself", x -> x[0].matmul(x[0]), normal(3, 3)));
        for (Activation activation : Activation.values()) {
            cases.add(
                    opCase(
                            "linear " + activation,
                            x -> x[0].linear(x[1], x[2], activation),
                            normal(3, 4),
                            normal(5, 4),
                            normal(5)));
            cases.add(
                    opCase(
                            "linear without bias " + activation,
                            x -> x[0].linear(x[1], null, activation),
                            normal(3, 4),
                            normal(5, 4)));
        }
        cases.add(
                opCase(
                        "linear of transposes",
                        x -> x[0].transpose().linear(x[1].transpose(), x[2], Activation.TANH),
                        normal(4, 3),
                        normal(4, 5),
                        normal(5)));
        return cases;
    }

    private static List<OpCase> reductions() {
        List<OpCase> cases = new ArrayList<>();
        int[][] axes = {{}, {0}, {1}, {2}, {-1}, {0, 2}, {2, 1}, {0, 1, 2}};
        for (ReduceOp op : ReduceOp.values()) {
            for (int[] over : axes) {
                String name = op + " over " + Arrays.toString(over);
                cases.add(opCase(name, x -> x[0].reduce(op, false, over), distinct(3, 4, 2)));
            }
            cases.add(opCase(op + " keeps", x -> x[0].reduce(op, true, 0, 2), distinct(3, 4, 2)));
            cases.add(opCase(op + " of a scalar", x -> x[0].reduce(op, false), normal()));
            cases.add(opCase(op + " over one", x -> x[0].reduce(op, false, 1), normal(3, 1)));
            cases.add(
                    opCase(
                            op + " of a permutation",
                            x -> x[0].permute(2, 0, 1).reduce(op, false, 1),
                            distinct(3, 4, 2)));
            // Two equal extremes share the gradient, as the central difference does.
            Input tied = given(new double[] {5, 5, 1, 1, 2, 3, 7, 7, -4, 0, -4, 3}, 3, 4);
            cases.add(opCase(op + " with ties", x -> x[0].reduce(op, false, 1), tied));
        }
        cases.add(opCase("sum of nothing", x -> x[0].sum(1), normal(2, 0)));
        cases.add(opCase("argmax", x -> x[0].argmax(1), distinct(3, 4, 2).constant()));
        cases.add(opCase("argmin", x -> x[0].argmin(1), distinct(3, 4, 2).constant()));
        Input zeros = given(new double[] {2, 0, 3, 5, 0, 4, 0, 7, -1, 0.5, 3, 2}, 3, 4);
        cases.add(opCase("prod with zeros", x -> x[0].prod(1), zeros));
        for (boolean down : new boolean[] {false, true}) {
            String order = down ? " descending" : " ascending";
            Input x = distinct(3, 4, 2);
            cases.add(opCase("sort" + order, v -> v[0].sort(1, down).values(), x));
            cases.add(opCase("argsort" + order, v -> v[0].argsort(0, down), x.constant()));
            cases.add(opCase("topk" + order, v -> v[0].topk(2, 1, down).values(), x));
        }
        cases.add(opCase("median of even", x -> x[0].median(1), distinct(3, 4, 2)));
        cases.add(opCase("median of odd", x -> x[0].median(0), distinct(3, 4, 2)));
        for (Sorting.Interpolation how : Sorting.Interpolation.values()) {
            cases.add(
                    opCase(
                            "quantile " + how,
                            x -> Sorting.quantile(x[0], 0.4, 1, how),
                            distinct(3, 4, 2)));
        }
        for (int axis : new int[] {0, 1, -1}) {
            for (boolean reversed : new boolean[] {false, true}) {
                String which = " along " + axis + (reversed ? " reversed" : "");
                for (ReduceOp op : new ReduceOp[] {ReduceOp.SUM, ReduceOp.PROD}) {
                    cases.add(
                            opCase(
                                    "scan " + op + which,
                                    x -> Reductions.scan(op, x[0], axis, reversed),
                                    distinct(3, 4, 2)));
                }
                cases.add(
                        opCase(
                                "cumprod with zeros" + which,
                                x -> Reductions.scan(ReduceOp.PROD, x[0], axis, reversed),
                                zeros));
            }
        }
        cases.add(opCase("prod with zeros over all", x -> x[0].prod(), zeros));
        return cases;
    }

    private static List<OpCase> softmax() {
        List<OpCase> cases = new ArrayList<>();
        for (int axis : new int[] {0, 1, 2, -1}) {
            cases.add(opCase("softmax axis " + axis, x -> x[0].softmax(axis), normal(3, 4, 2)));
            cases.add(
                    opCase(
                            "log softmax axis " + axis,
                            x -> x[0].logSoftmax(axis),
                            normal(3, 4, 2)));
        }
        cases.add(opCase("softmax of one", x -> x[0].softmax(-1), normal(3, 1)));
        cases.add(opCase("softmax of nothing", x -> x[0].softmax(-1), normal(0, 4)));
        return cases;
    }

    private static List<OpCase> views() {
        List<OpCase> cases = new ArrayList<>();
        view(cases, "reshape", x -> x.reshape(2, -1), normal(3, 4));
        view(cases, "reshape to a scalar", x -> x.reshape(), normal(1, 1));
        view(cases, "reshape of a slice", x -> x.slice(0, 1, 3).reshape(8), normal(4, 4));
        view(cases, "transpose", Tensor::transpose, normal(2, 3, 4));
        view(cases, "transpose of axes", x -> x.transpose(0, 2), normal(2, 3, 4));
        view(cases, "permute", x -> x.permute(2, 0, 1), normal(2, 3, 4));
        view(cases, "slice", x -> x.slice(1, 1, 3), normal(3, 4));
        view(cases, "slice with step", x -> x.slice(1, 1, 7, 3), normal(2, 7));
        view(cases, "empty slice", x -> x.slice(0, 1, 1), normal(3, 4));
        view(cases, "expand", x -> x.expand(2, 3, 4), normal(3, 1));
        view(cases, "expand of a scalar", x -> x.expand(2, 2), normal());
        view(cases, "copy", Tensor::copy, normal(2, 3));
        view(cases, "contiguous", x -> x.transpose().contiguous(), normal(2, 3));
        view(
                cases,
                "permute, slice, contiguous, reshape",
                x -> x.permute(1, 0, 2).slice(0, 0, 3, 2).contiguous().reshape(4, -1),
                normal(2, 3, 4));
        return cases;
    }

    /** A view alone, and as an operand: gradients that come and go through strides. */
    private static void view(
            List<OpCase> cases, String name, UnaryOperator<Tensor> op, Input input) {
        cases.add(opCase(name, x -> op.apply(x[0]), input));
        cases.add(opCase(name + ", then tanh", x -> op.apply(x[0]).tanh(), input));
        cases.add(opCase(name + " of exp", x -> op.apply(x[0].exp()), input));
    }

    private static List<OpCase> indexing() {
        List<OpCase> cases = new ArrayList<>();
        for (int axis : new int[] {0, 1, -1}) {
            Input a = normal(2, 3);
            Input b = axis == 0 ? normal(4, 3) : normal(2, 5);
            cases.add(opCase("concat axis " + axis, x -> Tensor.concat(axis, x[0], x[1]), a, b));
        }
        cases.add(
                opCase(
                        "concat of one tensor twice, and an empty one",
                        x -> Tensor.concat(0, x[0], x[1], x[0].square()),
                        normal(2, 3),
                        normal(0, 3)));
        cases.add(opCase("concat of one", x -> Tensor.concat(0, x[0]), normal(2, 3)));
        cases.add(
                opCase(
                        "concat of transposes",
                        x -> Tensor.concat(1, x[0].transpose(), x[1]),
                        normal(2, 3),
                        normal(3, 1)));
        Input repeated = indices(3, 0, 3, 1, 3);
        cases.add(opCase("gather", x -> x[0].gather(x[1]), normal(4, 3), repeated));
        cases.add(opCase("gather of rank 1", x -> x[0].gather(x[1]), normal(4), repeated));
        cases.add(opCase("gather of rank 3", x -> x[0].gather(x[1]), normal(4, 2, 3), repeated));
        cases.add(opCase("gather of none", x -> x[0].gather(x[1]), normal(4, 3), indices()));
        cases.add(
                opCase(
                        "gather of a transpose",
                        x -> x[0].transpose().gather(x[1]),
                        normal(3, 4),
                        repeated));
        cases.add(opCase("index select", x -> x[0].indexSelect(1, x[1]), normal(2, 4), repeated));
        cases.add(
                opCase(
                        "index select of rank 3",
                        x -> x[0].indexSelect(1, x[1]),
                        normal(2, 4, 3),
                        repeated));
        Input mask = Input.integers(DType.BOOL, 0, 1, 3, 4);
        cases.add(opCase("masked select", x -> x[0].maskedSelect(x[1]), normal(3, 4), mask));
        Input row = Input.integers(DType.BOOL, 0, 1, 4);
        cases.add(
                opCase("masked select by a row", x -> x[0].maskedSelect(x[1]), normal(3, 4), row));
        cases.add(
                opCase(
                        "non-zero",
                        x -> x[0].nonZero(),
                        given(new double[] {0, 2, -1, 0}, 2, 2).constant()));
        Input some = given(new double[] {2, 0, 3, 2, -1, 3}, 2, 3).constant();
        cases.add(opCase("unique", x -> Counting.unique(x[0]).values(), some));
        cases.add(opCase("unique inverse", x -> Counting.unique(x[0]).inverse(), some));
        cases.add(opCase("unique counts", x -> Counting.unique(x[0]).counts(), some));
        cases.add(opCase("histogram", x -> Counting.histogram(x[0], 3, -1, 2), some));
        cases.add(opCase("pick", x -> x[0].pick(x[1]), normal(3, 4), indices(3, 0, 2)));
        Input places = Input.integers(DType.I32, 0, 2, 2, 5);
        Input rows = Input.integers(DType.I64, 0, 3, 6, 2);
        cases.add(opCase("take along 1", x -> x[0].takeAlong(1, x[1]), normal(4, 3), places));
        cases.add(opCase("take along 0", x -> x[0].takeAlong(0, x[1]), normal(4, 3), rows));
        cases.add(
                opCase(
                        "scatter add along 1",
                        x -> x[0].scatterAdd(1, x[2], x[1]),
                        normal(4, 3),
                        normal(2, 5),
                        places));
        cases.add(
                opCase(
                        "scatter along 1, several to one place",
                        x -> x[0].scatter(1, x[2], x[1]),
                        normal(4, 3),
                        normal(2, 5),
                        places));
        cases.add(
                opCase(
                        "scatter along 0 of a transpose",
                        x -> x[0].transpose().scatter(0, x[2], x[1]),
                        normal(3, 4),
                        normal(6, 2),
                        rows));
        cases.add(
                opCase(
                        "to I32 and back",
                        x -> x[0].to(DType.I32).to(x[0].dtype()),
                        normal(3).constant()));
        return cases;
    }

    /** What no single operation shows: operands that are used twice, and gradients that add up. */
    private static List<OpCase> compositions() {
        List<OpCase> cases = new ArrayList<>();
        cases.add(opCase("x times x", x -> x[0].mul(x[0]), normal(3)));
        cases.add(opCase("x plus x", x -> x[0].add(x[0].exp()).add(x[0]), normal(3)));
        cases.add(opCase("an unused operand", x -> x[0].exp(), normal(3), normal(2, 2)));
        cases.add(
                opCase(
                        "a branch that leads nowhere",
                        x -> {
                            x[0].exp().tanh();
                            return x[0].square();
                        },
                        normal(3)));
        cases.add(opCase("the operand itself", x -> x[0], normal(3)));
        cases.add(
                opCase(
                        "two layers",
                        x ->
                                x[0].linear(x[1], x[2], Activation.TANH)
                                        .linear(x[3], null, Activation.SIGMOID)
                                        .softmax(-1),
                        normal(3, 4),
                        normal(5, 4),
                        normal(5),
                        normal(2, 5)));
        cases.add(
                opCase(
                        "two layers on an empty batch",
                        x ->
                                Losses.crossEntropy(
                                        x[0].linear(x[1], x[2], Activation.RELU)
                                                .linear(x[3], x[4], Activation.IDENTITY),
                                        x[5],
                                        Reduction.SUM),
                        normal(0, 4),
                        normal(5, 4),
                        normal(5),
                        normal(3, 5),
                        normal(3),
                        indices()));
        return cases;
    }
}
