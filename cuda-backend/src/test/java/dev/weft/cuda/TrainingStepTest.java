package dev.weft.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.nn.Models;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Trainer;

import org.junit.jupiter.api.Test;

import java.util.List;

/** How many kernels one training step of SimpleNet launches: each costs microseconds. */
class TrainingStepTest {
    private static final int MOST = 12;
    private static final int BATCH = 64;

    @Test
    void launches() {
        StandIn.require();
        try (Device device = Devices.open("cuda");
                Scope _ = device.scope()) {
            Network network = Network.create(device, Models.SIMPLENET.layers(0), 1);
            Optimizer sgd = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.01);
            Trainer trainer = new Trainer(network, Models.SIMPLENET.loss(), sgd);
            Tensor x = device.ones(BATCH, 784);
            Tensor labels = device.tensor(new int[BATCH]);
            trainer.step(x, labels, 1, 1);
            StandIn.launched();
            trainer.step(x, labels, 1, 2);
            List<String> launched = StandIn.launched();
            System.out.println(launched.size() + " launches in a training step: " + launched);
            assertTrue(launched.size() <= MOST, launched.toString());
        }
    }
}
