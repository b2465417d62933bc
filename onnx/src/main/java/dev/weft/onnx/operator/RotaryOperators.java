package dev.weft.onnx.operator;

import dev.weft.Tensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.jspecify.annotations.Nullable;

/**
 * Rotary positions (Su et al. 2021): pairs of numbers turned by angles that grow with the position,
 * given as tables of cosines and sines. ONNX's own and ONNX Runtime's, whose inputs are in another
 * order.
 */
final class RotaryOperators {
    private RotaryOperators() {}

    static void addTo(OperatorTable operators) {
        operators.one(
                "RotaryEmbedding", node -> rotated(node, node.x(1), node.x(2), node.optional(3)));
        operators.one(
                FusedOperators.DOMAIN + "RotaryEmbedding",
                node -> {
                    if (node.integer("is_packed_batching", 0) != 0) {
                        throw new UnsupportedOnnxException("is_packed_batching");
                    }
                    return rotated(node, node.x(2), node.x(3), node.x(1));
                });
    }

    /**
     * x is batch×heads×length×width, or batch×length×(heads width).
     *
     * @param positions of rows in the tables; a single one is the first position, the others
     *     follow; null where the tables have a row for each of x
     */
    private static Tensor rotated(
            NodeCall node, Tensor cosines, Tensor sines, @Nullable Tensor positions) {
        Tensor x = node.x(0);
        long turned = node.integer("rotary_embedding_dim", 0);
        long heads = node.integer("num_heads", 0);
        boolean flat = x.rank() == 3;
        if (flat && heads == 0) {
            // ONNX Runtime's: as many as the tables' width makes of a row.
            heads = x.dim(2) / (2 * cosines.dim(-1));
        }
        Tensor split =
                flat
                        ? LayoutOperators.reshaped(x, x.dim(0), x.dim(1), heads, x.dim(2) / heads)
                                .permute(0, 2, 1, 3)
                        : x;
        long width = turned == 0 ? split.dim(3) : turned;
        Tensor cos = rows(cosines, positions, split).unsqueeze(1);
        Tensor sin = rows(sines, positions, split).unsqueeze(1);
        boolean interleaved = node.integer("interleaved", 0) == 1;
        Tensor part = split.slice(3, 0, width);
        Tensor first = interleaved ? part.slice(3, 0, width, 2) : part.slice(3, 0, width / 2);
        Tensor second = interleaved ? part.slice(3, 1, width, 2) : part.slice(3, width / 2, width);
        Tensor real = first.mul(cos).sub(second.mul(sin));
        Tensor imaginary = first.mul(sin).add(second.mul(cos));
        Tensor y =
                interleaved
                        ? LayoutOperators.reshaped(
                                Tensor.concat(4, real.unsqueeze(4), imaginary.unsqueeze(4)),
                                part.shape().toArray())
                        : Tensor.concat(3, real, imaginary);
        Tensor whole =
                width == split.dim(3)
                        ? y
                        : Tensor.concat(3, y, split.slice(3, width, split.dim(3)));
        return flat
                ? LayoutOperators.reshaped(whole.permute(0, 2, 1, 3), x.shape().toArray())
                : whole;
    }

    /** batch×length×(width / 2), or 1×length×…. */
    private static Tensor rows(Tensor table, @Nullable Tensor positions, Tensor x) {
        if (positions == null) {
            return table;
        }
        Tensor places = positions;
        if (positions.size() == 1) {
            Tensor steps = x.device().arange(positions.dtype(), (double) x.dim(2));
            places = steps.add(positions.reshape()).unsqueeze(0);
        }
        return IndexOperators.rows(table, places);
    }
}
