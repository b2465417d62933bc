package dev.weft.onnx.rewrite;

import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.Node;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/**
 * (q kᵀ) / c, as attention scales its scores, becomes (q / c) kᵀ: queries have fewer elements than
 * scores.
 */
final class ScaledScoresRewrite implements Rewrite {
    static final String SCALED = "ScaledMatMul";

    @Override
    public @Nullable Node of(Node last, Pattern graph) {
        boolean divides = last.operator().equals("Div");
        if (!divides && !last.operator().equals("Mul")) {
            return null;
        }
        for (int i = 0; i < (divides ? 1 : last.inputs().size()); i++) {
            String value = last.inputs().get(i);
            String by = Pattern.other(last, value);
            Node product = graph.giver(value, "MatMul");
            if (product == null || by == null || !graph.isReadOnce(value)) {
                continue;
            }
            double number = graph.number(by);
            if (!Double.isNaN(number) && isScores(product, graph)) {
                return Rewrites.own(
                        last,
                        SCALED,
                        Map.of(
                                "scale",
                                new Attribute.Real((float) (divides ? 1 / number : number))),
                        List.copyOf(product.inputs()));
            }
        }
        return null;
    }

    /** A product with what was turned, and is no constant. */
    private static boolean isScores(Node product, Pattern graph) {
        return graph.giver(product.inputs().get(1), "Transpose") != null;
    }
}
