package dev.weft.conformance;

import static dev.weft.conformance.Input.indices;
import static dev.weft.conformance.Input.integers;
import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.DType;
import dev.weft.Tensor;
import dev.weft.backend.ReduceOp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Operations on integers of every type, and on truths: results wrap, and are exact. */
final class IntegerCases {
    private IntegerCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        for (DType dtype : DType.values()) {
            if (dtype.isInteger()) {
                elementwise(cases, dtype);
                others(cases, dtype);
            }
        }
        truths(cases);
        for (DType a : List.of(DType.U8, DType.I8)) {
            for (DType b : List.of(DType.U8, DType.I8)) {
                products(cases, a, b);
            }
        }
        return cases;
    }

    /** As far as a double has them. */
    private static Input full(DType dtype, long... dims) {
        long most = 1L << 50;
        return integers(
                dtype, Math.max(dtype.smallest(), -most), Math.min(dtype.largest(), most), dims);
    }

    /** Near 0, so that their powers stay within a double. */
    private static Input few(DType dtype) {
        return integers(dtype, Math.max(-3, dtype.smallest()), 3, 3, 4);
    }

    private static void elementwise(List<OpCase> cases, DType dtype) {
        Map<String, BinaryOperator<Tensor>> binary =
                Map.of(
                        "add", Tensor::add,
                        "sub", Tensor::sub,
                        "mul", Tensor::mul,
                        "min", Tensor::min,
                        "max", Tensor::max,
                        "equal", Tensor::equal,
                        "greater", Tensor::greater);
        binary.forEach(
                (name, op) -> {
                    String title = name + " " + dtype;
                    Input a = full(dtype, 3, 4);
                    cases.add(opCase(title, x -> op.apply(x[0], x[1]), a, full(dtype, 3, 4)));
                    Input row = full(dtype, 4);
                    cases.add(opCase(title + " broadcast", x -> op.apply(x[0], x[1]), a, row));
                    cases.add(opCase(title + " with itself", x -> op.apply(x[0], x[0]), a));
                });
        Input divisors = integers(dtype, 1, 100, 4);
        cases.add(opCase("div " + dtype, x -> x[0].div(x[1]), full(dtype, 3, 4), divisors));
        cases.add(opCase("fmod " + dtype, x -> x[0].fmod(x[1]), full(dtype, 3, 4), divisors));
        cases.add(
                opCase(
                        "remainder " + dtype,
                        x -> x[0].remainder(x[1]),
                        full(dtype, 3, 4),
                        divisors));
        Input exponents = integers(dtype, Math.max(-2, dtype.smallest()), 5, 4);
        cases.add(opCase("pow " + dtype, x -> x[0].pow(x[1]), few(dtype), exponents));
        cases.add(
                opCase("logical and " + dtype, x -> x[0].logicalAnd(x[1]), few(dtype), few(dtype)));
        cases.add(opCase("any " + dtype, x -> x[0].any(0), few(dtype)));
        Map<String, UnaryOperator<Tensor>> unary =
                Map.of(
                        "neg",
                        Tensor::neg,
                        "abs",
                        Tensor::abs,
                        "square",
                        Tensor::square,
                        "relu",
                        Tensor::relu,
                        "sign",
                        Tensor::sign,
                        "remainder scalar",
                        x -> x.remainder(7),
                        "add scalar",
                        x -> x.add(100),
                        "mul scalar",
                        x -> x.mul(101),
                        "div scalar",
                        x -> x.div(7),
                        "clamp",
                        x -> x.clamp(3, 90));
        unary.forEach(
                (name, op) ->
                        cases.add(
                                opCase(
                                        name + " " + dtype,
                                        x -> op.apply(x[0]),
                                        full(dtype, 3, 5))));
    }

    private static void others(List<OpCase> cases, DType dtype) {
        for (ReduceOp op : ReduceOp.values()) {
            if (op.supports(dtype)) {
                for (int[] axes : new int[][] {{}, {0}, {1}, {0, 2}}) {
                    String name = op + " " + dtype + " over " + Arrays.toString(axes);
                    Input input = full(dtype, 3, 4, 2);
                    cases.add(opCase(name, x -> x[0].reduce(op, false, axes), input));
                }
            }
            if (op == ReduceOp.MAX || op == ReduceOp.MIN) {
                String name = op + " " + dtype + " of nothing";
                cases.add(opCase(name, x -> x[0].reduce(op, false, 0), full(dtype, 0, 3)));
            }
        }
        cases.add(opCase("sort " + dtype, x -> x[0].sort(1, true).values(), full(dtype, 3, 9)));
        cases.add(opCase("argsort " + dtype, x -> x[0].argsort(0, false), full(dtype, 9, 2)));
        cases.add(opCase("cumsum " + dtype, x -> x[0].cumsum(1), full(dtype, 3, 4, 2)));
        cases.add(opCase("cumprod " + dtype, x -> x[0].cumprod(1), integers(dtype, 0, 3, 3, 4)));
        cases.add(opCase("argmin " + dtype, x -> x[0].argmin(1), full(dtype, 3, 4, 2)));
        cases.add(opCase("argmax " + dtype, x -> x[0].argmax(1), full(dtype, 3, 4, 2)));
        Input few = integers(dtype, 0, 3, 5);
        cases.add(opCase("gather by " + dtype, x -> x[0].gather(x[1]), normal(4, 3), few));
        Input along = integers(dtype, 0, 3, 4, 5);
        cases.add(opCase("take by " + dtype, x -> x[0].takeAlong(1, x[1]), normal(5, 4), along));
        cases.add(
                opCase(
                        "scatter add " + dtype,
                        x -> x[0].scatterAdd(1, x[2], x[1]),
                        full(dtype, 5, 4),
                        full(dtype, 4, 5),
                        along));
        cases.add(opCase("pick by " + dtype, x -> x[0].pick(x[1]), normal(5, 4), few));
    }

    private static void truths(List<OpCase> cases) {
        for (DType dtype : DType.values()) {
            Input a = dtype.isFloating() ? normal(3, 4).as(dtype).constant() : full(dtype, 3, 4);
            Input b = dtype.isFloating() ? normal(4).as(dtype).constant() : full(dtype, 4);
            Input condition = integers(DType.BOOL, 0, 1, 3, 1);
            cases.add(opCase("where " + dtype, x -> x[0].where(x[1], x[2]), condition, a, b));
            cases.add(
                    opCase("concat " + dtype, x -> Tensor.concat(0, x[0], x[0].slice(0, 1, 3)), a));
            cases.add(opCase("gather " + dtype, x -> x[0].gather(x[1]), a, indices(2, 0, 2, 1)));
            cases.add(opCase("contiguous " + dtype, x -> x[0].transpose().contiguous(), a));
            cases.add(opCase("copy of expanded " + dtype, x -> x[0].expand(2, 3, 4).copy(), a));
        }
    }

    /** In parts of which F32 would hold each sum, and longer. */
    private static void products(List<OpCase> cases, DType a, DType b) {
        String types = a + " by " + b;
        for (int depth : new int[] {0, 1, 7, 256, 257, 1000}) {
            cases.add(
                    opCase(
                            "matmul " + types + " of depth " + depth,
                            x -> x[0].matmul(x[1]),
                            full(a, 3, depth),
                            full(b, depth, 5)));
        }
        cases.add(
                opCase(
                        "matmul " + types + " batched",
                        x -> x[0].matmul(x[1].transpose()),
                        full(a, 2, 3, 4),
                        full(b, 5, 4)));
        cases.add(
                opCase(
                        "matmul " + types + " of vectors",
                        x -> x[0].matmul(x[1]),
                        full(a, 300),
                        full(b, 300)));
    }
}
