package dev.weft.benchmarks.library;

import dev.weft.Capture;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.benchmarks.task.CapturedStep;
import dev.weft.benchmarks.task.Epoch;
import dev.weft.benchmarks.task.SimpleNet;
import dev.weft.benchmarks.task.TrainingStep;
import dev.weft.data.Batches;
import dev.weft.data.InMemoryBatches;
import dev.weft.nn.Models;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** SimpleNet on a device of Weft's, from the parameters that every library starts from. */
final class WeftTraining implements Work {
    private final Device device;
    private final Scope scope;
    private final Network network;
    private final Optimizer optimizer;
    private final Trainer trainer;
    private Runnable run = () -> {};
    private @Nullable Capture capture;
    private int times = 1;
    private double loss = Double.NaN;
    private long done;

    private WeftTraining(Device device, OptimizerKind kind, double lr) {
        this.device = device;
        scope = device.scope();
        network = Network.create(device, Models.SIMPLENET.layers(0), 1);
        optimizer = new Optimizer(network.parameters(), kind, lr);
        trainer = new Trainer(network, Models.SIMPLENET.loss(), optimizer);
        start();
    }

    /** From where all begin. */
    private void start() {
        float[][] initial = SimpleNet.initial();
        List<Parameter> parameters = network.parameters().list();
        for (int i = 0; i < initial.length; i++) {
            Tensor value = parameters.get(i).value();
            try (Tensor fresh = device.tensor(initial[i], value.shape().toArray())) {
                value.assign(fresh);
            }
        }
        optimizer.restore(0);
    }

    /** The trainer's own, its guard against NaN and its reading of the loss included. */
    static Work step(Device device, TrainingStep task) {
        WeftTraining work = new WeftTraining(device, task.kind(), task.lr());
        Tensor x = device.tensor(task.images(), task.batch(), SimpleNet.INPUTS);
        Tensor target = device.tensor(task.labels());
        work.run =
                () -> {
                    work.done++;
                    work.loss = work.trainer.step(x, target, 1, work.done);
                    device.backend().synchronize();
                };
        return work;
    }

    /** Captured once, then replayed. */
    static Work captured(Device device, CapturedStep task) {
        WeftTraining work = new WeftTraining(device, task.step().kind(), task.step().lr());
        Capture capture = device.capture(work.plainStep(task.step()));
        // To capture the step was to do it.
        work.start();
        work.capture = capture;
        work.repeat(capture::replay);
        return work;
    }

    /** The same steps without a capture. */
    static Work eager(Device device, CapturedStep task) {
        WeftTraining work = new WeftTraining(device, task.step().kind(), task.step().lr());
        work.repeat(work.plainStep(task.step()));
        return work;
    }

    private void repeat(Runnable step) {
        times = CapturedStep.STEPS;
        run =
                () -> {
                    for (int i = 0; i < times; i++) {
                        step.run();
                    }
                    device.synchronize();
                };
    }

    /** Forward, backward, update, as a loop does them that looks at no loss and no gradient. */
    private Runnable plainStep(TrainingStep task) {
        Tensor x = device.tensor(task.images(), task.batch(), SimpleNet.INPUTS);
        Tensor target = device.tensor(task.labels());
        Tensor go = device.tensor(new int[1]);
        return () -> {
            try (Scope _ = device.scope();
                    Tape tape = new Tape(device)) {
                network.parameters().watch(tape);
                tape.gradients(
                        Models.SIMPLENET
                                .loss()
                                .loss(List.of(network.train(x)), List.of(target), null));
                optimizer.step(go);
            }
        };
    }

    /** As {@code ./weft train} does it: captured steps, the loss of each read. */
    static Work epoch(Device device, Epoch task) {
        WeftTraining work = new WeftTraining(device, task.kind(), task.lr());
        Batches batches =
                new InMemoryBatches(
                        device, task.digits().examples(task.normalization()), task.batch());
        work.trainer.captureSteps(true);
        work.trainer.listen(
                new TrainingListener() {
                    @Override
                    public void onEpoch(EpochEvent event) {
                        work.loss = event.loss();
                    }
                });
        work.run =
                () -> {
                    int epoch = (int) ++work.done;
                    work.trainer.train(batches, epoch, epoch, Epoch.SEED);
                };
        return work;
    }

    @Override
    public void run() {
        run.run();
    }

    @Override
    public int times() {
        return times;
    }

    /** The loss where a run looks at it, then the parameters. */
    @Override
    public double[] result() {
        List<double[]> parts =
                network.parameters().list().stream()
                        .map(parameter -> parameter.value().toDoubleArray())
                        .toList();
        int at = times == 1 ? 1 : 0;
        double[] result = new double[at + parts.stream().mapToInt(part -> part.length).sum()];
        if (at == 1) {
            result[0] = loss;
        }
        for (double[] part : parts) {
            System.arraycopy(part, 0, result, at, part.length);
            at += part.length;
        }
        return result;
    }

    @Override
    public void close() {
        if (capture != null) {
            capture.close();
        }
        scope.close();
    }
}
