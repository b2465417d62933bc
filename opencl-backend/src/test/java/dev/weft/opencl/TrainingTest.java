package dev.weft.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
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

/** A network learns on OpenCL what it learns on the reference backend. */
class TrainingTest {
    private static final int TRAIN = 1500;
    private static final int TEST = 300;
    private static final int BATCH = 32;
    private static final int EPOCHS = 3;

    @Test
    void reachesTheAccuracyOfTheReference() {
        TestDriver.require();
        double reference = train("reference", false).accuracy;
        Result opencl = train("opencl", false);
        assertTrue(reference > 0.9, "the reference's accuracy is " + reference);
        assertEquals(reference, opencl.accuracy, 0.01);
        // By replays of its step, the same numbers.
        assertEquals(opencl, train("opencl", true));
    }

    private record Result(double accuracy, String parameters) {}

    private static Result train(String selector, boolean captures) {
        Split digits = Split.last(GeneratedDigits.generate(TRAIN + TEST, 1), TEST);
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
