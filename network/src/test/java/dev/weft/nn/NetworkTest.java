package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.random.Philox;
import dev.weft.train.Trainer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
            assertEquals(parameters.values().view().buffer(), parameter.value().view().buffer());
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
        float[] normal = drawn(Initializer.normal(0.5));
        double square = 0;
        for (float value : normal) {
            square += value * value;
        }
        assertEquals(0.5, Math.sqrt(square / normal.length), 0.01);
    }

    private static void assertUniform(Initializer initializer, double bound) {
        float[] values = drawn(initializer);
        double largest = 0;
        double square = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
            square += value * value;
        }
        assertTrue(largest <= bound && largest > 0.99 * bound, () -> "bound " + bound);
        assertEquals(bound / Math.sqrt(3), Math.sqrt(square / values.length), 0.02 * bound);
    }

    private static float[] drawn(Initializer initializer) {
        float[] values = new float[20_000];
        initializer.fill(values, Shape.of(200, 100), 100, new Philox(5));
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
            Tensor x = device.tensor(new double[] {1, -2, 3, 0.5, -0.1, 0, 4, -1, 2, 1}, 2, 5);
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
        Tensor dropped = network.forward(x, true);
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
        Trainer trainer = new Trainer(network, LossKind.CROSS_ENTROPY, optimizer);
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
