package dev.weft.onnx.rewrite;

import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.ValueInfo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Leaves out nodes that hand on what they are given: Identity, and Dropout that drops nothing. */
final class Bypass {
    private Bypass() {}

    /** The graph without them, save where their result is one of the graph's or in a subgraph. */
    static Graph of(Graph graph) {
        Set<String> kept = new HashSet<>();
        graph.outputs().stream().map(ValueInfo::name).forEach(kept::add);
        graph.nodes().stream()
                .flatMap(node -> node.subgraphs().stream())
                .forEach(subgraph -> kept.addAll(subgraph.free()));
        Map<String, String> same = new HashMap<>();
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            List<String> inputs =
                    node.inputs().stream().map(name -> same.getOrDefault(name, name)).toList();
            if (handsOn(node) && node.outputs().stream().noneMatch(kept::contains)) {
                same.put(node.outputs().getFirst(), inputs.getFirst());
            } else {
                nodes.add(
                        new Node(
                                node.name(),
                                node.operator(),
                                node.domain(),
                                inputs,
                                node.outputs(),
                                node.attributes()));
            }
        }
        return graph.nodes(nodes);
    }

    /** With a third input, a Dropout may be told to train; with a second output, it says how. */
    private static boolean handsOn(Node node) {
        boolean dropout = node.operator().equals("Dropout") && node.inputs().size() < 3;
        boolean one = node.outputs().size() == 1;
        return node.domain().isEmpty() && one && (dropout || node.operator().equals("Identity"));
    }
}
