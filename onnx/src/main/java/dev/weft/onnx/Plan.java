package dev.weft.onnx;

import dev.weft.Device;
import dev.weft.Tensor;
import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxTensor;
import dev.weft.onnx.graph.ValueInfo;
import dev.weft.onnx.operator.Operator;
import dev.weft.onnx.operator.Operators;
import dev.weft.onnx.operator.Value;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A graph as it is run: its constants, and its nodes with the values that end with each. */
final class Plan implements AutoCloseable {
    private final Graph graph;
    private final Map<String, Value> constants = new HashMap<>();
    private List<Step> steps = List.of();

    /**
     * A node's turn.
     *
     * @param reads the values that it reads, those inside its subgraphs too
     * @param last those of the graph's own that nobody reads after it
     */
    record Step(Node node, Operator operator, List<String> reads, List<String> last) {}

    Plan(Graph graph, Device device) {
        this.graph = graph;
        graph.initializers()
                .forEach((name, tensor) -> constants.put(name, constant(tensor, device)));
        List<Step> all = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.operator().equals("Constant")
                    && node.attributes().get("value")
                            instanceof Attribute.Array(OnnxTensor value)) {
                constants.put(node.outputs().getFirst(), constant(value, device));
            } else {
                Operator operator =
                        Objects.requireNonNull(Operators.find(node.domain(), node.operator()));
                all.add(new Step(node, operator, List.copyOf(Graph.reads(node)), List.of()));
            }
        }
        keepOnly(all);
    }

    /** A plan that another device has made. */
    Plan(Graph graph, List<Step> steps, Map<String, Value> constants) {
        this.graph = graph;
        this.steps = steps;
        this.constants.putAll(constants);
    }

    private static Value constant(OnnxTensor tensor, Device device) {
        return Value.constant(tensor.elements(), device);
    }

    /** Initializers and what was computed from them, by name. */
    Map<String, Value> constants() {
        return constants;
    }

    List<Step> steps() {
        return steps;
    }

    /** Whether a tensor is a view of a constant. */
    boolean isConstant(Tensor tensor) {
        for (Value value : constants.values()) {
            Tensor other = value.tensor();
            if (other != null && other.view().buffer().equals(tensor.view().buffer())) {
                return true;
            }
        }
        return false;
    }

    /** Runs these steps alone: the results of the others are constants. What none reads goes. */
    void keepOnly(List<Step> left) {
        Set<String> needed = new HashSet<>();
        graph.outputs().stream().map(ValueInfo::name).forEach(needed::add);
        List<Step> kept = new ArrayList<>();
        for (Step step : left.reversed()) {
            List<String> last = new ArrayList<>();
            for (String name : step.node().outputs()) {
                if (!name.isEmpty() && !needed.contains(name)) {
                    last.add(name);
                }
            }
            if (last.size() == step.node().outputs().stream().filter(n -> !n.isEmpty()).count()) {
                continue;
            }
            for (String name : step.reads()) {
                if (needed.add(name)) {
                    last.add(name);
                }
            }
            kept.addFirst(new Step(step.node(), step.operator(), step.reads(), last));
        }
        steps = withOwn(kept);
        constants
                .entrySet()
                .removeIf(
                        entry -> {
                            boolean unread = !needed.contains(entry.getKey());
                            if (unread) {
                                entry.getValue().close();
                            }
                            return unread;
                        });
    }

    /** Only what this graph's nodes give ends in it. */
    private static List<Step> withOwn(List<Step> steps) {
        Set<String> own = new HashSet<>();
        steps.forEach(step -> own.addAll(step.node().outputs()));
        return steps.stream()
                .map(
                        step ->
                                new Step(
                                        step.node(),
                                        step.operator(),
                                        step.reads(),
                                        step.last().stream().filter(own::contains).toList()))
                .toList();
    }

    @Override
    public void close() {
        constants.values().forEach(Value::close);
    }
}
