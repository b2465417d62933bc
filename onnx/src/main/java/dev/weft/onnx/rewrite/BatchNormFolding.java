package dev.weft.onnx.rewrite;

import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.ModelFile;
import dev.weft.onnx.graph.Node;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A convolution whose result a batch normalisation alone reads, with constants, becomes one
 * convolution: of weights times scale / √(variance + ε), with the bias that is left. Both are
 * computed once, as whatever is of constants.
 */
final class BatchNormFolding {
    static final String WEIGHT = "FoldedWeight";
    static final String BIAS = "FoldedBias";

    private BatchNormFolding() {}

    static Graph of(Graph graph) {
        Pattern pattern = new Pattern(graph);
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            Node convolution = convolution(node, pattern);
            if (convolution == null) {
                nodes.add(node);
            } else {
                addFolded(node, convolution, nodes);
            }
        }
        return graph.nodes(nodes);
    }

    /** What a normalisation can be folded into, or null. */
    private static @Nullable Node convolution(Node norm, Pattern graph) {
        boolean applies =
                norm.operator().equals("BatchNormalization")
                        && norm.domain().isEmpty()
                        && norm.inputs().size() == 5
                        && norm.outputs().size() == 1
                        && isZero(norm.attributes().get("training_mode"))
                        && norm.inputs().subList(1, 5).stream().allMatch(v -> graph.isF32(v, 1));
        if (!applies) {
            return null;
        }
        String value = norm.inputs().getFirst();
        Node found = graph.giver(value, "Conv");
        if (found == null || found.inputs().size() < 2 || !graph.isReadOnce(value)) {
            return null;
        }
        boolean biased = found.inputs().size() > 2 && !found.inputs().get(2).isEmpty();
        return graph.constant(found.inputs().get(1)) != null
                        && (!biased || graph.isF32(found.inputs().get(2), 1))
                ? found
                : null;
    }

    private static boolean isZero(@Nullable Attribute attribute) {
        return attribute == null || (attribute instanceof Attribute.Int(long value) && value == 0);
    }

    private static void addFolded(Node norm, Node convolution, List<Node> nodes) {
        String scale = norm.inputs().get(1);
        String shift = norm.inputs().get(2);
        String mean = norm.inputs().get(3);
        String variance = norm.inputs().get(4);
        Attribute epsilon = norm.attributes().get("epsilon");
        Map<String, Attribute> attributes = epsilon == null ? Map.of() : Map.of("epsilon", epsilon);
        List<String> of = convolution.inputs();
        String bias = of.size() > 2 ? of.get(2) : "";
        String result = norm.outputs().getFirst();
        String newWeight = "folded weight of " + result;
        String newBias = "folded bias of " + result;
        nodes.add(own(WEIGHT, newWeight, attributes, List.of(of.get(1), scale, variance)));
        nodes.add(own(BIAS, newBias, attributes, List.of(scale, shift, mean, variance, bias)));
        nodes.add(
                new Node(
                        convolution.name(),
                        "Conv",
                        "",
                        List.of(of.getFirst(), newWeight, newBias),
                        norm.outputs(),
                        convolution.attributes()));
    }

    private static Node own(
            String operator, String output, Map<String, Attribute> attributes, List<String> in) {
        return new Node("", operator, ModelFile.OWN, in, List.of(output), attributes);
    }
}
