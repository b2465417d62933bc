package dev.weft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.Normalization;
import dev.weft.data.Split;
import dev.weft.nn.ActivationLayer;
import dev.weft.nn.Dropout;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.LossKind;
import dev.weft.nn.Network;
import dev.weft.nn.ParameterSpec;
import dev.weft.nn.Pass;
import dev.weft.nn.Sequential;
import dev.weft.nn.Softmax;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

class TrainerTest {
    private static final long SEED = 11;

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();
    private final Split digits = Split.last(GeneratedDigits.generate(120, 3), 40);
    private final Normalization normalization = Normalization.of(digits.train());

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Network network() {
        return Network.create(
                device,
                new Sequential(
                        new Linear(784, 12),
                        ActivationLayer.relu(),
                        new Dropout(0.2),
                        new Linear(12, 10)),
                SEED);
    }

    private Batches batches() {
        return new Batches(device, digits.train(), normalization, 32, false);
    }

    @Test
    void aLearningRateThatIsTooLargeIsStoppedWithTheParametersAsTheyWere() {
        Network network = network();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 1e30);
        Trainer trainer = new Trainer(network, LossKind.CROSS_ENTROPY, optimizer);
        String[] last = {network.parameters().sha256(), ""};
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onStep(StepEvent event) {
                        last[0] = network.parameters().sha256();
                        last[1] = Long.toString(event.step());
                    }
                });
        // The reference computes in double, whose range is larger.
        NonFiniteException e =
                assertThrows(NonFiniteException.class, () -> trainer.train(batches(), 1, 50, SEED));
        assertEquals(last[0], network.parameters().sha256());
        assertEquals(e.step() - 1, optimizer.steps());
        assertTrue(
                String.valueOf(e.getMessage()).startsWith("step " + e.step() + " (epoch"),
                e::getMessage);
        assertTrue(String.valueOf(e.getMessage()).contains("Linear("), e::getMessage);
    }

    /** Dropout, a smaller last batch, and a learning rate that a listener changes. */
    private String trained(boolean captures) {
        Network network = network();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.01);
        Trainer trainer = new Trainer(network, LossKind.CROSS_ENTROPY, optimizer);
        trainer.captureSteps(captures);
        StringBuilder told = new StringBuilder();
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onStep(StepEvent event) {
                        told.append(event).append('\n');
                        optimizer.setLr(event.step() < 7 ? 0.01 : 0.002);
                    }
                });
        trainer.train(batches(), 1, 5, SEED);
        trainer.train(batches(), 6, 7, SEED);
        return told + network.parameters().sha256() + " " + network.dropoutBlock();
    }

    @Test
    void capturedStepsAreSteps() {
        assertEquals(trained(false), trained(true));
    }

    @Test
    void aCapturedStepThatIsNotFiniteIsNamedAndChangesNothing() {
        Network network = network();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 1e30);
        Trainer trainer = new Trainer(network, LossKind.CROSS_ENTROPY, optimizer);
        trainer.captureSteps(true);
        String[] last = {network.parameters().sha256()};
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onStep(StepEvent event) {
                        last[0] = network.parameters().sha256();
                    }
                });
        NonFiniteException e =
                assertThrows(NonFiniteException.class, () -> trainer.train(batches(), 1, 50, SEED));
        assertTrue(e.step() > 3, "a replay, not a capture: " + e.getMessage());
        assertEquals(last[0], network.parameters().sha256());
        assertEquals(e.step() - 1, optimizer.steps());
        assertTrue(String.valueOf(e.getMessage()).contains("Linear("), e::getMessage);
        optimizer.setLr(0.1);
        trainer.step(device.zeros(2, 784), device.tensor(new int[] {1, 2}), 1, 6);
        assertEquals(e.step(), optimizer.steps());
    }

    @Test
    void aLayerThatReadsValuesBackCannotBeCaptured() {
        Layer reading =
                new Layer() {
                    @Override
                    public String describe() {
                        return "reading";
                    }

                    @Override
                    public List<ParameterSpec> parameters() {
                        return List.of();
                    }

                    @Override
                    public Tensor forward(Tensor x, Pass pass) {
                        return x.mul(x.max().item());
                    }
                };
        Network network =
                Network.create(device, new Sequential(new Linear(784, 10), reading), SEED);
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.1);
        Trainer trainer = new Trainer(network, LossKind.CROSS_ENTROPY, optimizer);
        trainer.train(batches(), 1, 1, SEED);
        trainer.captureSteps(true);
        var e =
                assertThrows(
                        IllegalStateException.class, () -> trainer.train(batches(), 2, 2, SEED));
        assertTrue(String.valueOf(e.getMessage()).contains("the step reads values back"));
        assertEquals(3, optimizer.steps());
    }

    @Test
    void anInfiniteInputIsNamed() {
        Network network = network();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.1);
        Trainer trainer = new Trainer(network, LossKind.CROSS_ENTROPY, optimizer);
        String before = network.parameters().sha256();
        NonFiniteException e =
                assertThrows(
                        NonFiniteException.class,
                        () ->
                                trainer.step(
                                        device.full(Double.NaN, Shape.of(2, 784)),
                                        device.tensor(new int[] {1, 2}),
                                        1,
                                        5));
        assertTrue(String.valueOf(e.getMessage()).contains("step 5 (epoch 1)"), e::getMessage);
        assertTrue(String.valueOf(e.getMessage()).contains("the input"), e::getMessage);
        assertEquals(before, network.parameters().sha256());
        assertEquals(0, optimizer.steps());
        // The guard is ready again.
        trainer.step(device.zeros(2, 784), device.tensor(new int[] {1, 2}), 1, 6);
        assertEquals(1, optimizer.steps());
    }

    @Test
    void evaluationCountsEveryExampleAndChangesNothing() {
        Network network = network();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.01);
        Trainer trainer = new Trainer(network, LossKind.CROSS_ENTROPY, optimizer);
        trainer.train(batches(), 1, 30, SEED);
        String trained = network.parameters().sha256();
        Evaluation onTraining = Evaluation.of(network, LossKind.CROSS_ENTROPY, batches());
        assertEquals(80, onTraining.confusion().total());
        assertTrue(onTraining.accuracy() > 0.9, () -> "accuracy " + onTraining.accuracy());
        assertEquals(trained, network.parameters().sha256());
    }

    @Test
    void bothLossesOfSimpleNetAgree() {
        Sequential logits = new Sequential(new Linear(784, 10));
        Sequential probabilities = new Sequential(new Linear(784, 10), new Softmax());
        Network one = Network.create(device, logits, 1);
        Network two = Network.create(device, probabilities, 1);
        Batches indices = new Batches(device, digits.train(), normalization, 80, false);
        Batches oneHot = new Batches(device, digits.train(), normalization, 80, true);
        double a = Evaluation.of(one, LossKind.CROSS_ENTROPY, indices).loss();
        double b = Evaluation.of(two, LossKind.CATEGORICAL_CROSS_ENTROPY, oneHot).loss();
        assertEquals(a, b, 1e-9);
    }

    @Test
    void steadyStepsAllocateNoNativeMemory() {
        Network network = network();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.01);
        Trainer trainer = new Trainer(network, LossKind.CROSS_ENTROPY, optimizer);
        Batches batches = batches();
        trainer.train(batches, 1, 1, SEED);
        long allocations = device.memory().allocations();
        trainer.train(batches, 2, 3, SEED);
        assertEquals(allocations, device.memory().allocations());
    }
}
