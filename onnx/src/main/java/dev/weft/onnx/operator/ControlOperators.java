package dev.weft.onnx.operator;

import dev.weft.Tensor;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import java.util.ArrayList;
import java.util.List;

/** ONNX's operators that run graphs: a branch, or a body again and again. */
final class ControlOperators {
    private ControlOperators() {}

    static void addTo(OperatorTable operators) {
        operators.put("If", ControlOperators::branch);
        operators.put("Loop", ControlOperators::loop);
        operators.put("Scan", ControlOperators::scan);
    }

    private static List<Tensor> tensors(NodeCall node, List<Value> values) {
        return values.stream().map(value -> value.on(node.device())).toList();
    }

    private static List<Tensor> branch(NodeCall node) {
        Graph then = node.graph("then_branch");
        Graph otherwise = node.graph("else_branch");
        boolean holds = node.number(0) != 0;
        return tensors(node, node.around().run(holds ? then : otherwise, List.of()));
    }

    /**
     * The body takes the number of the step, whether it goes on, and what is carried; it gives
     * whether it goes on, what is carried, and what is stacked over all steps.
     */
    private static List<Tensor> loop(NodeCall node) {
        Graph body = node.graph("body");
        long most = node.has(0) ? (long) node.number(0) : Long.MAX_VALUE;
        boolean goesOn = !node.has(1) || node.number(1) != 0;
        int carried = node.inputs() - 2;
        List<Value> state = new ArrayList<>();
        for (int i = 0; i < carried; i++) {
            state.add(node.value(2 + i));
        }
        List<List<Tensor>> stacked = new ArrayList<>();
        for (int i = 1 + carried; i < body.outputs().size(); i++) {
            stacked.add(new ArrayList<>());
        }
        for (long step = 0; step < most && goesOn; step++) {
            node.around().countStep();
            List<Value> inputs = new ArrayList<>();
            inputs.add(node.known(step));
            inputs.add(node.known(true));
            inputs.addAll(state);
            List<Value> outputs = node.around().run(body, inputs);
            goesOn = node.number(outputs.getFirst()) != 0;
            state = List.copyOf(outputs.subList(1, 1 + carried));
            for (int i = 0; i < stacked.size(); i++) {
                stacked.get(i).add(outputs.get(1 + carried + i).on(node.device()));
            }
        }
        List<Tensor> results = new ArrayList<>(tensors(node, state));
        for (List<Tensor> each : stacked) {
            results.add(stacked(each));
        }
        return results;
    }

    private static Tensor stacked(List<Tensor> steps) {
        if (steps.isEmpty()) {
            throw new OnnxException(
                    "the loop took no step, and the shape of what it stacks is not known");
        }
        return Tensor.stack(0, steps.toArray(Tensor[]::new));
    }

    /** Along the first axis of what is scanned, forwards. */
    private static List<Tensor> scan(NodeCall node) {
        if (node.opset() < 9) {
            throw new UnsupportedOnnxException("the batches of version 8");
        }
        Graph body = node.graph("body");
        int scanned = (int) node.integer("num_scan_inputs", 0);
        int carried = node.inputs() - scanned;
        for (String order :
                List.of(
                        "scan_input_directions",
                        "scan_output_directions",
                        "scan_input_axes",
                        "scan_output_axes")) {
            for (long each : node.integers(order)) {
                if (each != 0) {
                    throw new UnsupportedOnnxException(order);
                }
            }
        }
        List<Value> state = new ArrayList<>();
        for (int i = 0; i < carried; i++) {
            state.add(node.value(i));
        }
        List<List<Tensor>> stacked = new ArrayList<>();
        for (int i = carried; i < body.outputs().size(); i++) {
            stacked.add(new ArrayList<>());
        }
        long steps = scanned == 0 ? 0 : node.x(carried).dim(0);
        for (long step = 0; step < steps; step++) {
            node.around().countStep();
            List<Value> inputs = new ArrayList<>(state);
            for (int i = carried; i < node.inputs(); i++) {
                inputs.add(Value.of(node.x(i).select(0, step)));
            }
            List<Value> outputs = node.around().run(body, inputs);
            state = List.copyOf(outputs.subList(0, carried));
            for (int i = 0; i < stacked.size(); i++) {
                stacked.get(i).add(outputs.get(carried + i).on(node.device()));
            }
        }
        List<Tensor> results = new ArrayList<>(tensors(node, state));
        for (List<Tensor> each : stacked) {
            results.add(stacked(each));
        }
        return results;
    }
}
