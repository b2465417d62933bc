package dev.weft.onnx.rewrite;

import dev.weft.onnx.graph.Node;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** x clip(x + 3, 0, 6) / 6 is hard swish (Howard et al. 2019), as Paddle's exporter writes it. */
final class HardSwishRewrite implements Rewrite {
    @Override
    public @Nullable Node of(Node last, Pattern graph) {
        if (!last.operator().equals("Div") || !graph.is(last.inputs().get(1), 6)) {
            return null;
        }
        Node product = graph.giver(last.inputs().getFirst(), "Mul");
        if (product == null) {
            return null;
        }
        for (String value : product.inputs()) {
            Node clip = graph.giver(value, "Clip");
            String x = Pattern.other(product, value);
            if (clip != null && x != null && isBounded(clip, graph) && isShifted(clip, x, graph)) {
                return Rewrites.onnx(last, "HardSwish", Map.of(), x);
            }
        }
        return null;
    }

    private static boolean isBounded(Node clip, Pattern graph) {
        List<String> inputs = clip.inputs();
        return inputs.size() == 3 && graph.is(inputs.get(1), 0) && graph.is(inputs.get(2), 6);
    }

    private static boolean isShifted(Node clip, String x, Pattern graph) {
        Node sum = graph.giver(clip.inputs().getFirst(), "Add");
        return sum != null && x.equals(graph.besides(sum, 3));
    }
}
