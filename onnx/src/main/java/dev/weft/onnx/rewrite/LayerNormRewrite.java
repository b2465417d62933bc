package dev.weft.onnx.rewrite;

import dev.weft.HostArray;
import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.Node;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/**
 * (x - mean) / √(mean((x - mean)²) + ε) w + b over the last axis, in the nine nodes that exporters
 * write before version 17, is a layer normalisation (Ba et al. 2016).
 */
final class LayerNormRewrite implements Rewrite {
    @Override
    public @Nullable Node of(Node last, Pattern graph) {
        if (!last.operator().equals("Add")) {
            return null;
        }
        for (String value : last.inputs()) {
            Node product = graph.giver(value, "Mul");
            String bias = Pattern.other(last, value);
            if (product == null || bias == null || !graph.isF32(bias, 1)) {
                continue;
            }
            for (String quotient : product.inputs()) {
                String weight = Pattern.other(product, quotient);
                Node ratio = graph.giver(quotient, "Div");
                if (ratio == null || weight == null || !graph.isF32(weight, 1)) {
                    continue;
                }
                Node found = normalized(last, ratio, weight, bias, graph);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static @Nullable Node normalized(
            Node last, Node ratio, String weight, String bias, Pattern graph) {
        Node centred = graph.giver(ratio.inputs().get(0), "Sub");
        Node root = graph.giver(ratio.inputs().get(1), "Sqrt");
        Node sum = root == null ? null : graph.giver(root.inputs().getFirst(), "Add");
        if (centred == null || sum == null) {
            return null;
        }
        String x = centred.inputs().get(0);
        Node mean = graph.giver(centred.inputs().get(1), "ReduceMean");
        if (mean == null || !mean.inputs().getFirst().equals(x) || !isOfLastAxis(mean, graph)) {
            return null;
        }
        for (String value : sum.inputs()) {
            String eps = Pattern.other(sum, value);
            Node variance = graph.giver(value, "ReduceMean");
            if (variance == null || eps == null || Double.isNaN(graph.number(eps))) {
                continue;
            }
            if (isOfLastAxis(variance, graph)
                    && isSquare(variance.inputs().getFirst(), ratio.inputs().get(0), graph)) {
                float epsilon = (float) graph.number(eps);
                return Rewrites.onnx(
                        last,
                        "LayerNormalization",
                        Map.of("epsilon", new Attribute.Real(epsilon)),
                        x,
                        weight,
                        bias);
            }
        }
        return null;
    }

    private static boolean isSquare(String value, String of, Pattern graph) {
        Node power = graph.giver(value, "Pow");
        Node product = graph.giver(value, "Mul");
        return power != null
                ? power.inputs().get(0).equals(of) && graph.is(power.inputs().get(1), 2)
                : product != null && product.inputs().equals(List.of(of, of));
    }

    private static boolean isOfLastAxis(Node mean, Pattern graph) {
        if (mean.attributes().get("keepdims") instanceof Attribute.Int(long keeps) && keeps == 0) {
            return false;
        }
        if (mean.inputs().size() > 1) {
            HostArray axes = graph.constant(mean.inputs().get(1));
            return axes != null && axes.shape().size() == 1 && axes.get(0) == -1;
        }
        return mean.attributes().get("axes") instanceof Attribute.Ints(List<Long> axes)
                && axes.equals(List.of(-1L));
    }
}
