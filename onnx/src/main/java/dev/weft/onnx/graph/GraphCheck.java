package dev.weft.onnx.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What has to hold of a graph before it runs: every name is given once, before it is read. */
final class GraphCheck {
    private final Message file;
    private final Set<String> domains;

    private GraphCheck(Message file, Set<String> domains) {
        this.file = file;
        this.domains = domains;
    }

    /**
     * Checks a model's graph and those inside it.
     *
     * @param file for messages
     * @throws OnnxException where something is wrong
     */
    static void check(Message file, Graph graph, Set<String> domains) {
        if (graph.outputs().isEmpty()) {
            throw file.wrong("the graph has no output");
        }
        new GraphCheck(file, domains).check(graph, Set.of());
    }

    private void check(Graph graph, Set<String> outer) {
        Set<String> known = new HashSet<>(outer);
        Set<String> own = new HashSet<>(graph.initializers().keySet());
        Set<String> inputs = new HashSet<>();
        for (ValueInfo input : graph.inputs()) {
            if (!inputs.add(input.name())) {
                throw file.wrong("input '%s' is there twice".formatted(input.name()));
            }
        }
        own.addAll(inputs);
        known.addAll(own);
        Map<String, Node> givers = givers(graph, own);
        for (Node node : graph.nodes()) {
            if (!domains.contains(node.domain())) {
                throw file.wrong(
                        "node %s is of domain '%s', which the model does not import"
                                .formatted(node.describe(), node.domain()));
            }
            for (String name : node.inputs()) {
                requireKnown("node " + node.describe(), name, known, givers);
            }
            for (Graph subgraph : node.subgraphs()) {
                check(subgraph, known);
            }
            known.addAll(node.outputs());
        }
        for (ValueInfo output : graph.outputs()) {
            requireKnown("graph '%s'".formatted(graph.name()), output.name(), known, givers);
        }
    }

    private void requireKnown(
            String reader, String name, Set<String> known, Map<String, Node> givers) {
        if (name.isEmpty() || known.contains(name)) {
            return;
        }
        Node giver = givers.get(name);
        throw file.wrong(
                giver == null
                        ? "%s reads '%s', which nothing gives".formatted(reader, name)
                        : "%s reads '%s', which node %s gives later: nodes must be sorted, and there is no order where they form a circle"
                                .formatted(reader, name, giver.describe()));
    }

    private Map<String, Node> givers(Graph graph, Set<String> own) {
        Map<String, Node> givers = new HashMap<>();
        for (Node node : graph.nodes()) {
            for (String output : node.outputs()) {
                if (output.isEmpty()) {
                    continue;
                }
                Node other = givers.put(output, node);
                if (other != null || own.contains(output)) {
                    throw file.wrong(
                            "'%s' is given twice: by node %s and by %s"
                                    .formatted(
                                            output,
                                            node.describe(),
                                            other == null
                                                    ? "an input or initializer"
                                                    : "node " + other.describe()));
                }
            }
        }
        return givers;
    }
}
