package dev.weft.conformance;

import dev.weft.Activations;
import dev.weft.DType;
import dev.weft.Reductions;
import dev.weft.Shape;
import dev.weft.Sorted;
import dev.weft.Statistics;
import dev.weft.Tensor;
import dev.weft.backend.ReduceOp;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** ONNX's operators by operations on tensors. onnx/onnx v1.22.0, docs/Operators.md. */
final class OnnxOperators {
    private static final Map<String, Operator> OPERATORS = new HashMap<>();

    private OnnxOperators() {}

    /** Computes a node's outputs. */
    interface Operator {
        List<Tensor> run(OnnxNode node);
    }

    static {
        elementwise();
        activations();
        products();
        reductions();
        optimizers();
        OnnxChoices.addTo(OPERATORS);
        OnnxConversions.addTo(OPERATORS);
        OnnxConvolutions.addTo(OPERATORS);
        OnnxLayouts.addTo(OPERATORS);
        OnnxNormalizations.addTo(OPERATORS);
        OPERATORS.put("Attention", OnnxAttention::run);
        OnnxLosses.addTo(OPERATORS);
        OnnxPooling.addTo(OPERATORS);
    }

    static List<Tensor> run(String operator, OnnxNode node) {
        Operator found = OPERATORS.get(operator);
        if (found == null) {
            throw new UnsupportedCase("unknown operator");
        }
        return found.run(node);
    }

    private static void one(String name, Function<OnnxNode, Tensor> operator) {
        OPERATORS.put(name, node -> List.of(operator.apply(node)));
    }

    private static void unary(String name, UnaryOperator<Tensor> operator) {
        one(name, node -> operator.apply(node.x(0)));
    }

    private static void binary(String name, BinaryOperator<Tensor> operator) {
        one(name, node -> operator.apply(node.x(0), node.x(1)));
    }

    private static void variadic(String name, BinaryOperator<Tensor> operator) {
        one(name, node -> Arrays.stream(node.all()).reduce(operator).orElseThrow());
    }

    private static void elementwise() {
        binary("Add", Tensor::add);
        binary("Sub", Tensor::sub);
        binary("Mul", Tensor::mul);
        binary("Div", Tensor::div);
        binary(
                "Pow",
                (a, b) ->
                        a.dtype().isFloating() || !b.dtype().isFloating()
                                ? a.pow(b.to(a.dtype()))
                                : a.to(DType.F64).pow(b.to(DType.F64)).to(a.dtype()));
        variadic("Sum", Tensor::add);
        variadic("Max", Tensor::max);
        variadic("Min", Tensor::min);
        one(
                "Mean",
                node ->
                        Arrays.stream(node.all())
                                .reduce(Tensor::add)
                                .orElseThrow()
                                .div(node.inputs()));
        unary("Neg", Tensor::neg);
        unary("Abs", Tensor::abs);
        unary("Exp", Tensor::exp);
        unary("Log", Tensor::log);
        unary("Sqrt", Tensor::sqrt);
        unary("Reciprocal", Tensor::reciprocal);
        unary("Sin", Tensor::sin);
        unary("Cos", Tensor::cos);
        unary("Tan", Tensor::tan);
        unary("Asin", Tensor::asin);
        unary("Acos", Tensor::acos);
        unary("Atan", Tensor::atan);
        unary("Sinh", Tensor::sinh);
        unary("Cosh", Tensor::cosh);
        unary("Asinh", Tensor::asinh);
        unary("Acosh", Tensor::acosh);
        unary("Atanh", Tensor::atanh);
        unary("Erf", Tensor::erf);
        unary("Floor", Tensor::floor);
        unary("Ceil", Tensor::ceil);
        unary("Round", Tensor::round);
        unary("Sign", Tensor::sign);
        one(
                "Mod",
                node ->
                        node.integer("fmod", 0) == 1
                                ? node.x(0).fmod(node.x(1))
                                : node.x(0).remainder(node.x(1)));
        one(
                "Clip",
                node -> {
                    Tensor x = node.x(0);
                    Tensor above = node.has(1) ? x.max(node.x(1)) : x;
                    return node.has(2) ? above.min(node.x(2)) : above;
                });
    }

    private static void activations() {
        unary("Relu", Tensor::relu);
        one("LeakyRelu", node -> node.x(0).leakyRelu(node.real("alpha", 0.01)));
        one("Elu", node -> node.x(0).elu(node.real("alpha", 1)));
        one("Celu", node -> node.x(0).celu(node.real("alpha", 1)));
        one(
                "Selu",
                node ->
                        node.x(0)
                                .elu(node.real("alpha", 1.6732631921768188))
                                .mul(node.real("gamma", 1.0507010221481323)));
        one(
                "HardSigmoid",
                node ->
                        node.x(0)
                                .mul(node.real("alpha", 0.2))
                                .add(node.real("beta", 0.5))
                                .clamp(0, 1));
        one("PRelu", node -> Activations.prelu(node.x(0), node.x(1)));
        one("ThresholdedRelu", node -> Activations.threshold(node.x(0), node.real("alpha", 1), 0));
        one("Shrink", OnnxOperators::shrink);
        unary("HardSwish", Tensor::hardSwish);
        unary("Mish", Tensor::mish);
        unary("Sigmoid", Tensor::sigmoid);
        unary("Tanh", Tensor::tanh);
        unary("Softplus", Tensor::softplus);
        unary("Softsign", Tensor::softsign);
        one(
                "Gelu",
                node ->
                        node.text("approximate", "none").equals("tanh")
                                ? node.x(0).geluTanh()
                                : node.x(0).gelu());
        one("Softmax", node -> node.x(0).softmax(softmaxAxis(node)));
        one("LogSoftmax", node -> node.x(0).logSoftmax(softmaxAxis(node)));
    }

    /** x - bias sign(x) where |x| > lambd, otherwise 0. */
    private static Tensor shrink(OnnxNode node) {
        Tensor x = node.x(0);
        Tensor nearer = x.sub(x.sign().mul(node.real("bias", 0)));
        Tensor far = x.abs().greater(OnnxChoices.number(x, node.real("lambd", 0.5)));
        return far.where(nearer, OnnxChoices.number(x, 0));
    }

    private static int softmaxAxis(OnnxNode node) {
        if (node.opset() < 13) {
            throw new UnsupportedCase("softmax over flattened axes");
        }
        return (int) node.integer("axis", -1);
    }

    private static void products() {
        binary("MatMul", Tensor::matmul);
        one(
                "Gemm",
                node -> {
                    Tensor a = node.integer("transA", 0) == 0 ? node.x(0) : node.x(0).transpose();
                    Tensor b = node.integer("transB", 0) == 0 ? node.x(1) : node.x(1).transpose();
                    Tensor product = a.matmul(b).mul(node.real("alpha", 1));
                    return node.has(2) ? product.add(node.x(2).mul(node.real("beta", 1))) : product;
                });
    }

    private static void reductions() {
        one("ReduceSum", node -> reduce(node, ReduceOp.SUM, node.x(0)));
        one("ReduceMean", node -> reduce(node, ReduceOp.MEAN, node.x(0)));
        one("ReduceMax", node -> reduce(node, ReduceOp.MAX, node.x(0)));
        one("ReduceMin", node -> reduce(node, ReduceOp.MIN, node.x(0)));
        one("ReduceL1", node -> reduce(node, ReduceOp.SUM, node.x(0).abs()));
        one("ReduceL2", node -> reduce(node, ReduceOp.SUM, node.x(0).square()).sqrt());
        one("ReduceSumSquare", node -> reduce(node, ReduceOp.SUM, node.x(0).square()));
        one("ReduceLogSum", node -> reduce(node, ReduceOp.SUM, node.x(0)).log());
        one("ReduceLogSumExp", OnnxOperators::logsumexp);
        one("ArgMax", node -> argReduce(node, Tensor::argmax));
        OPERATORS.put("TopK", OnnxOperators::topk);
        one("CumSum", OnnxOperators::cumsum);
        one("ArgMin", node -> argReduce(node, Tensor::argmin));
    }

    private static Tensor reduce(OnnxNode node, ReduceOp op, Tensor x) {
        int[] axes = node.axes(1);
        boolean keep = node.integer("keepdims", 1) == 1;
        if (axes.length == 0 && node.integer("noop_with_empty_axes", 0) == 1) {
            return x;
        }
        return x.dtype() == DType.BOOL
                ? x.to(DType.I32).reduce(op, keep, axes).to(DType.BOOL)
                : x.reduce(op, keep, axes);
    }

    private static Tensor logsumexp(OnnxNode node) {
        int[] axes = node.axes(1);
        if (axes.length == 0 && node.integer("noop_with_empty_axes", 0) == 1) {
            return node.x(0);
        }
        return Statistics.logsumexp(node.x(0), node.integer("keepdims", 1) == 1, axes);
    }

    private static List<Tensor> topk(OnnxNode node) {
        int axis = (int) node.integer("axis", -1);
        boolean largest = node.integer("largest", 1) == 1;
        node.integer("sorted", 1); // in order is right either way
        Sorted first = node.x(0).topk(node.numbers(1)[0], axis, largest);
        return List.of(first.values(), first.indices().to(DType.I64));
    }

    /** Exclusive sums are those up to the element before. */
    private static Tensor cumsum(OnnxNode node) {
        Tensor x = node.x(0);
        int axis = (int) node.numbers(1)[0];
        boolean reversed = node.integer("reverse", 0) == 1;
        Tensor sums = Reductions.scan(ReduceOp.SUM, x, axis, reversed);
        return node.integer("exclusive", 0) == 1 ? sums.sub(x) : sums;
    }

    /** The last of equals is the first in the reverse order, which a gather of rows makes. */
    private static Tensor argReduce(OnnxNode node, BiFunction<Tensor, Integer, Tensor> function) {
        Tensor x = node.x(0);
        int axis = (int) node.integer("axis", 0);
        Tensor index;
        if (node.integer("select_last_index", 0) == 0) {
            index = function.apply(x, axis);
        } else {
            int n = (int) x.dim(axis);
            long[] backwards = new long[n];
            Arrays.setAll(backwards, i -> n - 1 - i);
            Tensor reversed = x.transpose(0, axis).gather(node.integers(backwards));
            index = function.apply(reversed.transpose(0, axis), axis).neg().add(n - 1);
        }
        index = index.to(DType.I64);
        boolean keep = node.integer("keepdims", 1) == 1;
        Shape kept = x.shape().with(axis, 1);
        return keep ? index.contiguous().reshape(kept.toArray()) : index;
    }

    private static void optimizers() {
        OPERATORS.put("Momentum", OnnxOperators::momentum);
        OPERATORS.put("Adagrad", OnnxOperators::adagrad);
        OPERATORS.put("Adam", OnnxOperators::adam);
    }

    private static Tensor regularised(OnnxNode node, Tensor x, Tensor g) {
        return x.mul(node.real("norm_coefficient", 0)).add(g);
    }

    private static List<Tensor> momentum(OnnxNode node) {
        int n = (node.inputs() - 2) / 3;
        Tensor rate = node.x(0);
        double alpha = node.real("alpha", 0);
        double later = node.real("beta", 0);
        double beta = node.number(1) > 0 ? later : 1;
        boolean nesterov = node.text("mode", "standard").equals("nesterov");
        Tensor[] out = new Tensor[2 * n];
        for (int i = 0; i < n; i++) {
            Tensor x = node.x(2 + i);
            Tensor g = regularised(node, x, node.x(2 + n + i));
            Tensor v = node.x(2 + 2 * n + i).mul(alpha).add(g.mul(beta));
            Tensor step = nesterov ? g.add(v.mul(alpha)) : v;
            out[i] = x.sub(rate.mul(step));
            out[n + i] = v;
        }
        return List.of(out);
    }

    private static List<Tensor> adagrad(OnnxNode node) {
        int n = (node.inputs() - 2) / 3;
        Tensor rate = node.x(0).div(1 + node.number(1) * node.real("decay_factor", 0));
        Tensor[] out = new Tensor[2 * n];
        for (int i = 0; i < n; i++) {
            Tensor x = node.x(2 + i);
            Tensor g = regularised(node, x, node.x(2 + n + i));
            Tensor h = node.x(2 + 2 * n + i).add(g.square());
            out[i] = x.sub(rate.mul(g).div(h.sqrt().add(node.real("epsilon", 0))));
            out[n + i] = h;
        }
        return List.of(out);
    }

    private static List<Tensor> adam(OnnxNode node) {
        int n = (node.inputs() - 2) / 4;
        double alpha = node.real("alpha", 0.9);
        double beta = node.real("beta", 0.999);
        double t = node.number(1);
        double correction = t > 0 ? Math.sqrt(1 - Math.pow(beta, t)) / (1 - Math.pow(alpha, t)) : 1;
        Tensor rate = node.x(0).mul(correction);
        Tensor[] out = new Tensor[3 * n];
        for (int i = 0; i < n; i++) {
            Tensor x = node.x(2 + i);
            Tensor g = regularised(node, x, node.x(2 + n + i));
            Tensor v = node.x(2 + 2 * n + i).mul(alpha).add(g.mul(1 - alpha));
            Tensor h = node.x(2 + 3 * n + i).mul(beta).add(g.square().mul(1 - beta));
            Tensor step = rate.mul(v).div(h.sqrt().add(node.real("epsilon", 0)));
            out[i] = x.sub(step).mul(1 - node.real("norm_coefficient_post", 0));
            out[n + i] = v;
            out[2 * n + i] = h;
        }
        return List.of(out);
    }
}
