package dev.weft.onnx;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.SharedTensor;
import dev.weft.Tensor;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.UnsupportedOnnxException;
import dev.weft.onnx.graph.ValueInfo;
import dev.weft.onnx.operator.NodeCall;
import dev.weft.onnx.operator.Operator;
import dev.weft.onnx.operator.Operators;
import dev.weft.onnx.operator.Value;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Runs a graph node by node. A node whose inputs are all known to the host, as shapes and what is
 * reckoned from them are, runs on the host, where the reference backend computes it; the others run
 * on the device.
 */
final class GraphRunner implements NodeCall.Around, AutoCloseable {
    /** So many steps may all loops of a run take together. */
    private static final long MOST_STEPS = 30_000;

    private final Graph graph;
    private final Map<String, Long> opsets;
    private final Device device;
    private final Device host;
    private final IdentityHashMap<Graph, Plan> plans = new IdentityHashMap<>();
    private final Placement placement;
    private @Nullable Frame frame;
    private boolean readsBack;
    private long steps;

    GraphRunner(Graph graph, Map<String, Long> opsets, Device device) {
        this.graph = graph;
        this.opsets = opsets;
        this.device = device;
        this.host = Devices.open("reference");
        this.placement = new Placement(device, host);
        try {
            fold(plan(graph));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Runs what another device's runner has planned, with constants for this device. */
    private GraphRunner(
            Graph graph, Map<String, Long> opsets, Device device, Plan planned, Device host) {
        this.graph = graph;
        this.opsets = opsets;
        this.device = device;
        this.host = host;
        this.placement = new Placement(device, host);
        plans.put(graph, planned);
    }

    /**
     * What gives runners on other devices, which read this one's constants. Those that a node may
     * read on the host are small, and copied.
     */
    Shared share() {
        Plan plan = plan(graph);
        Map<String, Shared.Constant> constants = new HashMap<>();
        plan.constants()
                .forEach(
                        (name, value) -> {
                            boolean isLarge = value.shape().size() > Placement.MOST_ELEMENTS;
                            Tensor tensor = isLarge ? value.on(device) : value.tensor();
                            constants.put(
                                    name,
                                    new Shared.Constant(
                                            value.array(), tensor == null ? null : tensor.share()));
                        });
        return new Shared(graph, opsets, plan.steps(), constants);
    }

    /** A graph as it is run, with constants that several devices read. Immutable. */
    record Shared(
            Graph graph,
            Map<String, Long> opsets,
            List<Plan.Step> steps,
            Map<String, Constant> constants) {
        /** A constant's elements on the host, its tensor on a device, or both. */
        record Constant(@Nullable HostArray array, @Nullable SharedTensor tensor) {
            Value on(Device device) {
                return tensor == null
                        ? Value.constant(Objects.requireNonNull(array), device)
                        : Value.constant(array, device, tensor.on(device));
            }
        }

        GraphRunner on(Device device) {
            Map<String, Value> values = new HashMap<>();
            device.outsideScopes(
                    () -> {
                        try (Scope made = device.scope()) {
                            constants.forEach((name, each) -> values.put(name, each.on(device)));
                            made.keepAll();
                        }
                        return values;
                    });
            return new GraphRunner(
                    graph,
                    opsets,
                    device,
                    new Plan(graph, steps, values),
                    Devices.open("reference"));
        }

        boolean isReadableOn(Device device) {
            return tensors().allMatch(tensor -> tensor.isReadableOn(device));
        }

        boolean isGone() {
            return tensors().anyMatch(SharedTensor::isGone);
        }

        private Stream<SharedTensor> tensors() {
            return constants.values().stream().map(Constant::tensor).filter(Objects::nonNull);
        }
    }

    private Plan plan(Graph of) {
        return plans.computeIfAbsent(of, each -> new Plan(each, device));
    }

    /** Computes once what depends on constants alone. */
    private void fold(Plan plan) {
        List<Plan.Step> left = new ArrayList<>();
        for (Plan.Step step : plan.steps()) {
            Node node = step.node();
            boolean constant =
                    node.subgraphs().isEmpty()
                            && !Operators.isRandom(node)
                            && node.inputs().stream()
                                    .allMatch(
                                            name ->
                                                    name.isEmpty()
                                                            || plan.constants().containsKey(name));
            if (!constant) {
                left.add(step);
                continue;
            }
            List<Value> results =
                    device.outsideScopes(
                            () ->
                                    run(step, new Frame(plan.constants(), null)).stream()
                                            .map(this::kept)
                                            .toList());
            for (int i = 0; i < results.size(); i++) {
                plan.constants().put(node.outputs().get(i), results.get(i));
            }
        }
        plan.keepOnly(left);
    }

    private Value kept(Tensor result) {
        if (result.device().equals(host)) {
            try (result) {
                return Value.constant(HostArray.of(result), device);
            }
        }
        // It may be a view of another constant, which closes when nothing else reads it.
        try (result) {
            return Value.of(result.copy());
        }
    }

    /** Whether a run so far has read values of the device on the host. */
    boolean readsBack() {
        return readsBack;
    }

    @Override
    public void readBack() {
        readsBack = true;
    }

    @Override
    public void countStep() {
        if (steps++ == MOST_STEPS) {
            throw new OnnxException(
                    "has looped %d times in a run, and may not more".formatted(MOST_STEPS));
        }
    }

    /** The outputs, each a tensor of its own on the device, in the innermost scope. */
    List<Tensor> run(List<Tensor> inputs) {
        steps = 0;
        try (Scope _ = host.scope()) {
            List<Value> values = inputs.stream().map(Value::of).toList();
            List<Tensor> outputs = new ArrayList<>();
            for (Value value : run(graph, values, null)) {
                Tensor made = value.on(device);
                boolean own =
                        value.array() == null
                                && outputs.stream().noneMatch(other -> sharing(other, made))
                                && inputs.stream().noneMatch(input -> sharing(input, made))
                                && !plan(graph).isConstant(made);
                outputs.add(own ? made.contiguous() : made.copy());
            }
            return outputs;
        }
    }

    private static boolean sharing(Tensor a, Tensor b) {
        return a.view().buffer().equals(b.view().buffer());
    }

    @Override
    public List<Value> run(Graph body, List<Value> inputs) {
        return run(body, inputs, frame);
    }

    private List<Value> run(Graph of, List<Value> inputs, @Nullable Frame around) {
        Plan plan = plan(of);
        Frame own = new Frame(plan.constants(), around);
        int next = 0;
        for (ValueInfo input : of.inputs()) {
            if (!of.initializers().containsKey(input.name())) {
                if (next == inputs.size()) {
                    throw new OnnxException(
                            "graph '%s' takes more than the %d inputs that it is given"
                                    .formatted(of.name(), next));
                }
                own.put(input.name(), inputs.get(next++));
            }
        }
        Frame before = frame;
        frame = own;
        try {
            for (Plan.Step step : plan.steps()) {
                List<Tensor> results = run(step, own);
                own.add(step, results, device.recording() == null);
            }
            return of.outputs().stream().map(output -> own.get(output.name())).toList();
        } finally {
            frame = before;
        }
    }

    /** As many results as the node names. */
    private List<Tensor> run(Plan.Step step, Frame own) {
        Node node = step.node();
        List<@Nullable Value> values = new ArrayList<>();
        for (String name : node.inputs()) {
            values.add(name.isEmpty() ? null : own.get(name));
        }
        Device where = placement.of(node, values);
        long opset = opsets.getOrDefault(node.domain(), 1L);
        NodeCall call = new NodeCall(node, opset, where, host, values, this);
        try {
            List<Tensor> results = run(step.operator(), call);
            call.refuseUnread();
            if (results.size() < node.outputs().size()) {
                throw new UnsupportedOnnxException("no output %d".formatted(results.size()));
            }
            GradientCheck.check(node, opset, device.recording(), values, results);
            return results.subList(0, node.outputs().size());
        } catch (UnsupportedOnnxException e) {
            throw named(new UnsupportedOnnxException(message(node, e)), e);
        } catch (IllegalArgumentException
                | IndexOutOfBoundsException
                | ArithmeticException
                | NegativeArraySizeException e) {
            throw named(new OnnxException(message(node, e)), e);
        }
    }

    private static OnnxException named(OnnxException named, RuntimeException cause) {
        named.initCause(cause);
        return named;
    }

    private static String message(Node node, RuntimeException e) {
        return "node %s: %s".formatted(node.describe(), e.getMessage());
    }

    /** What the operator makes beside its results is closed, unless a tape may have to read it. */
    private List<Tensor> run(Operator operator, NodeCall call) {
        if (device.recording() != null) {
            return operator.run(call);
        }
        try (Scope onHost = host.scope();
                Scope onDevice = device.scope()) {
            List<Tensor> results = operator.run(call);
            for (Tensor result : results) {
                (result.device().equals(host) ? onHost : onDevice).keep(result);
            }
            return results;
        }
    }

    @Override
    public void close() {
        plans.values().forEach(Plan::close);
        plans.clear();
        host.close();
    }

    /** The values of a graph that runs, inside those of the graph around it. */
    private static final class Frame {
        private final Map<String, Value> constants;
        private final @Nullable Frame around;
        private final Map<String, Value> values = new HashMap<>();
        private final Lifetimes lifetimes = new Lifetimes();

        Frame(Map<String, Value> constants, @Nullable Frame around) {
            this.constants = constants;
            this.around = around;
        }

        void put(String name, Value value) {
            values.put(name, value);
        }

        Value get(String name) {
            for (Frame each = this; each != null; each = each.around) {
                Value value = each.values.get(name);
                Value found = value == null ? each.constants.get(name) : value;
                if (found != null) {
                    return found;
                }
            }
            throw new OnnxException("nothing has given '%s' yet".formatted(name));
        }

        /** Adds a node's results, and closes what nobody reads any more. */
        void add(Plan.Step step, List<Tensor> results, boolean closes) {
            if (closes) {
                List<Value> read = step.reads().stream().map(this::get).toList();
                lifetimes.add(step.node().outputs(), results, read);
            }
            for (int i = 0; i < results.size(); i++) {
                put(step.node().outputs().get(i), Value.of(results.get(i)));
            }
            for (String name : step.last()) {
                values.remove(name);
                if (closes) {
                    lifetimes.end(name);
                }
            }
        }
    }
}
