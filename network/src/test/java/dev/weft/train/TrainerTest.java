package dev.weft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.data.Examples;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.Normalization;
import dev.weft.data.Split;
import dev.weft.nn.ActivationLayer;
import dev.weft.nn.Dropout;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.nn.ParameterSpec;
import dev.weft.nn.Pass;
import dev.weft.nn.Sequential;
import dev.weft.nn.Softmax;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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
        return new InMemoryBatches(device, digits.train().examples(normalization), 32);
    }

    @Test
    void aLearningRateThatIsTooLargeIsStoppedWithTheParametersAsTheyWere() {
        Network network = network();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 1e4);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
        String[] last = {network.parameters().sha256(), ""};
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onStep(StepEvent event) {
                        last[0] = network.parameters().sha256();
                        last[1] = Long.toString(event.step());
                    }
                });
        NonFiniteException e =
                assertThrows(NonFiniteException.class, () -> trainer.train(batches(), 1, 50, SEED));
        assertEquals(last[0], network.parameters().sha256());
        assertEquals(e.step() - 1, optimizer.steps());
        assertTrue(
                String.valueOf(e.getMessage()).startsWith("step " + e.step() + " (epoch"),
                e::getMessage);
        assertTrue(
                String.valueOf(e.getMessage()).contains("try a smaller learning rate"),
                e::getMessage);
    }

    /** Dropout, a smaller last batch, and a learning rate that a listener changes. */
    private String trained(boolean captures) {
        Network network = network();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.01);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
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
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 1e4);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
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
        assertTrue(String.valueOf(e.getMessage()).contains("the gradient of 3."), e::getMessage);
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
                    public Tensor forward(Pass pass, Tensor x) {
                        return x.mul(x.max().item());
                    }
                };
        Network network =
                Network.create(device, new Sequential(new Linear(784, 10), reading), SEED);
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.1);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
        trainer.train(batches(), 1, 1, SEED);
        trainer.captureSteps(true);
        var e =
                assertThrows(
                        IllegalStateException.class, () -> trainer.train(batches(), 2, 2, SEED));
        assertTrue(String.valueOf(e.getMessage()).contains("the step reads values back"));
        assertEquals(3, optimizer.steps());
    }

    private Network linear() {
        return Network.create(device, new Sequential(new Linear(3, 2)), SEED);
    }

    private String refused(Network network, Objective loss, Tensor x, Tensor target) {
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.1);
        Trainer trainer = new Trainer(network, loss, optimizer);
        String before = network.parameters().sha256();
        NonFiniteException e =
                assertThrows(NonFiniteException.class, () -> trainer.step(x, target, 2, 9));
        assertEquals(9, e.step());
        assertEquals(before, network.parameters().sha256());
        assertEquals(0, optimizer.steps());
        return String.valueOf(e.getMessage());
    }

    @Test
    void badDataIsBlamedAndNotTheLearningRate() {
        Tensor x = device.tensor(DType.F32, new double[] {1, 2, 3, 4, 5, -1 / 0.0}, 2, 3);
        assertEquals(
                "step 9 (epoch 2): the loss is NaN; the parameters are as they were before this"
                        + " step: the input is -Infinity at row 1, feature 2: leave such examples"
                        + " out",
                refused(linear(), Objective.crossEntropy(), x, device.tensor(new int[] {0, 1})));
        Tensor target = device.tensor(DType.F32, new double[] {0, 1, Double.NaN, 0}, 2, 2);
        assertEquals(
                "step 9 (epoch 2): the loss is NaN; the parameters are as they were before this"
                        + " step: the target is NaN at row 1, feature 0: leave such examples out",
                refused(linear(), Objective.crossEntropy(), device.ones(2, 3), target));
    }

    @Test
    void badParametersAreBlamedAndNotTheLearningRate() {
        Network network = linear();
        Tensor bias = network.parameters().list().getLast().value();
        bias.slice(0, 1, 2).assign(device.tensor(DType.F32, new double[] {Double.NaN}));
        String message =
                refused(
                        network,
                        Objective.crossEntropy(),
                        device.ones(2, 3),
                        device.tensor(new int[] {0, 1}));
        assertTrue(
                message.endsWith("0.bias[1] is NaN before this step: start from other parameters"),
                message);
    }

    @Test
    void aFiniteGradientThatAdamCannotSquareIsNamed() {
        String message =
                refused(
                        linear(),
                        Objective.crossEntropy(),
                        device.full(1e20, Shape.of(2, 3)),
                        device.tensor(new int[] {0, 1}));
        assertTrue(
                message.startsWith("step 9 (epoch 2): a gradient cannot be used; the parameters"),
                message);
        assertTrue(message.contains("the gradient of 0.weight[0, 0] is "), message);
        assertTrue(message.contains("where adam takes at most 9.2e+18 at lr 0.1"), message);
    }

    @Test
    void aLayerThatOverflowsIsNamed() {
        Layer huge =
                new Layer() {
                    @Override
                    public String describe() {
                        return "huge";
                    }

                    @Override
                    public Tensor forward(Pass pass, Tensor x) {
                        return x.mul(1e300).mul(1e300);
                    }
                };
        Network network = Network.create(device, new Sequential(new Linear(3, 2), huge), SEED);
        String message =
                refused(
                        network,
                        Objective.crossEntropy(),
                        device.ones(2, 3),
                        device.tensor(new int[] {0, 1}));
        assertTrue(
                message.endsWith(
                        "it is not finite first in layer 1, huge: try a smaller learning rate, or"
                                + " scale inputs and targets"),
                message);
    }

    @Test
    void aBatchMayHaveOneExampleAndNotNone() {
        Network network = linear();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.1);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
        assertTrue(trainer.step(device.ones(1, 3), device.tensor(new int[] {1}), 1, 1) > 0);
        assertThrows(
                IllegalArgumentException.class,
                () -> trainer.step(device.zeros(0, 3), device.tensor(new int[0]), 1, 2));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> trainer.step(device.ones(1, 3), device.tensor(new int[] {2}), 1, 2));
        assertThrows(
                ShapeException.class,
                () -> trainer.step(device.ones(2, 3), device.tensor(new int[] {1}), 1, 2));
        assertEquals(1, optimizer.steps());
    }

    @Test
    void aLabelThatIsNoClassIsRefused() {
        Network network = Network.create(device, new Linear(784, 9), SEED);
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.1);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
        Batches batches = batches();
        IndexOutOfBoundsException e =
                assertThrows(
                        IndexOutOfBoundsException.class, () -> trainer.train(batches, 1, 1, SEED));
        assertTrue(String.valueOf(e.getMessage()).contains("is outside [0, 9)"), e::getMessage);
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> Evaluation.of(network, Objective.crossEntropy(), batches));
        assertThrows(IllegalArgumentException.class, () -> trainer.train(batches, 0, 1, SEED));
    }

    @Test
    void anEpochsLossCountsEveryExampleOnce() {
        // A rate at which nothing moves: each example's loss is what an evaluation gives.
        Network network = Network.create(device, new Linear(784, 10), SEED);
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 1e-30);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
        List<TrainingListener.StepEvent> steps = new ArrayList<>();
        List<TrainingListener.EpochEvent> epochs = new ArrayList<>();
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onStep(StepEvent event) {
                        steps.add(event);
                    }

                    @Override
                    public void onEpoch(EpochEvent event) {
                        epochs.add(event);
                    }
                });
        long started = System.nanoTime();
        trainer.train(batches(), 3, 4, SEED);
        double seconds = (System.nanoTime() - started) * 1e-9;
        Batches whole = new InMemoryBatches(device, digits.train().examples(normalization), 80);
        Evaluation expected = Evaluation.of(network, Objective.crossEntropy(), whole);
        assertEquals(2, epochs.size());
        for (TrainingListener.EpochEvent epoch : epochs) {
            assertEquals(expected.loss(), epoch.loss(), 1e-6);
            assertEquals(expected.accuracy(), epoch.accuracy());
            assertEquals(80, epoch.examples());
            assertTrue(epoch.seconds() > 0 && epoch.seconds() < seconds);
        }
        assertEquals(4, epochs.get(1).epoch());
        int[] sizes = {32, 32, 16};
        long correct = 0;
        for (int i = 0; i < 6; i++) {
            TrainingListener.StepEvent step = steps.get(i);
            assertEquals(3 + i / 3, step.epoch());
            assertEquals(7 + i, step.step());
            assertEquals(1 + i % 3, step.batch());
            assertEquals(3, step.batches());
            assertEquals(sizes[i % 3], step.examples());
            correct += step.correct();
        }
        assertEquals(2 * Math.round(80 * expected.accuracy()), correct);
    }

    @Test
    void anEvaluationIsTheSameForBatchesOfAnySize() {
        Network network = network();
        Batches one = new InMemoryBatches(device, digits.train().examples(normalization), 1);
        Evaluation each = Evaluation.of(network, Objective.crossEntropy(), one);
        Evaluation cut = Evaluation.of(network, Objective.crossEntropy(), batches());
        assertEquals(each.loss(), cut.loss(), 1e-6);
        for (int i = 0; i < 10; i++) {
            for (int j = 0; j < 10; j++) {
                assertEquals(each.confusion().count(i, j), cut.confusion().count(i, j));
            }
        }
    }

    @Test
    void anOutputThatIsNanPredictsNothing() {
        Network network = network();
        Tensor bias = network.parameters().list().getLast().value();
        bias.slice(0, 4, 5).assign(device.tensor(DType.F32, new double[] {Double.NaN}));
        Batches batches = batches();
        NonFiniteException e =
                assertThrows(
                        NonFiniteException.class,
                        () -> Evaluation.of(network, Objective.crossEntropy(), batches));
        assertEquals(
                "evaluation: batch 1: output 4 of row 0 (example 0) is NaN: 3.bias[4] is NaN",
                e.getMessage());
        assertEquals(0, e.step());
        bias.assign(device.full(1 / 0.0, Shape.of(10)));
        e =
                assertThrows(
                        NonFiniteException.class,
                        () -> Evaluation.of(network, Objective.crossEntropy(), batches));
        assertEquals("evaluation: batch 1: the loss is NaN: 3.bias[0] is Infinity", e.getMessage());
    }

    @Test
    void anInfiniteInputIsNamed() {
        Network network = network();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.1);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
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
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
        trainer.train(batches(), 1, 30, SEED);
        String trained = network.parameters().sha256();
        Evaluation onTraining = Evaluation.of(network, Objective.crossEntropy(), batches());
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
        Batches indices = new InMemoryBatches(device, digits.train().examples(normalization), 80);
        Batches oneHot =
                new InMemoryBatches(device, digits.train().oneHotExamples(normalization), 80);
        double a = Evaluation.of(one, Objective.crossEntropy(), indices).loss();
        double b = Evaluation.of(two, Objective.categoricalCrossEntropy(), oneHot).loss();
        assertEquals(a, b, 1e-9);
    }

    @Test
    void steadyStepsAllocateNoNativeMemory() {
        Network network = network();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.01);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
        Batches batches = batches();
        trainer.train(batches, 1, 1, SEED);
        long allocations = device.memory().allocations();
        trainer.train(batches, 2, 3, SEED);
        assertEquals(allocations, device.memory().allocations());
    }

    /** Of batches of one half each, the mean of two gradients is the gradient of the whole. */
    @Test
    void accumulatedGradientsAreThoseOfALargerBatch() {
        String[] trained = new String[2];
        for (int halves = 1; halves <= 2; halves++) {
            Network network = Network.create(device, new Linear(784, 10), SEED);
            Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.01);
            Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
            trainer.accumulate(halves);
            trainer.captureSteps(halves == 2);
            List<Double> losses = new ArrayList<>();
            trainer.listen(
                    new TrainingListener() {
                        @Override
                        public void onEpoch(EpochEvent event) {
                            losses.add(event.loss());
                        }
                    });
            Batches batches =
                    new InMemoryBatches(
                            device, digits.train().examples(normalization), 16 / halves);
            trainer.train(batches, 1, 2, SEED);
            assertEquals(10, optimizer.steps());
            trained[halves - 1] = "%.4f %.3f".formatted(losses.getLast(), sum(network));
            if (halves == 2) {
                trainer.trainAfter(batches, 13, 3, SEED);
                assertEquals(12, optimizer.steps());
            }
        }
        assertEquals(trained[0], trained[1]);
    }

    private static double sum(Network network) {
        return network.parameters().groups().getFirst().values().abs().sum().item();
    }

    @Test
    void aPassThatDoesNotComeOutEvenEndsWithAnUpdateByFewer() {
        Network network = Network.create(device, new Linear(784, 10), SEED);
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.01);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
        trainer.accumulate(2);
        trainer.train(batches(), 1, 1, SEED);
        assertEquals(2, optimizer.steps());
        assertThrows(IllegalArgumentException.class, () -> trainer.accumulate(0));
    }

    @Test
    void aSumOfGradientsThatIsNotFiniteChangesNothing() {
        Network network = linear();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.1);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
        trainer.accumulate(2);
        HostArray x = HostArray.of(new float[] {1e20f, 1e20f, 1e20f, 1e20f, 1e20f, 1e20f}, 2, 3);
        Batches batches =
                new InMemoryBatches(device, Examples.of(x, HostArray.of(new int[] {0, 1}, 2)), 1);
        String before = network.parameters().sha256();
        NonFiniteException e =
                assertThrows(NonFiniteException.class, () -> trainer.train(batches, 1, 1, SEED));
        assertTrue(
                String.valueOf(e.getMessage()).contains("a sum of gradients cannot be used"),
                e::getMessage);
        assertEquals(before, network.parameters().sha256());
    }

    @Test
    void workBeforeAndAfterAnUpdateIsPartOfTheStep() {
        for (boolean captures : new boolean[] {false, true}) {
            Network network = Network.create(device, new Linear(784, 10), SEED);
            Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.01);
            Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
            trainer.captureSteps(captures);
            Tensor gradients = network.parameters().groups().getFirst().gradients();
            Tensor steps = device.zeros(1);
            trainer.beforeUpdate(() -> gradients.fill(0));
            trainer.afterUpdate(halt -> steps.assign(steps.add(1)));
            String before = network.parameters().sha256();
            trainer.train(batches(), 1, 2, SEED);
            assertEquals(before, network.parameters().sha256());
            assertEquals(6, steps.item());
        }
    }

    @Test
    void epochsAreValidated() {
        Network network = network();
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.01);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
        Batches others = new InMemoryBatches(device, digits.test().examples(normalization), 16);
        trainer.validateOn(others);
        List<Evaluation> seen = new ArrayList<>();
        trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onEpoch(EpochEvent event) {
                        assertEquals(0.01, event.lr());
                        seen.add(Objects.requireNonNull(event.validation()));
                    }
                });
        trainer.train(batches(), 1, 3, SEED);
        Evaluation last = Evaluation.of(network, Objective.crossEntropy(), others);
        assertEquals(3, seen.size());
        assertEquals(last.loss(), seen.getLast().loss());
        assertEquals(40, seen.getLast().examples());
        assertEquals(last.figures(), seen.getLast().figures());
    }

    @Test
    void regressionsAreTrainedAndEvaluatedByTheirErrors() {
        float[] x = new float[64];
        float[] t = new float[64];
        for (int i = 0; i < 64; i++) {
            x[i] = (i - 32) / 16f;
            t[i] = 3 * x[i] + 1;
        }
        Examples line = Examples.of(HostArray.of(x, 64, 1), HostArray.of(t, 64, 1));
        Network network = Network.create(device, new Linear(1, 1), SEED);
        Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.1);
        Trainer trainer = new Trainer(network, Objective.mse(), optimizer);
        trainer.captureSteps(true);
        Batches batches = new InMemoryBatches(device, line, 16);
        trainer.train(batches, 1, 100, SEED);
        Evaluation evaluation = Evaluation.of(network, Objective.mse(), batches);
        assertTrue(
                evaluation.figures().getOrDefault("r2", 0.0) > 0.999,
                () -> "" + evaluation.figures());
        assertThrows(IllegalStateException.class, evaluation::accuracy);
    }
}
