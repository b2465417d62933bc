package dev.weft.onnx.graph;

import java.util.List;
import java.util.Map;

/**
 * An operator at work.
 *
 * @param name for messages: often empty
 * @param operator its op_type, such as "MatMul"
 * @param domain who defines the operator: empty for ONNX itself
 * @param inputs names of values, empty where an optional one is left out
 * @param outputs names of values, empty where an optional one is not asked for
 */
public record Node(
        String name,
        String operator,
        String domain,
        List<String> inputs,
        List<String> outputs,
        Map<String, Attribute> attributes) {
    /** ONNX's own name of its domain is the empty one. */
    public Node {
        domain = domain.equals("ai.onnx") ? "" : domain;
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = Map.copyOf(attributes);
    }

    /** The operator with its domain, where that is not ONNX's. */
    public String qualified() {
        return domain.isEmpty() ? operator : domain + "." + operator;
    }

    /** The name, or what the node gives. */
    public String label() {
        return name.isEmpty() ? String.join(", ", outputs) : name;
    }

    /** For messages: the operator and the label. */
    public String describe() {
        return "%s '%s'".formatted(qualified(), label());
    }

    /** The graphs among the attributes. */
    public List<Graph> subgraphs() {
        return attributes.values().stream()
                .filter(Attribute.Subgraph.class::isInstance)
                .map(each -> ((Attribute.Subgraph) each).value())
                .toList();
    }
}
