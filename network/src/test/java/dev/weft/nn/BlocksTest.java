package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.random.Philox;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Blocks within blocks, and the state that a network holds for them. */
class BlocksTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    /** Two inputs, two results, and a buffer that counts passes. */
    private static final class Towers implements Block {
        private final Layer left = new Linear(3, 2);
        private final Layer right = new Linear(4, 2);

        @Override
        public List<Child> children() {
            return List.of(new Child("left", left), new Child("right", right));
        }

        @Override
        public List<BufferSpec> buffers() {
            return List.of(new BufferSpec("passes", Shape.of(1), 0));
        }

        @Override
        public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
            Tensor a = pass.apply(left, inputs.get(0));
            Tensor b = pass.apply(right, inputs.get(1));
            if (pass.training()) {
                pass.update(this, "passes", pass.get(this, "passes").add(1));
            }
            return List.of(a.add(b), a.sub(b));
        }
    }

    private static List<String> names(List<Parameter> parameters) {
        return parameters.stream().map(Parameter::name).toList();
    }

    @Test
    void aBlockHasAnyInputsAndResults() {
        Network network = Network.create(device, new Towers(), 1);
        List<Tensor> inputs = List.of(device.ones(5, 3), device.ones(5, 4));
        Forward forward = network.run(false, inputs);
        assertEquals(2, forward.outputs().size());
        assertEquals(Shape.of(5, 2), forward.outputs().get(1).shape());
        assertThrows(IllegalArgumentException.class, forward::output);
        assertEquals(
                List.of("left.weight", "left.bias", "right.weight", "right.bias"),
                names(network.parameters().list()));
        assertEquals(List.of("passes"), names(network.parameters().buffers()));
        assertEquals(6 + 2 + 8 + 2, network.parameters().count());
    }

    @Test
    void aHaltedStepChangesNoBuffer() {
        Network network = Network.create(device, new Towers(), 1);
        List<Tensor> inputs = List.of(device.ones(5, 3), device.ones(5, 4));
        Tensor passes = network.parameters().buffers().getFirst().value();
        network.run(true, inputs).updateBuffers(null);
        assertEquals(1, passes.item());
        network.run(true, inputs).updateBuffers(device.tensor(new int[] {3}));
        assertEquals(1, passes.item());
        network.run(true, inputs).updateBuffers(device.tensor(new int[] {0}));
        assertEquals(2, passes.item());
        network.run(false, inputs).updateBuffers(null);
        assertEquals(2, passes.item());
    }

    @Test
    void blocksThatAreNoPartOfTheNetworkAreRefused() {
        Layer stranger = new Linear(3, 3);
        Layer block = new Lambda("outer", x -> x);
        Layer calling =
                new Layer() {
                    @Override
                    public Tensor forward(Pass pass, Tensor x) {
                        return pass.apply(stranger, pass.apply(block, x));
                    }

                    @Override
                    public String describe() {
                        return "calling";
                    }
                };
        Network network = Network.create(device, calling, 1);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> network.forward(device.ones(2, 3)));
        assertEquals(
                "Linear(3, 3) is no block of this network: name it among its parent's children",
                e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Child("a.b", block));
        assertThrows(IllegalArgumentException.class, () -> new Child("", block));
    }

    @Test
    void aPartOfANetworkKnowsWhatTheWholeHasLearnt() {
        Linear encoder = new Linear(3, 4);
        Sequential model = new Sequential(encoder, ActivationLayer.relu(), new Linear(4, 2));
        Network network = Network.create(device, model, 1);
        Network part = network.part(encoder);
        Tensor x = device.ones(5, 3);
        assertEquals(Shape.of(5, 4), part.forward(x).shape());
        network.parameters().list().get(0).value().fill(0);
        network.parameters().list().get(1).value().fill(3);
        assertEquals(3, part.forward(x).min().item());
        assertEquals(3, part.forward(x).max().item());
        assertSame(network.parameters(), part.parameters());
        Linear equal = new Linear(3, 4);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> network.part(equal));
        assertEquals(
                "part: Linear(3, 4) is no block of this network: give the object that it was made"
                        + " of, not one like it",
                e.getMessage());
    }

    @Test
    void aBlockInTwoPlacesHasOneState() {
        Linear shared = new Linear(3, 3);
        Network network = Network.create(device, new Sequential(shared, shared), 1);
        assertEquals(List.of("0.weight", "0.bias"), names(network.parameters().list()));
        assertEquals(
                List.of("0.weight", "0.bias", "1.weight", "1.bias"),
                List.copyOf(network.parameters().byPath().keySet()));
        Map<String, HostArray> state = new LinkedHashMap<>(StateDict.of(network));
        state.remove("0.weight");
        state.remove("0.bias");
        assertTrue(StateDict.differences(network, state).isEmpty());
        try (Tape tape = new Tape(device)) {
            network.parameters().watch(tape);
            tape.gradients(network.forward(device.ones(2, 3)).sum());
        }
        assertNotEquals(0, network.parameters().list().getFirst().gradient().square().sum().item());
    }

    @Test
    void residualAndParallelLayers() {
        Layer doubled = new Lambda("doubled", x -> x.mul(2));
        Layer negated = new Lambda("negated", Tensor::neg);
        Tensor x = device.tensor(DType.F32, new double[] {1, -2}, 1, 2);
        Network residual = Network.create(device, new Residual(doubled), 1);
        assertArrayEquals(new float[] {3, -6}, residual.forward(x).toFloatArray());
        Block sum = Parallel.sum(doubled, negated);
        assertArrayEquals(
                new float[] {1, -2}, Network.create(device, sum, 1).forward(x).toFloatArray());
        Network concat =
                Network.create(device, new Sequential(Parallel.concat(1, doubled, negated)), 1);
        assertArrayEquals(new float[] {2, -4, -1, 2}, concat.forward(x).toFloatArray());
        Network each = Network.create(device, Parallel.of(doubled, negated), 1);
        List<Tensor> outputs = each.run(false, List.of(x, x.mul(10))).outputs();
        assertArrayEquals(new float[] {-10, 20}, outputs.get(1).toFloatArray());
        assertThrows(IllegalArgumentException.class, () -> each.run(false, List.of(x, x, x)));
        assertThrows(IllegalArgumentException.class, Parallel::of);
    }

    private Network encoderAndHead() {
        Sequential encoder = new Sequential(new Linear(3, 4), ActivationLayer.relu());
        return Network.create(device, new Sequential(encoder, new Linear(4, 2)), 1);
    }

    @Test
    void frozenParametersHaveNoGradientAndKeepTheirValues() {
        Network network = encoderAndHead();
        Parameters parameters = network.parameters();
        String before = parameters.sha256();
        Parameter weight = parameters.list().getFirst();
        try (Scope _ = device.scope()) {
            parameters.freeze("0.*");
        }
        assertEquals(before, parameters.sha256());
        assertEquals(Role.FROZEN, weight.role());
        assertThrows(IllegalStateException.class, weight::gradient);
        assertEquals(10, parameters.trainedCount());
        assertEquals(
                List.of("1.weight", "1.bias"), names(parameters.groups().getFirst().parameters()));
        try (Tape tape = new Tape(device)) {
            parameters.watch(tape);
            tape.gradients(network.forward(device.ones(2, 3)).sum());
        }
        parameters.unfreeze("0.0.weight");
        assertEquals(before, parameters.sha256());
        assertEquals(Shape.of(4, 3), weight.gradient().shape());
        parameters.freeze("*");
        assertTrue(parameters.groups().isEmpty());
        assertEquals(before, parameters.sha256());
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> parameters.freeze("decoder.*"));
        assertEquals(
                "no parameter matches 'decoder.*': there are 0.0.weight, 0.0.bias, 1.weight,"
                        + " 1.bias",
                e.getMessage());
    }

    @Test
    void groupsLieInBuffersOfTheirOwn() {
        Network network = encoderAndHead();
        Parameters parameters = network.parameters();
        String before = parameters.sha256();
        int arrangement = parameters.arrangement();
        parameters.group("no decay", "*.bias");
        assertNotEquals(arrangement, parameters.arrangement());
        assertEquals(before, parameters.sha256());
        assertEquals(
                List.of("default", "no decay"),
                parameters.groups().stream().map(ParameterGroup::name).toList());
        ParameterGroup biases = parameters.groups().getLast();
        assertEquals(List.of("0.0.bias", "1.bias"), names(biases.parameters()));
        assertEquals(32, biases.values().size());
        Parameter last = biases.parameters().getLast();
        last.value().assign(device.tensor(DType.F32, new double[] {5, 6}));
        assertArrayEquals(
                new float[] {5, 6}, biases.split(biases.values()).getLast().toFloatArray());
    }

    @Test
    void aStateDictIsLoadedAsAWholeOrAsFarAsItFits() {
        Network one = encoderAndHead();
        Network two =
                Network.create(
                        device,
                        new Sequential(
                                new Sequential(new Linear(3, 4), ActivationLayer.relu()),
                                new Linear(4, 5),
                                new Linear(5, 1)),
                        DType.F64,
                        2);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> StateDict.load(two, StateDict.of(one)));
        assertEquals(
                "the state does not fit the network: missing: 2.weight, 2.bias; unexpected: none;"
                        + " of another shape: 1.weight (2x4, and the network has 5x4), 1.bias"
                        + " ([2], and the network has [5])",
                e.getMessage());
        StateDict.Differences left = StateDict.loadWhatFits(two, StateDict.of(one));
        assertEquals(List.of("2.weight", "2.bias"), left.missing());
        assertArrayEquals(
                one.parameters().list().getFirst().value().toFloatArray(),
                two.parameters().list().getFirst().value().toFloatArray());
        assertEquals(DType.F64, two.parameters().list().getFirst().value().dtype());
        Network three = encoderAndHead();
        three.parameters().list().getFirst().value().assign(device.zeros(4, 3));
        StateDict.load(three, StateDict.of(one));
        assertEquals(one.parameters().sha256(), three.parameters().sha256());
    }

    @Test
    void aSummaryCountsWhatAPassCosts() {
        Network network = Network.create(device, Models.SIMPLENET.layers(0), 1);
        Summary summary = network.summary(1, 28, 28);
        assertEquals(
                List.of("0", "1", "2", "3", ""),
                summary.rows().stream().map(Summary.Row::path).toList());
        assertEquals(784 * 128 + 128 + 1290, summary.parameters());
        assertEquals(100_480, summary.rows().get(1).parameters());
        assertEquals(Shape.of(1, 10), summary.rows().getLast().outputs().getFirst());
        assertEquals(2.0 * (784 * 128 + 1280) + 128, (double) summary.flops(), 1000);
        assertEquals(summary.flops(), summary.rows().getLast().flops());
        String text = summary.toString();
        assertTrue(text.contains("Linear(784, 128)"), text);
        assertTrue(text.contains("101,770 parameters (101,770 trained), 397.5 KiB"), text);
    }

    @Test
    void fansCountAKernelsElements() {
        assertEquals(new Fans(784, 128), Fans.of(Shape.of(128, 784)));
        assertEquals(new Fans(3 * 25, 8 * 25), Fans.of(Shape.of(8, 3, 5, 5)));
        assertEquals(new Fans(7, 7), Fans.of(Shape.of(7)));
    }

    @Test
    void orthogonalRowsOrColumns() {
        for (long[] dims : new long[][] {{3, 8}, {8, 3}, {4, 2, 3}}) {
            Shape shape = Shape.of(dims);
            double[] values = new double[(int) shape.size()];
            Initializer.orthogonal(2).fill(values, shape, Fans.of(shape), new Philox(1));
            long rows = dims[0];
            Tensor w = device.tensor(values, rows, shape.size() / rows);
            Tensor gram = rows <= w.dim(1) ? w.matmul(w.transpose()) : w.transpose().matmul(w);
            double error = gram.sub(device.eye(DType.F64, gram.dim(0)).mul(4)).abs().max().item();
            assertEquals(0, error, 1e-12);
        }
    }

    @Test
    void truncatedNormalsStayWithinTwoDeviations() {
        Shape shape = Shape.of(100, 100);
        double[] values = new double[10_000];
        Initializer.truncatedNormal(0.5).fill(values, shape, Fans.of(shape), new Philox(1));
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertTrue(largest <= 1 && largest > 0.95, "largest " + largest);
    }
}
