package dev.weft.onnx.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Nodes in the order in which they run, and what they begin and end with.
 *
 * @param initializers constants by name
 * @param inputs in old models, initializers stand here too
 */
public record Graph(
        String name,
        List<Node> nodes,
        Map<String, OnnxTensor> initializers,
        List<ValueInfo> inputs,
        List<ValueInfo> outputs) {
    /** The same with other nodes. */
    public Graph nodes(List<Node> others) {
        return new Graph(name, others, initializers, inputs, outputs);
    }

    /** All nodes, those of subgraphs too. */
    public Stream<Node> allNodes() {
        return nodes.stream()
                .flatMap(
                        node ->
                                Stream.concat(
                                        Stream.of(node),
                                        node.subgraphs().stream().flatMap(Graph::allNodes)));
    }

    /** The values that a node reads: its inputs, and what its subgraphs take from around them. */
    public static Set<String> reads(Node node) {
        Set<String> names = new LinkedHashSet<>(node.inputs());
        node.subgraphs().forEach(graph -> names.addAll(graph.free()));
        names.remove("");
        return names;
    }

    /** The values that this graph takes from around it. */
    public Set<String> free() {
        Set<String> own = new HashSet<>(initializers.keySet());
        inputs.forEach(input -> own.add(input.name()));
        nodes.forEach(node -> own.addAll(node.outputs()));
        Set<String> free = new LinkedHashSet<>();
        Stream.concat(
                        nodes.stream().map(Graph::reads).flatMap(Collection::stream),
                        outputs.stream().map(ValueInfo::name))
                .filter(name -> !own.contains(name))
                .forEach(free::add);
        return free;
    }

    /** How often each value is read, by nodes, and as a result. */
    public List<String> uses() {
        List<String> uses = new ArrayList<>();
        nodes.forEach(node -> uses.addAll(reads(node)));
        outputs.forEach(output -> uses.add(output.name()));
        return uses;
    }
}
