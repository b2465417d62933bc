package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import java.util.Arrays;
import java.util.List;

/** ONNX's NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss and Dropout. */
final class LossOperators {
    private LossOperators() {}

    static void addTo(OperatorTable operators) {
        operators.put("NegativeLogLikelihoodLoss", node -> List.of(nll(node, node.x(0))));
        operators.put(
                "SoftmaxCrossEntropyLoss",
                node -> {
                    Tensor logProbabilities = node.x(0).logSoftmax(1);
                    return List.of(nll(node, logProbabilities), logProbabilities);
                });
        operators.put("Dropout", LossOperators::dropout);
    }

    /** Without training, y = x, and nothing is masked. */
    private static List<Tensor> dropout(NodeCall node) {
        if (node.has(2) && node.number(2) != 0) {
            throw new UnsupportedOnnxException("training_mode");
        }
        node.ignore("seed");
        node.ignore("ratio");
        node.ignore("is_test");
        node.ignore(1);
        Tensor x = node.x(0);
        return node.asksFor(1)
                ? List.of(x, node.device().ones(DType.BOOL, x.shape().toArray()))
                : List.of(x);
    }

    /**
     * -w[label] x[…, label, …] for each position beside the classes, which are axis 1. An ignored
     * label has weight 0; a mean is one of weights.
     */
    private static Tensor nll(NodeCall node, Tensor x) {
        int[] last = new int[x.rank()];
        Arrays.setAll(last, i -> i == 0 ? 0 : i == x.rank() - 1 ? 1 : i + 1);
        Tensor rows = x.permute(last).contiguous().reshape(-1, x.dim(1));
        long[] labels = node.numbers(1).clone();
        float[] counted = new float[labels.length];
        for (int i = 0; i < labels.length; i++) {
            boolean ignored =
                    node.hasAttribute("ignore_index")
                            && labels[i] == node.integer("ignore_index", 0);
            counted[i] = ignored ? 0 : 1;
            labels[i] = ignored ? 0 : labels[i];
        }
        Tensor indices = node.integers(labels);
        Tensor weights = node.device().constant(() -> node.device().tensor(counted));
        Tensor given = node.optional(2);
        if (given != null) {
            weights = weights.mul(given.gather(indices));
        }
        Tensor losses = rows.pick(indices).neg().mul(weights);
        return switch (node.text("reduction", "mean")) {
            case "none" -> losses.reshape(Shape.of(node.dims(1)).toArray());
            case "sum" -> losses.sum();
            default -> losses.sum().div(weights.sum());
        };
    }
}
