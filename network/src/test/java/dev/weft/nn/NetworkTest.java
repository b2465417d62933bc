package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.CrossEntropyOptions;
import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Activation;
import dev.weft.backend.UnaryOp;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.random.Philox;
import dev.weft.train.Trainer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class NetworkTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    @Test
    void parametersLieInOneBufferAtMultiplesOf64Bytes() {
        Network network = Network.create(device, Models.SIMPLENET.layers(0), 1);
        Parameters parameters = network.parameters();
        assertEquals(784 * 128 + 128 + 128 * 10 + 10, parameters.count());
        assertEquals(
                "[1.weight, 1.bias, 3.weight, 3.bias]",
                parameters.list().stream().map(Parameter::name).toList().toString());
        for (Parameter parameter : parameters.list()) {
            assertEquals(0, parameter.value().view().offset() % 16);
            assertEquals(
                    parameters.groups().getFirst().values().view().buffer(),
                    parameter.value().view().buffer());
            assertEquals(parameter.value().view().offset(), parameter.gradient().view().offset());
        }
    }

    @Test
    void equalSeedsGiveEqualParameters() {
        Layer layers = new Linear(30, 20);
        String one = Network.create(device, layers, 7).parameters().sha256();
        assertEquals(one, Network.create(device, layers, 7).parameters().sha256());
        assertNotEquals(one, Network.create(device, layers, 8).parameters().sha256());
    }

    @Test
    void initializersKeepTheirRangesAndMoments() {
        assertUniform(Initializer.pytorch(), 1 / Math.sqrt(100));
        assertUniform(Initializer.glorotUniform(), Math.sqrt(6.0 / (100 + 200)));
        assertUniform(Initializer.heUniform(), Math.sqrt(6.0 / 100));
        double[] normal = drawn(Initializer.normal(0.5));
        double square = 0;
        for (double value : normal) {
            square += value * value;
        }
        assertEquals(0.5, Math.sqrt(square / normal.length), 0.01);
    }

    private static void assertUniform(Initializer initializer, double bound) {
        double[] values = drawn(initializer);
        double largest = 0;
        double square = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
            square += value * value;
        }
        assertTrue(largest <= bound && largest > 0.99 * bound, () -> "bound " + bound);
        assertEquals(bound / Math.sqrt(3), Math.sqrt(square / values.length), 0.02 * bound);
    }

    private static double[] drawn(Initializer initializer) {
        double[] values = new double[20_000];
        Shape shape = Shape.of(200, 100);
        initializer.fill(values, shape, Fans.of(shape), new Philox(5));
        return values;
    }

    @Test
    void fusedLayersGiveWhatSingleOnesGive() {
        for (ActivationLayer activation :
                new ActivationLayer[] {
                    ActivationLayer.relu(), ActivationLayer.tanh(), ActivationLayer.sigmoid()
                }) {
            Linear linear = new Linear(5, 4);
            Network fused = Network.create(device, new Sequential(linear, activation), 3);
            Network single =
                    Network.create(
                            device,
                            new Sequential(new Sequential(linear), new Sequential(activation)),
                            3);
            Tensor x =
                    device.tensor(
                            DType.F32, new double[] {1, -2, 3, 0.5, -0.1, 0, 4, -1, 2, 1}, 2, 5);
            assertArrayEquals(
                    single.forward(x).toDoubleArray(), fused.forward(x).toDoubleArray(), 1e-15);
        }
    }

    @Test
    void everyLayerSaysWhatItIs() {
        assertEquals(
                "[Flatten, Linear(784, 128), RELU, Dropout(0.5), Linear(128, 10), Softmax]",
                Models.SIMPLENET_SOFTMAX.layers(0.5).describe());
    }

    @Test
    void dropoutDropsInTrainingOnly() {
        Network network =
                Network.create(device, new Sequential(new Flatten(), new Dropout(0.5)), 1);
        Tensor x = device.ones(10, 10, 10);
        assertEquals(1000, network.forward(x).sum().item());
        Tensor dropped = network.train(x);
        assertEquals(1000, dropped.sum().item(), 150);
        assertEquals(2, dropped.max().item());
        assertEquals(0, dropped.min().item());
    }

    @Test
    void aSmallNetworkLearnsXor() {
        Network network =
                Network.create(
                        device,
                        new Sequential(new Linear(2, 8), ActivationLayer.tanh(), new Linear(8, 2)),
                        1);
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.05);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
        Tensor x = device.tensor(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
        Tensor labels = device.tensor(new int[] {0, 1, 1, 0});
        double first = trainer.step(x, labels, 1, 1);
        double loss = first;
        for (int step = 2; step <= 200; step++) {
            loss = trainer.step(x, labels, 1, step);
        }
        assertTrue(loss < 0.05, "loss went from " + first + " to " + loss);
        assertArrayEquals(new int[] {0, 1, 1, 0}, network.forward(x).argmax(1).toIntArray());
    }

    @Test
    void aLossRefusesWhatItCannotLearnFrom() {
        Tensor one = device.ones(4, 1);
        Tensor classes = device.tensor(new int[4]);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> loss(Objective.crossEntropy(), one, classes));
        assertTrue(String.valueOf(e.getMessage()).contains("use binary_cross_entropy"));
        assertThrows(
                IllegalArgumentException.class,
                () -> loss(Objective.categoricalCrossEntropy(), one, one));
        assertEquals(Math.log(2), loss(Objective.crossEntropy(), device.ones(4, 2), classes), 1e-6);
    }

    private static double loss(Objective objective, Tensor output, Tensor target) {
        return objective.loss(List.of(output), List.of(target), null).item();
    }

    @Test
    void objectivesWeighExamples() {
        Tensor x = device.tensor(DType.F32, new double[] {1, 2, 3, 4}, 2, 2);
        Tensor t = device.tensor(DType.F32, new double[] {0, 0, 0, 0}, 2, 2);
        Tensor weights = device.tensor(DType.F32, new double[] {3, 1});
        Tensor loss = Objective.mse().loss(List.of(x), List.of(t), weights);
        assertEquals((3 * 2.5 + 12.5) / 4, loss.item(), 1e-6);
        Objective sum = Objective.sum(List.of(Objective.mse(), Objective.l1()), 1, 0.5);
        assertEquals(7.5 + 1.25, sum.loss(List.of(x, x), List.of(t, t), null).item(), 1e-6);
        Objective smooth = Objective.crossEntropy(CrossEntropyOptions.NONE.labelSmoothing(0.5));
        Tensor labels = device.tensor(new int[] {1, 0});
        double expected = Math.log(1 + Math.E);
        assertEquals((expected - 0.75 + expected - 0.25) / 2, loss(smooth, x, labels), 1e-6);
        assertEquals("mse + l1", sum.label());
        assertThrows(IllegalArgumentException.class, () -> sum.loss(List.of(x), List.of(t), null));
        assertThrows(IllegalArgumentException.class, () -> Objective.sum(List.of(), 1));
        assertThrows(IllegalArgumentException.class, () -> Objective.named("hinge", Task.CLASSES));
    }

    @Test
    void theLastLayerMustGiveWhatTheLossTakes() {
        Linear linear = new Linear(3, 2);
        Sequential probabilities =
                new Sequential(linear, new Sequential(ActivationLayer.relu(), new Softmax()));
        Objective.crossEntropy().requireFit(linear);
        Objective.crossEntropy().requireFit(new Sequential(linear, ActivationLayer.sigmoid()));
        Objective.categoricalCrossEntropy().requireFit(probabilities);
        assertThrows(
                IllegalArgumentException.class,
                () -> Objective.crossEntropy().requireFit(probabilities));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                Objective.categoricalCrossEntropy()
                                        .requireFit(new Sequential(new Softmax(), linear)));
        assertTrue(String.valueOf(e.getMessage()).contains("ends in Linear(3, 2)"));
    }

    @Test
    void initializersDrawInOrder() {
        double[] values = new double[5];
        Shape shape = Shape.of(3, 4);
        Initializer.uniform(2).fill(values, shape, Fans.of(shape), new Philox(9));
        Philox random = new Philox(9);
        for (double value : values) {
            assertEquals(2 * (2 * random.nextDouble() - 1), value);
        }
        Initializer.normal(0.25).fill(values, shape, Fans.of(shape), new Philox(9));
        random = new Philox(9);
        for (double value : values) {
            assertEquals(0.25 * random.nextGaussian(), value);
        }
        Initializer.constant(0.5).fill(values, shape, Fans.of(shape), random);
        assertArrayEquals(new double[] {0.5, 0.5, 0.5, 0.5, 0.5}, values);
        Initializer.zeros().fill(values, shape, Fans.of(shape), random);
        assertArrayEquals(new double[5], values);
    }

    @Test
    void elementsAreNamedByTheirIndices() {
        Network network = Network.create(device, new Sequential(new Linear(4, 3)), 1);
        Parameter weight = network.parameters().list().getFirst();
        assertEquals("0.weight[0, 0]", weight.element(0));
        assertEquals("0.weight[1, 2]", weight.element(6));
        assertEquals("0.weight[2, 3]", weight.element(11));
        assertTrue(network.parameters().firstNonFinite().isEmpty());
        weight.value().slice(0, 1, 2).slice(1, 2, 3).assign(device.full(1 / 0.0, Shape.of(1, 1)));
        assertEquals(
                "0.weight[1, 2] is Infinity", network.parameters().firstNonFinite().orElseThrow());
    }

    @Test
    void theStreamOfMasksGoesOnWhereItIsSaidTo() {
        long seed = 0x1234_5678_9ABC_DEF0L;
        Network network = Network.create(device, new Dropout(0.5), seed);
        Tensor x = device.ones(3, 5);
        network.train(x);
        assertEquals(4, network.dropoutBlock());
        float[] second = network.train(x).toFloatArray();
        for (long block : new long[] {0xFFFF_FFFF_FFFFL, 4}) {
            try (Scope _ = device.scope()) {
                network.restoreDropout(seed, block);
            }
            assertEquals(block, network.dropoutBlock());
        }
        assertArrayEquals(second, network.train(x).toFloatArray());
        Network other = Network.create(device, new Dropout(0.5), 0x1234_5679_9ABC_DEF0L);
        other.restoreDropout(other.seed(), 4);
        assertFalse(Arrays.equals(second, other.train(x).toFloatArray()));
        assertEquals(seed, network.seed());
    }

    @Test
    void activationLayersApplyTheirFunctions() {
        Tensor x = device.tensor(DType.F32, new double[] {-2, -0.5, 0, 1, 3}, 1, 5);
        Map<ActivationLayer, Tensor> expected =
                new HashMap<>(
                        Map.of(
                                ActivationLayer.relu(),
                                x.relu(),
                                ActivationLayer.leakyRelu(0.25),
                                x.leakyRelu(0.25),
                                ActivationLayer.elu(0.75),
                                x.elu(0.75),
                                ActivationLayer.sigmoid(),
                                x.sigmoid(),
                                ActivationLayer.tanh(),
                                x.tanh(),
                                ActivationLayer.gelu(),
                                x.gelu(),
                                new ActivationLayer(UnaryOp.GELU_TANH, 0),
                                x.geluTanh(),
                                ActivationLayer.silu(),
                                x.silu(),
                                ActivationLayer.softplus(),
                                x.softplus()));
        expected.put(ActivationLayer.hardSigmoid(), x.hardSigmoid());
        expected.put(ActivationLayer.hardSwish(), x.hardSwish());
        expected.put(ActivationLayer.mish(), x.mish());
        expected.put(ActivationLayer.selu(), x.selu());
        expected.put(ActivationLayer.celu(0.75), x.celu(0.75));
        expected.put(ActivationLayer.softsign(), x.softsign());
        expected.put(ActivationLayer.logSigmoid(), x.logSigmoid());
        expected.forEach(
                (layer, y) ->
                        assertArrayEquals(
                                y.toDoubleArray(),
                                Network.create(device, layer, 1).forward(x).toDoubleArray(),
                                layer.describe()));
        assertEquals(Activation.RELU, ActivationLayer.relu().fused());
        assertEquals(Activation.IDENTITY, ActivationLayer.gelu().fused());
        assertThrows(IllegalArgumentException.class, () -> new ActivationLayer(UnaryOp.EXP, 0));
    }

    @Test
    void flattenKeepsTheFirstAxis() {
        Network flatten = Network.create(device, new Flatten(), 1);
        assertEquals(Shape.of(2, 12), flatten.forward(device.ones(2, 3, 4)).shape());
        assertEquals(Shape.of(5, 1), flatten.forward(device.ones(5)).shape());
        assertEquals(Shape.of(2, 3), flatten.forward(device.ones(2, 3)).shape());
        assertEquals(Shape.of(0, 0), flatten.forward(device.ones(0, 3, 4)).shape());
    }

    @Test
    void rangesAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new Dropout(1));
        assertThrows(IllegalArgumentException.class, () -> new Linear(0, 3));
        assertThrows(IllegalArgumentException.class, Sequential::new);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Models.named("resnet"));
        assertEquals(
                "there is no model 'resnet'; choose one of simplenet, simplenet-softmax",
                e.getMessage());
    }
}
