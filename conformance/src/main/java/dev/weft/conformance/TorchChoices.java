package dev.weft.conformance;

import dev.weft.DType;
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

    /** Scores of what may be seen: where a mask is true, and up to the diagonal. */
    static Tensor masked(TorchOperands o, Tensor scores) {
        Tensor none = number(scores, Double.NEGATIVE_INFINITY);
        Tensor seen = scores;
        if (o.has("mask")) {
            Tensor mask = o.get("mask");
            seen = mask.dtype() == DType.BOOL ? mask.where(scores, none) : scores.add(mask);
        }
        o.only("causal_alignment", "bottom right");
        return o.flag("causal") ? past(seen).where(seen, none) : seen;
    }

    /** Where the column is no later than the row, counted from the ends of both. */
    private static Tensor past(Tensor scores) {
        long rows = scores.dim(-2);
        long columns = scores.dim(-1);
        return scores.device().ones(DType.BOOL, rows, columns).tril((int) (columns - rows));
    }
}
