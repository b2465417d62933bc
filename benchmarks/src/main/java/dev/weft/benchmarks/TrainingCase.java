package dev.weft.benchmarks;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.nn.Models;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.random.Philox;
import dev.weft.train.Trainer;

/** SimpleNet 784-128-10 with one batch, on a Weft device: a step is the trainer's own. */
final class TrainingCase implements AutoCloseable {
    static final double LR = 0.01;
    private static final int INPUTS = 784;
    private static final int CLASSES = 10;

    private final Device device;
    private final Scope scope;
    private final Network network;
    private final Trainer trainer;
    private final float[] images;
    private final int[] labels;
    private final float[][] initial;
    private final Tensor x;
    private final Tensor target;
    private long steps;
    private double loss;

    TrainingCase(Device device, int batch, OptimizerKind kind) {
        this.device = device;
        this.scope = device.scope();
        Philox random = new Philox(42);
        images = new float[batch * INPUTS];
        for (int i = 0; i < images.length; i++) {
            images[i] = (float) random.nextGaussian();
        }
        labels = new int[batch];
        for (int i = 0; i < batch; i++) {
            labels[i] = random.nextInt(CLASSES);
        }
        network = Network.create(device, Models.SIMPLENET.layers(0), 1);
        initial = parameters();
        trainer =
                new Trainer(
                        network,
                        Models.SIMPLENET.loss(),
                        new Optimizer(network.parameters(), kind, LR));
        x = device.tensor(images, batch, INPUTS);
        target = device.tensor(labels);
    }

    String name() {
        return Comparison.name(device);
    }

    float[] images() {
        return images;
    }

    int[] labels() {
        return labels;
    }

    /** The parameters before the first step. */
    float[][] initial() {
        return initial;
    }

    float[][] parameters() {
        return network.parameters().list().stream()
                .map(Parameter::value)
                .map(Tensor::toFloatArray)
                .toArray(float[][]::new);
    }

    /** One step of the trainer, its guard against NaN and its reading of the loss included. */
    void step() {
        steps++;
        loss = trainer.step(x, target, 1, steps);
        device.backend().synchronize();
    }

    double loss() {
        return loss;
    }

    long nativeAllocations() {
        return device.memory().allocations();
    }

    @Override
    public void close() {
        scope.close();
    }
}
