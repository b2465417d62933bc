package dev.weft.onnx.rewrite;

import dev.weft.onnx.graph.Node;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** x W + b, of a constant matrix and vector, becomes one product with its epilogue. */
final class LinearRewrite implements Rewrite {
    static final String LINEAR = "Linear";

    @Override
    public @Nullable Node of(Node last, Pattern graph) {
        if (!last.operator().equals("Add")) {
            return null;
        }
        for (String value : last.inputs()) {
            Node product = graph.giver(value, "MatMul");
            String bias = Pattern.other(last, value);
            if (product != null
                    && bias != null
                    && graph.isReadOnce(value)
                    && graph.isF32(product.inputs().get(1), 2)
                    && graph.isF32(bias, 1)) {
                return Rewrites.own(
                        last,
                        LINEAR,
                        Map.of(),
                        List.of(product.inputs().get(0), product.inputs().get(1), bias));
            }
        }
        return null;
    }
}
