package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.Tensor;

import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

/** ONNX's comparisons, its logic of truths, and what chooses by them. */
final class OnnxChoices {
    private OnnxChoices() {}

    static void addTo(Map<String, OnnxOperators.Operator> operators) {
        Map<String, BinaryOperator<Tensor>> binary =
                Map.of(
                        "Equal", Tensor::equal,
                        "Greater", Tensor::greater,
                        "GreaterOrEqual", Tensor::greaterEqual,
                        "Less", Tensor::less,
                        "LessOrEqual", Tensor::lessEqual,
                        "And", (a, b) -> a.where(b, truth(a, 0)),
                        "Or", (a, b) -> a.where(truth(a, 1), b));
        binary.forEach(
                (name, op) -> operators.put(name, node -> List.of(op.apply(node.x(0), node.x(1)))));
        operators.put("Where", node -> List.of(node.x(0).where(node.x(1), node.x(2))));
        operators.put("Sign", node -> List.of(sign(node.x(0))));
        operators.put("ThresholdedRelu", node -> List.of(thresholded(node)));
        operators.put("OneHot", node -> List.of(oneHot(node)));
    }

    private static Tensor truth(Tensor like, double value) {
        return like.device().full(DType.BOOL, value, Shape.SCALAR);
    }

    private static Tensor number(Tensor like, double value) {
        return like.device().full(like.dtype(), value, Shape.SCALAR);
    }

    private static Tensor sign(Tensor x) {
        Tensor zero = number(x, 0);
        Tensor negative = x.less(zero).where(number(x, -1), zero);
        return x.greater(zero).where(number(x, 1), negative);
    }

    private static Tensor thresholded(OnnxNode node) {
        Tensor x = node.x(0);
        Tensor alpha = number(x, node.real("alpha", 1));
        return x.greater(alpha).where(x, number(x, 0));
    }

    /** Indices below 0 count from the end; the values are off and on. */
    private static Tensor oneHot(OnnxNode node) {
        long depth = (long) node.number(1);
        long[] classes = new long[(int) depth];
        for (int i = 0; i < depth; i++) {
            classes[i] = i;
        }
        Tensor indices = node.x(0).to(DType.I64);
        Tensor counted =
                indices.less(number(indices, 0)).where(indices.add((double) depth), indices);
        Tensor values = node.x(2);
        int axis = (int) node.integer("axis", -1);
        int rank = indices.rank() + 1;
        int at = axis < 0 ? axis + rank : axis;
        long[] place = new long[rank];
        long[] column = new long[rank];
        for (int i = 0, from = 0; i < rank; i++) {
            place[i] = i == at ? 1 : indices.dim(from++);
            column[i] = i == at ? depth : 1;
        }
        return counted.contiguous()
                .reshape(place)
                .equal(node.integers(classes).reshape(column))
                .where(values.slice(0, 1, 2).reshape(), values.slice(0, 0, 1).reshape());
    }
}
