package dev.weft.onnx.rewrite;

import dev.weft.onnx.graph.Node;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * x (1 + erf(x / √2)) / 2 is gelu (Hendrycks and Gimpel 2016): a product of x, the half and the
 * sum, in any order.
 */
final class GeluRewrite implements Rewrite {
    @Override
    public @Nullable Node of(Node last, Pattern graph) {
        List<String> factors = factors(last, graph);
        if (factors.size() != 3) {
            return null;
        }
        for (String value : factors) {
            String x = erfOf(value, graph);
            if (x != null
                    && factors.contains(x)
                    && factors.stream().anyMatch(each -> graph.is(each, 0.5))) {
                return Rewrites.onnx(last, "Gelu", Map.of(), x);
            }
        }
        return null;
    }

    /** Of a product of a product, the three. */
    private static List<String> factors(Node last, Pattern graph) {
        List<String> factors = new ArrayList<>();
        if (!last.operator().equals("Mul")) {
            return factors;
        }
        for (String value : last.inputs()) {
            Node inner = graph.giver(value, "Mul");
            if (inner != null && factors.size() < 2) {
                factors.addAll(inner.inputs());
            } else {
                factors.add(value);
            }
        }
        return factors;
    }

    /** x, where a value is 1 + erf(x / √2). */
    private static @Nullable String erfOf(String value, Pattern graph) {
        Node sum = graph.giver(value, "Add");
        String one = sum == null ? null : graph.besides(sum, 1);
        Node erf = one == null ? null : graph.giver(one, "Erf");
        if (erf == null) {
            return null;
        }
        Node quotient = graph.giver(erf.inputs().getFirst(), "Div");
        if (quotient != null && graph.is(quotient.inputs().get(1), Math.sqrt(2))) {
            return quotient.inputs().getFirst();
        }
        Node product = graph.giver(erf.inputs().getFirst(), "Mul");
        return product == null ? null : graph.besides(product, Math.sqrt(0.5));
    }
}
