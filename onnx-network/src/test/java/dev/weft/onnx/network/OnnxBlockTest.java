package dev.weft.onnx.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;
import dev.weft.data.Examples;
import dev.weft.data.InMemoryBatches;
import dev.weft.nn.Block;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.nn.Parameter;
import dev.weft.nn.ParameterSpec;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.OnnxSession;
import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.Dimension;
import dev.weft.onnx.graph.Graph;
import dev.weft.onnx.graph.ModelFile;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.graph.OnnxTensor;
import dev.weft.onnx.graph.ValueInfo;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Trainer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** An ONNX model as a block: what it gives, its parameters, and their gradients. */
class OnnxBlockTest {
    private static final int F64 = 11;

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    /** A padding's row has no gradient, which a graph cannot say. */
    static List<ExportCase> cases() {
        return ExportCase.all().stream()
                .filter(each -> !each.name().contains("padding") && !each.name().contains("bert"))
                .filter(each -> !parameters(each.block()).isEmpty())
                .toList();
    }

    private static List<ParameterSpec> parameters(Block block) {
        return Stream.concat(
                        block.parameters().stream(),
                        block.children().stream().flatMap(c -> parameters(c.block()).stream()))
                .toList();
    }

    private static OnnxModel model(ModelFile file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        file.writeTo(bytes);
        return OnnxModel.of("test.onnx", bytes.toByteArray());
    }

    /** A loss in which every element of every output counts differently. */
    private Tensor loss(List<Tensor> outputs) {
        Tensor loss = null;
        for (Tensor y : outputs) {
            Tensor weights = device.random(5).normal(DType.F64, 0, 1, y.shape().toArray());
            Tensor part = y.mul(weights).sum();
            loss = loss == null ? part : loss.add(part);
        }
        return Objects.requireNonNull(loss);
    }

    private Map<String, double[]> gradients(Network network, List<Tensor> inputs) {
        Map<String, double[]> found = new LinkedHashMap<>();
        try (Scope _ = device.scope();
                Tape tape = new Tape(device)) {
            for (Parameter each : network.parameters().list()) {
                tape.watch(each.value());
            }
            Gradients gradients = tape.gradients(loss(network.run(false, inputs).outputs()));
            for (Parameter each : network.parameters().list()) {
                found.put(each.name(), gradients.of(each.value()).toDoubleArray());
            }
        }
        return found;
    }

    /** The exported model's gradients are the network's own. */
    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreThoseOfTheNetworkThatWasWritten(ExportCase narrow) throws IOException {
        ExportCase each = narrow.wide();
        Network network = each.network(device, DType.F64);
        List<Tensor> inputs = List.copyOf(each.samples(device, 3).values());
        Map<String, double[]> expected = gradients(network, inputs);
        ModelFile file = each.export(network).model();
        String[] names =
                expected.keySet().stream()
                        .filter(file.graph().initializers()::containsKey)
                        .toArray(String[]::new);
        assertTrue(names.length > 0);
        try (OnnxBlock all = OnnxBlock.of(model(file));
                OnnxBlock block = all.parametersMatching(names)) {
            Network again = Network.create(device, block, DType.F64, 1);
            Map<String, double[]> found = gradients(again, inputs);
            assertEquals(names.length, found.size());
            found.forEach(
                    (name, numbers) -> assertArrayEquals(expected.get(name), numbers, 1e-5, name));
        }
    }

    private static HostArray doubles(double[] values, long... dims) {
        return new HostArray(DType.F64, Shape.of(dims), MemorySegment.ofArray(values));
    }

    private static ValueInfo value(String name, long... dims) {
        List<Dimension> extents = new ArrayList<>();
        for (long dim : dims) {
            extents.add(new Dimension(dim, ""));
        }
        return new ValueInfo(name, "tensor", F64, extents);
    }

    private static Node node(
            String operator, String inputs, String output, Map<String, Attribute> attributes) {
        return new Node(
                "n_" + output,
                operator,
                "",
                List.of(inputs.split(",")),
                List.of(output),
                attributes);
    }

    private static OnnxModel model(List<Node> nodes, Map<String, HostArray> weights, long... dims)
            throws IOException {
        Map<String, OnnxTensor> initializers = new LinkedHashMap<>();
        weights.forEach((name, array) -> initializers.put(name, OnnxTensor.of(name, array)));
        Graph graph =
                new Graph(
                        "test",
                        nodes,
                        initializers,
                        List.of(value("x", dims)),
                        List.of(new ValueInfo("y", "tensor", F64, null)));
        return model(new ModelFile(graph, Map.of("", 17L), Map.of("ir_version", "8")));
    }

    /** Batch norm by its own statistics, a product, an activation and a softmax. */
    private static OnnxModel small() throws IOException {
        return model(
                List.of(
                        node("BatchNormalization", "x,scale,shift,mean,variance", "h", Map.of()),
                        node("Gemm", "h,w,b", "g", Map.of("transB", new Attribute.Int(1))),
                        node("Tanh", "g", "t", Map.of()),
                        node("Mul", "t,factor", "s", Map.of()),
                        node("Softmax", "s", "y", Map.of("axis", new Attribute.Int(-1)))),
                Map.of(
                        "scale", doubles(new double[] {1, 0.5, -2}, 3),
                        "shift", doubles(new double[] {0.1, 0, 0.3}, 3),
                        "mean", doubles(new double[] {0.2, -0.1, 0.4}, 3),
                        "variance", doubles(new double[] {1.5, 0.7, 2}, 3),
                        "w", doubles(new double[] {0.3, -0.2, 0.5, 0.9, 0.1, -0.7}, 2, 3),
                        "b", doubles(new double[] {0.05, -0.15}, 2),
                        "factor", doubles(new double[] {3}, new long[0])),
                2,
                3);
    }

    @Test
    void gradientsAreCentralDifferences() throws IOException {
        try (OnnxBlock block = OnnxBlock.of(small())) {
            Network network = Network.create(device, block, DType.F64, 1);
            List<Tensor> inputs =
                    List.of(device.tensor(new double[] {0.4, -1, 2, 1.5, 0.2, -0.3}, 2, 3));
            Map<String, double[]> found = gradients(network, inputs);
            for (Parameter each : network.parameters().list()) {
                double[] values = each.value().toDoubleArray();
                long[] dims = each.shape().toArray();
                for (int i = 0; i < values.length; i++) {
                    double[] sides = new double[2];
                    for (int side = 0; side < 2; side++) {
                        double[] moved = values.clone();
                        moved[i] += side == 0 ? 1e-6 : -1e-6;
                        each.value().assign(device.tensor(moved, dims));
                        sides[side] = loss(network.run(false, inputs).outputs()).item();
                    }
                    each.value().assign(device.tensor(values, dims));
                    assertEquals(
                            (sides[0] - sides[1]) / 2e-6,
                            Objects.requireNonNull(found.get(each.name()))[i],
                            1e-8,
                            each.element(i));
                }
            }
        }
    }

    @Test
    void givesTheBitsOfTheModel() throws IOException {
        OnnxModel model = small();
        Tensor x = device.random(2).normal(DType.F64, 0, 1, 2, 3);
        try (OnnxBlock block = OnnxBlock.of(model);
                OnnxSession session = model.on(device)) {
            Network network = Network.create(device, block, DType.F64, 1);
            for (int run = 0; run < 3; run++) {
                Tensor expected = Objects.requireNonNull(session.run(Map.of("x", x)).get("y"));
                assertArrayEquals(expected.toDoubleArray(), network.forward(x).toDoubleArray(), 0);
            }
        }
    }

    /** Running statistics and single numbers are none; those that do not match stay constants. */
    @Test
    void parametersAreTheModelsWeights() throws IOException {
        try (OnnxBlock all = OnnxBlock.of(small());
                OnnxBlock some = all.parametersMatching("s?ale", "w*")) {
            assertEquals(
                    List.of("b", "scale", "shift", "w"),
                    all.parameters().stream().map(spec -> spec.name()).sorted().toList());
            assertEquals(
                    List.of("scale", "w"),
                    some.parameters().stream().map(spec -> spec.name()).sorted().toList());
            assertEquals(
                    "OnnxBlock(test.onnx): no weight matches 'v*': there are %s"
                            .formatted(all.parameters().stream().map(spec -> spec.name()).toList()),
                    message(() -> all.parametersMatching("v*")));
        }
    }

    @Test
    void anOperatorWithoutAGradientIsNamed() throws IOException {
        OnnxModel model =
                model(
                        List.of(
                                node("MatMul", "x,w", "h", Map.of()),
                                node("Cast", "h", "i", Map.of("to", new Attribute.Int(7))),
                                node("Cast", "i", "c", Map.of("to", new Attribute.Int(F64))),
                                node("MatMul", "c,v", "y", Map.of())),
                        Map.of(
                                "w", doubles(new double[] {1, 2, 3, 4}, 2, 2),
                                "v", doubles(new double[] {1, 2, 3, 4}, 2, 2)),
                        1,
                        2);
        Tensor x = device.tensor(new double[] {0.5, 2}, 1, 2);
        try (OnnxBlock block = OnnxBlock.of(model);
                OnnxBlock behind = block.parametersMatching("v")) {
            Network network = Network.create(device, block, DType.F64, 1);
            assertEquals(
                    "node Cast 'n_i': domain '', version 17, hands no gradient on, and input 'h' is"
                            + " made of what is trained: train only what comes behind it",
                    message(() -> gradients(network, List.of(x))));
            assertEquals(2, network.forward(x).dim(1));
            Network last = Network.create(device, behind, DType.F64, 1);
            assertArrayEquals(new double[] {6, 6, 9, 9}, gradientsOfSum(last, x), 0);
        }
    }

    private static String message(Executable wrong) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, wrong).getMessage());
    }

    private double[] gradientsOfSum(Network network, Tensor x) {
        Tensor w = network.parameters().list().getFirst().value();
        try (Scope _ = device.scope();
                Tape tape = new Tape(device)) {
            tape.watch(w);
            return tape.gradients(network.forward(x).sum()).of(w).toDoubleArray();
        }
    }

    /** Steps that are captured and replayed train as those that are not. */
    @Test
    void trainsInCapturedStepsToo() throws IOException {
        Examples examples =
                Examples.of(
                        doubles(new double[] {1, 2, 3, -1, 0, 2, 0.5, 1, -2, 3, 1, 0}, 4, 3),
                        doubles(new double[] {1, 0, 0, 1, 0.5, 0.5, 1, 0}, 4, 2));
        Set<String> trained = new HashSet<>();
        for (boolean captured : new boolean[] {false, true}) {
            try (Scope _ = device.scope();
                    OnnxBlock block = OnnxBlock.of(small())) {
                Network network = Network.create(device, block, DType.F64, 1);
                String before = network.parameters().sha256();
                Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.1);
                Trainer trainer = new Trainer(network, Objective.mse(), adam);
                trainer.captureSteps(captured);
                trainer.train(new InMemoryBatches(device, examples, 2), 1, 3, 1);
                trained.add(network.parameters().sha256());
                assertFalse(trained.contains(before));
            }
        }
        assertEquals(1, trained.size());
    }

    @Test
    void wrongInputsAreOneError() throws IOException {
        try (OnnxBlock block = OnnxBlock.of(small())) {
            Network network = Network.create(device, block, DType.F64, 1);
            Network narrow = Network.create(device, block, 1);
            Tensor x = device.zeros(DType.F64, 2, 3);
            assertEquals(
                    "OnnxBlock(test.onnx) takes 1 inputs, [x], got 2",
                    message(() -> network.forward(x, x)));
            String weight = narrow.parameters().list().getFirst().name();
            assertEquals(
                    "OnnxBlock(test.onnx): weight '%s' is F64, and the network's parameters are F32: make the network of the model's type"
                            .formatted(weight),
                    message(() -> narrow.forward(x)));
            Tensor wide = device.zeros(DType.F64, 2, 4);
            assertThrows(OnnxException.class, () -> network.forward(wide));
        }
    }
}
