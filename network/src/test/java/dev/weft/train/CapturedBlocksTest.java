package dev.weft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.data.Examples;
import dev.weft.data.InMemoryBatches;
import dev.weft.nn.ActivationLayer;
import dev.weft.nn.AttentionSettings;
import dev.weft.nn.BatchNorm;
import dev.weft.nn.Block;
import dev.weft.nn.Convolution;
import dev.weft.nn.Embedding;
import dev.weft.nn.FeedForward;
import dev.weft.nn.Flatten;
import dev.weft.nn.HeadPositions;
import dev.weft.nn.LearnedPositions;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.nn.Pool;
import dev.weft.nn.Sequential;
import dev.weft.nn.SinusoidalPositions;
import dev.weft.nn.TransformerEncoderLayer;
import dev.weft.nn.TransformerSettings;
import dev.weft.nn.TransposedConvolution;
import dev.weft.nn.Upsample;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Networks of every kind of block train by captured steps as they do without: to the bit. */
class CapturedBlocksTest {
    private static final int EXAMPLES = 10;
    private static final int CLASSES = 3;

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private static int[] classes(int n) {
        int[] classes = new int[n];
        for (int i = 0; i < n; i++) {
            classes[i] = i % CLASSES;
        }
        return classes;
    }

    private void assertTrains(Block block, Examples examples) {
        String[] parameters = new String[2];
        List<Double> losses = new ArrayList<>();
        for (int captures = 0; captures < 2; captures++) {
            Network network = Network.create(device, block, 1);
            Optimizer optimizer = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.02);
            Trainer trainer = new Trainer(network, Objective.crossEntropy(), optimizer);
            trainer.captureSteps(captures == 1);
            losses.clear();
            trainer.listen(
                    new TrainingListener() {
                        @Override
                        public void onStep(StepEvent event) {
                            losses.add(event.loss());
                        }
                    });
            // The last batch is smaller: two shapes, each captured once.
            trainer.train(new InMemoryBatches(device, examples, 4), 1, 8, 1);
            parameters[captures] = network.parameters().sha256();
        }
        assertEquals(parameters[0], parameters[1]);
        assertTrue(mean(losses, 21) < mean(losses, 0), losses::toString);
    }

    /** Of an epoch's three batches. */
    private static double mean(List<Double> losses, int from) {
        return losses.subList(from, from + 3).stream().mapToDouble(x -> x).sum() / 3;
    }

    @Test
    void convolutions() {
        float[] pixels = new float[EXAMPLES * 2 * 6 * 6];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (i * 37 % 11 - 5) / 5f * (i / 72 % CLASSES + 1);
        }
        assertTrains(
                new Sequential(
                        Convolution.conv2d(2, 4, 3).samePadding().withoutBias(),
                        new BatchNorm(4),
                        ActivationLayer.relu(),
                        Pool.max(2, 2),
                        Upsample.linear(2),
                        Convolution.conv2d(4, 4, 3).groups(4).stride(2),
                        TransposedConvolution.convTranspose2d(4, 3, 2).stride(2),
                        Pool.adaptiveAverage(3, 2),
                        new Flatten(),
                        new Linear(18, CLASSES)),
                Examples.of(
                        HostArray.of(pixels, EXAMPLES, 2, 6, 6),
                        HostArray.of(classes(EXAMPLES), EXAMPLES)));
    }

    @Test
    void attention() {
        int[] ids = new int[EXAMPLES * 5];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i % 5 < 3 ? i / 5 % CLASSES + 1 : i * 7 % 6;
        }
        AttentionSettings heads = AttentionSettings.of(8, 4).keyValueHeads(2).causal(true);
        assertTrains(
                new Sequential(
                        new Embedding(6, 8).padding(0),
                        new LearnedPositions(5, 8),
                        new SinusoidalPositions(8),
                        layer(heads.positions(HeadPositions.ROTARY_ADJACENT)),
                        layer(heads.positions(HeadPositions.ALIBI)),
                        new Flatten(),
                        new Linear(40, CLASSES)),
                Examples.of(
                        HostArray.of(ids, EXAMPLES, 5), HostArray.of(classes(EXAMPLES), EXAMPLES)));
    }

    private static Block layer(AttentionSettings heads) {
        return new TransformerEncoderLayer(
                TransformerSettings.of(heads, 8).feedForward(FeedForward.SWIGLU).dropout(0.1));
    }
}
