package dev.weft.benchmarks;

import dev.weft.Capture;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.nn.LossKind;
import dev.weft.nn.Models;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;

import java.util.Arrays;

/**
 * SimpleNet's training step with one batch, captured: forward, backward, update, as a loop does
 * them that does not look at every loss. Many are enqueued before one wait, in which the launches
 * of the next hide behind the work of the one before.
 */
final class CapturedCase implements AutoCloseable {
    /** Steps before a wait. */
    static final int STEPS = 20;

    private final Device device;
    private final Scope scope;
    private final Network network;
    private final Optimizer optimizer;
    private final Tensor x;
    private final Tensor target;
    private final Capture capture;

    /** Takes the data of another case, which starts from the same parameters. */
    CapturedCase(Device device, TrainingCase training, int batch) {
        this.device = device;
        this.scope = device.scope();
        network = Network.create(device, Models.SIMPLENET.layers(0), 1);
        optimizer = new Optimizer(network.parameters(), OptimizerKind.SGD, TrainingCase.LR);
        float[] images = training.images();
        x = device.tensor(images, batch, images.length / batch);
        target = device.tensor(training.labels());
        capture = device.capture(this::step);
    }

    private void step() {
        LossKind loss = Models.SIMPLENET.loss();
        try (Scope _ = device.scope();
                Tape tape = device.tape()) {
            network.parameters().watch(tape);
            tape.gradients(loss.of(network.forward(x, true), target));
            optimizer.step();
        }
    }

    String name() {
        return Comparison.name(device);
    }

    /** Replays, then waits. */
    void replay() {
        for (int i = 0; i < STEPS; i++) {
            capture.replay();
        }
        device.synchronize();
    }

    /** The same steps without a capture. */
    void eager() {
        for (int i = 0; i < STEPS; i++) {
            step();
        }
        device.synchronize();
    }

    /**
     * Compares with the trainer's own steps, bit for bit; to be called before any other.
     *
     * @throws IllegalStateException naming the parameter that differs
     */
    void check(TrainingCase training) {
        capture.replay();
        for (int i = 0; i < 2; i++) {
            training.step();
        }
        float[][] theirs = training.parameters();
        for (int i = 0; i < theirs.length; i++) {
            Parameter parameter = network.parameters().list().get(i);
            if (!Arrays.equals(theirs[i], parameter.value().toFloatArray())) {
                throw new IllegalStateException(
                        name() + ": captured steps give another " + parameter.name());
            }
        }
    }

    @Override
    public void close() {
        capture.close();
        scope.close();
    }
}
