import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.data.Batches;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.Normalization;
import dev.weft.data.Split;
import dev.weft.nn.ActivationLayer;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.nn.Sequential;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;

/**
 * SimpleNet: 784-128-10 with ReLU, ending in logits; cross-entropy with class indices, SGD 0.01.
 */
public class SimpleNet {
    public static void main(String[] args) {
        System.out.printf("test accuracy %.1f %%%n", 100 * train(10));
    }

    /** Trains on drawn digits, and returns the share of test digits that it then tells right. */
    static double train(int epochs) {
        Split digits = Split.last(GeneratedDigits.generate(6600, 1), 600);
        Normalization scale = Normalization.of(digits.train());
        Sequential layers =
                new Sequential(new Linear(784, 128), ActivationLayer.relu(), new Linear(128, 10));
        try (Device device = Devices.best();
                Scope scope = device.scope()) {
            Network network = Network.create(device, layers, 1);
            Optimizer sgd = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.01);
            Trainer trainer = new Trainer(network, Objective.crossEntropy(), sgd);
            trainer.train(
                    new InMemoryBatches(device, digits.train().examples(scale), 64), 1, epochs, 1);
            Batches test = new InMemoryBatches(device, digits.test().examples(scale), 64);
            return Evaluation.of(network, Objective.crossEntropy(), test).accuracy();
        }
    }
}
