package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.Normalization;
import dev.weft.data.Split;
import dev.weft.nn.Models;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;

import org.junit.jupiter.api.Test;

/** A network learns on CUDA what it learns on the reference backend. */
class CudaTrainingTest {
    private static final int TRAIN = 1500;
    private static final int TEST = 300;
    private static final int FEW = 5 * 32 + 7;
    private static final int BATCH = 32;
    private static final int EPOCHS = 3;

    @Test
    void reachesTheAccuracyOfTheReference() {
        StandIn.requireDevice();
        double reference = train("reference", false, TRAIN).accuracy;
        assertTrue(reference > 0.9, "the reference's accuracy is " + reference);
        assertEquals(reference, train("cuda", true, TRAIN).accuracy, 0.01);
    }

    @Test
    void aGraphOfItsStepGivesTheSameNumbers() {
        StandIn.requireDevice();
        assertEquals(train("cuda", false, FEW), train("cuda", true, FEW));
    }

    /** The label is found when the step is read, after its update was enqueued. */
    @Test
    void aBadLabelChangesNothing() {
        StandIn.requireDevice();
        try (Device device = Devices.open("cuda");
                Scope _ = device.scope()) {
            Network network = Network.create(device, Models.SIMPLENET.layers(0), 1);
            Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.001);
            Trainer trainer = new Trainer(network, Models.SIMPLENET.loss(), adam);
            Tensor x = device.ones(2, 784);
            Tensor nan = device.full(Double.NaN, x.shape());
            Tensor bad = device.tensor(new int[] {1, 10});
            String before = network.parameters().sha256();
            for (Tensor images : new Tensor[] {x, nan}) {
                assertThrows(
                        IndexOutOfBoundsException.class, () -> trainer.step(images, bad, 1, 1));
                assertEquals(before, network.parameters().sha256());
                assertEquals(0, adam.steps());
            }
            trainer.step(x, device.tensor(new int[] {1, 9}), 1, 2);
            assertEquals(1, adam.steps());
        }
    }

    private record Result(double accuracy, String parameters) {}

    private static Result train(String selector, boolean captures, int examples) {
        Split digits = Split.last(GeneratedDigits.generate(examples + TEST, 1), TEST);
        Normalization scale = Normalization.of(digits.train());
        try (Device device = Devices.open(selector);
                Scope _ = device.scope()) {
            // With dropout, whose masks are drawn on the device.
            Network network = Network.create(device, Models.SIMPLENET.layers(0.1), 1);
            Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.001);
            Batches train = new InMemoryBatches(device, digits.train().examples(scale), BATCH);
            Trainer trainer = new Trainer(network, Models.SIMPLENET.loss(), adam);
            trainer.captureSteps(captures);
            trainer.train(train, 1, EPOCHS, 1);
            Batches test = new InMemoryBatches(device, digits.test().examples(scale), BATCH);
            return new Result(
                    Evaluation.of(network, Models.SIMPLENET.loss(), test).accuracy(),
                    network.parameters().sha256());
        }
    }
}
