package dev.weft.onnx.operator;

import dev.weft.Activations;
import dev.weft.DType;
import dev.weft.Tensor;

import java.util.Arrays;
import java.util.function.BiFunction;

/** ONNX's activations. */
final class ActivationOperators {
    private ActivationOperators() {}

    static void addTo(OperatorTable operators) {
        operators.unary("Relu", Tensor::relu);
        operators.one("LeakyRelu", node -> node.x(0).leakyRelu(node.real("alpha", 0.01)));
        operators.one("Elu", node -> node.x(0).elu(node.real("alpha", 1)));
        operators.one("Celu", node -> node.x(0).celu(node.real("alpha", 1)));
        operators.one(
                "Selu",
                node ->
                        node.x(0)
                                .elu(node.real("alpha", 1.6732631921768188))
                                .mul(node.real("gamma", 1.0507010221481323)));
        operators.one(
                "HardSigmoid",
                node ->
                        node.x(0)
                                .mul(node.real("alpha", 0.2))
                                .add(node.real("beta", 0.5))
                                .clamp(0, 1));
        operators.one("PRelu", node -> Activations.prelu(node.x(0), node.x(1)));
        operators.one(
                "ThresholdedRelu",
                node -> Activations.threshold(node.x(0), node.real("alpha", 1), 0));
        operators.one("Shrink", ActivationOperators::shrink);
        operators.unary("HardSwish", Tensor::hardSwish);
        operators.unary("Mish", Tensor::mish);
        operators.unary("Sigmoid", Tensor::sigmoid);
        operators.unary("Tanh", Tensor::tanh);
        operators.unary("Softplus", Tensor::softplus);
        operators.unary("Softsign", Tensor::softsign);
        operators.one(
                "Gelu",
                node ->
                        node.text("approximate", "none").equals("tanh")
                                ? node.x(0).geluTanh()
                                : node.x(0).gelu());
        operators.one("Softmax", node -> softmax(node, Tensor::softmax));
        operators.one("LogSoftmax", node -> softmax(node, Tensor::logSoftmax));
        operators.one("Hardmax", node -> softmax(node, ActivationOperators::hardmax));
    }

    /** x - bias sign(x) where |x| > lambd, otherwise 0. */
    private static Tensor shrink(NodeCall node) {
        Tensor x = node.x(0);
        Tensor nearer = x.sub(x.sign().mul(node.real("bias", 0)));
        Tensor far = x.abs().greater(ChoiceOperators.number(x, node.real("lambd", 0.5)));
        return far.where(nearer, ChoiceOperators.number(x, 0));
    }

    /** 1 where the largest is, the first of equals; otherwise 0. */
    private static Tensor hardmax(Tensor x, int axis) {
        int along = x.shape().axis("axis", axis);
        Tensor first = x.argmax(along).to(DType.I64).unsqueeze(along);
        long[] dims = new long[x.rank()];
        Arrays.fill(dims, 1);
        dims[along] = x.dim(along);
        Tensor places = x.device().arange(DType.I64, (double) x.dim(along)).reshape(dims);
        return first.equal(places).to(x.dtype());
    }

    /** Before version 13, over all axes from one on, which is the second unless said otherwise. */
    private static Tensor softmax(NodeCall node, BiFunction<Tensor, Integer, Tensor> function) {
        Tensor x = node.x(0);
        if (node.opset() >= 13) {
            return function.apply(x, (int) node.integer("axis", -1));
        }
        int axis = (int) node.integer("axis", 1);
        if (axis == x.rank() - 1 || axis == -1) {
            return function.apply(x, -1);
        }
        return function.apply(LayoutOperators.flattened(x, axis), 1).reshape(x.shape().toArray());
    }
}
