package dev.weft.onnx.rewrite;

import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.ModelFile;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.ValueInfo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes a graph of fewer and larger operations, with the same results but for rounding. */
public final class Rewrites {
    /** In this order: a later one finds what an earlier one has made. */
    private static final List<Rewrite> ALL =
            List.of(
                    new LayerNormRewrite(),
                    new GeluRewrite(),
                    new HardSwishRewrite(),
                    new ScaledScoresRewrite(),
                    new LinearRewrite(),
                    new LinearActivationRewrite());

    private Rewrites() {}

    /** The graph with all rewrites, without nodes that do nothing, or that nobody reads. */
    public static Graph apply(Graph graph) {
        Graph changed = withoutUnread(BatchNormFolding.of(Bypass.of(graph)));
        for (Rewrite rewrite : ALL) {
            changed = apply(rewrite, changed);
        }
        return changed;
    }

    /** The graph with one rewrite, wherever it finds its pattern. */
    static Graph apply(Rewrite rewrite, Graph graph) {
        Pattern pattern = new Pattern(graph);
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            Node other = Pattern.isWhole(node) ? rewrite.of(node, pattern) : null;
            nodes.add(other == null ? node : other);
            if (other != null) {
                pattern.add(other);
            }
        }
        return withoutUnread(graph.nodes(nodes));
    }

    private static Graph withoutUnread(Graph graph) {
        Set<String> read = new HashSet<>();
        graph.outputs().stream().map(ValueInfo::name).forEach(read::add);
        List<Node> kept = new ArrayList<>();
        for (Node node : graph.nodes().reversed()) {
            if (node.outputs().stream().anyMatch(read::contains)) {
                kept.addFirst(node);
                read.addAll(Graph.reads(node));
            }
        }
        return graph.nodes(kept);
    }

    /** A node of ONNX's that stands in for another. */
    static Node onnx(
            Node last, String operator, Map<String, Attribute> attributes, String... inputs) {
        return new Node(last.name(), operator, "", List.of(inputs), last.outputs(), attributes);
    }

    /** A node of Weft's own that stands in for another. */
    static Node own(
            Node last, String operator, Map<String, Attribute> attributes, List<String> inputs) {
        return new Node(last.name(), operator, ModelFile.OWN, inputs, last.outputs(), attributes);
    }

    /** A node's attributes and one more. */
    static Map<String, Attribute> with(Node node, String name, Attribute value) {
        Map<String, Attribute> all = new LinkedHashMap<>(node.attributes());
        all.put(name, value);
        return all;
    }
}
