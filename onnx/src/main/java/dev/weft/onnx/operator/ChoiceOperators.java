package dev.weft.onnx.operator;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.Tensor;

import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

/** ONNX's comparisons, its logic of truths, and what chooses by them. */
final class ChoiceOperators {
    private ChoiceOperators() {}

    static void addTo(OperatorTable operators) {
        Map<String, BinaryOperator<Tensor>> binary =
                Map.of(
                        "Equal", Tensor::equal,
                        "Greater", Tensor::greater,
                        "GreaterOrEqual", Tensor::greaterEqual,
                        "Less", Tensor::less,
                        "LessOrEqual", Tensor::lessEqual,
                        "And", Tensor::logicalAnd,
                        "Or", Tensor::logicalOr,
                        "Xor", Tensor::logicalXor);
        binary.forEach(
                (name, op) -> operators.put(name, node -> List.of(op.apply(node.x(0), node.x(1)))));
        operators.put("Where", node -> List.of(node.x(0).where(node.x(1), node.x(2))));
        operators.put("Not", node -> List.of(node.x(0).logicalNot()));
        operators.put("IsNaN", node -> List.of(node.x(0).isNan()));
        operators.put("OneHot", node -> List.of(oneHot(node)));
    }

    static Tensor number(Tensor like, double value) {
        return like.device().full(like.dtype(), value, Shape.SCALAR);
    }

    /** Indices below 0 count from the end; the values are off and on. */
    private static Tensor oneHot(NodeCall node) {
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
