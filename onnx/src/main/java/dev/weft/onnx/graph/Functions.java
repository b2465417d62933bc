package dev.weft.onnx.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Puts a model's functions in the place of the nodes that call them. */
final class Functions {
    /** More nodes come from functions that call each other without end, or were made to. */
    private static final int MOST_NODES = 1_000_000;

    private static final int DEEPEST = 32;

    private final Message file;
    private final Map<String, Function> functions = new HashMap<>();
    private int calls;
    private int made;

    Functions(Message file, List<Function> all) {
        this.file = file;
        all.forEach(each -> functions.put(key(each.domain(), each.name()), each));
    }

    private static String key(String domain, String name) {
        return (domain.equals("ai.onnx") ? "" : domain) + "." + name;
    }

    Graph inline(Graph graph) {
        return graph.nodes(inline(graph.nodes(), 0));
    }

    private List<Node> inline(List<Node> nodes, int depth) {
        List<Node> all = new ArrayList<>();
        for (Node node : nodes) {
            Function function = functions.get(key(node.domain(), node.operator()));
            if (function == null) {
                all.add(withAttributes(node, inlined(node.attributes())));
            } else {
                if (depth == DEEPEST) {
                    throw file.wrong(
                            "function '%s' calls itself, or others, more than %d deep"
                                    .formatted(function.name(), DEEPEST));
                }
                all.addAll(inline(body(node, function), depth + 1));
            }
            if (all.size() > MOST_NODES) {
                throw file.wrong("its functions have more than %d nodes".formatted(MOST_NODES));
            }
        }
        return all;
    }

    private Map<String, Attribute> inlined(Map<String, Attribute> attributes) {
        Map<String, Attribute> all = new HashMap<>(attributes);
        all.replaceAll(
                (_, value) ->
                        value instanceof Attribute.Subgraph(Graph graph)
                                ? new Attribute.Subgraph(inline(graph))
                                : value);
        return all;
    }

    /** A function's nodes, with the names of the call's values and names of their own. */
    private List<Node> body(Node call, Function function) {
        made += function.nodes().size();
        if (made > MOST_NODES) {
            throw file.wrong("its functions have more than %d nodes".formatted(MOST_NODES));
        }
        Map<String, String> names = new HashMap<>();
        pair(function.inputs(), call.inputs(), names);
        pair(function.outputs(), call.outputs(), names);
        // An output that the call does not ask for may still be read inside.
        function.outputs().forEach(output -> names.remove(output, ""));
        Map<String, Attribute> given = new HashMap<>(function.defaults());
        given.putAll(call.attributes());
        String prefix = "%s#%d/".formatted(function.name(), ++calls);
        return function.nodes().stream().map(node -> renamed(node, names, given, prefix)).toList();
    }

    /** A parameter that the call leaves out is an empty name. */
    private static void pair(
            List<String> parameters, List<String> values, Map<String, String> names) {
        for (int i = 0; i < parameters.size(); i++) {
            names.put(parameters.get(i), i < values.size() ? values.get(i) : "");
        }
    }

    private Node renamed(
            Node node, Map<String, String> names, Map<String, Attribute> given, String prefix) {
        Map<String, Attribute> attributes = new HashMap<>();
        node.attributes()
                .forEach(
                        (name, value) -> {
                            Attribute actual =
                                    value instanceof Attribute.Reference(String of)
                                            ? given.get(of)
                                            : value;
                            if (actual instanceof Attribute.Subgraph(Graph graph)) {
                                actual =
                                        new Attribute.Subgraph(
                                                renamed(graph, names, given, prefix));
                            }
                            if (actual != null) {
                                attributes.put(name, actual);
                            }
                        });
        return new Node(
                node.name(),
                node.operator(),
                node.domain(),
                renamed(node.inputs(), names, prefix),
                renamed(node.outputs(), names, prefix),
                attributes);
    }

    private Graph renamed(
            Graph graph, Map<String, String> names, Map<String, Attribute> given, String prefix) {
        Map<String, OnnxTensor> initializers = new HashMap<>();
        graph.initializers()
                .forEach((name, tensor) -> initializers.put(renamed(name, names, prefix), tensor));
        return new Graph(
                graph.name(),
                graph.nodes().stream().map(node -> renamed(node, names, given, prefix)).toList(),
                initializers,
                infos(graph.inputs(), names, prefix),
                infos(graph.outputs(), names, prefix));
    }

    private static List<ValueInfo> infos(
            List<ValueInfo> infos, Map<String, String> names, String prefix) {
        return infos.stream()
                .map(
                        info ->
                                new ValueInfo(
                                        renamed(info.name(), names, prefix),
                                        info.kind(),
                                        info.type(),
                                        info.dims()))
                .toList();
    }

    private static List<String> renamed(
            List<String> values, Map<String, String> names, String prefix) {
        return values.stream().map(value -> renamed(value, names, prefix)).toList();
    }

    private static String renamed(String value, Map<String, String> names, String prefix) {
        return value.isEmpty() ? "" : Objects.requireNonNullElse(names.get(value), prefix + value);
    }

    private static Node withAttributes(Node node, Map<String, Attribute> attributes) {
        return new Node(
                node.name(),
                node.operator(),
                node.domain(),
                node.inputs(),
                node.outputs(),
                attributes);
    }
}
