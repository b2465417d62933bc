package dev.weft.conformance;

import dev.weft.Shape;
import dev.weft.Tensor;

import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/** PyTorch's comparisons, and its operations that choose by them. */
final class TorchChoices {
    private TorchChoices() {}

    static void addTo(Map<String, Function<TorchOperands, Tensor>> operations) {
        Map<String, BinaryOperator<Tensor>> comparisons =
                Map.of(
                        "equal", Tensor::equal,
                        "not_equal", Tensor::notEqual,
                        "less", Tensor::less,
                        "less_equal", Tensor::lessEqual,
                        "greater", Tensor::greater,
                        "greater_equal", Tensor::greaterEqual);
        comparisons.forEach(
                (name, op) -> operations.put(name, o -> op.apply(o.get("a"), o.get("b"))));
        operations.put("where", o -> o.get("c").where(o.get("a"), o.get("b")));
    }

    static Tensor number(Tensor like, double value) {
        return like.device().full(like.dtype(), value, Shape.SCALAR);
    }

    /** A row of the table that stands for nothing has no gradient. */
    static Tensor padded(Tensor rows, Tensor constant, Tensor indices, int padding) {
        Tensor isPadding = indices.equal(number(indices, padding)).reshape(-1, 1);
        return isPadding.where(constant, rows);
    }
}
