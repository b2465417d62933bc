package dev.weft.benchmarks;

import dev.weft.Capture;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.data.Batches;
import dev.weft.data.Examples;
import dev.weft.data.InMemoryBatches;
import dev.weft.nn.ActivationLayer;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.nn.Sequential;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.random.Philox;
import dev.weft.train.Trainer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What a step costs by the trainer, over the same step in a loop of one's own, for batches of 1, 64
 * and 512 rows of a regression by 64-128-1: captured and not. Both read the loss of each step, and
 * whether it was refused. Rounds take turns; printed are medians and their ratio.
 *
 * <p>Run with a device's selector, such as {@code cpu}, as its one argument.
 */
public final class TrainerSteps {
    private static final int INPUTS = 64;
    private static final int STEPS = 200;
    private static final int ROUNDS = 31;
    private static final int WARM_UP = 15;

    private TrainerSteps() {}

    /** Prints a line for each size and way. */
    public static void main(String[] args) {
        for (int rows : new int[] {1, 64, 512}) {
            for (boolean captured : new boolean[] {false, true}) {
                try (Device device = Devices.open(args.length == 0 ? "cpu" : args[0]);
                        Scope _ = device.scope()) {
                    compare(device, rows, captured);
                }
            }
        }
    }

    private static void compare(Device device, int rows, boolean captured) {
        Runnable trainer = byTrainer(device, rows, captured);
        Runnable loop = byLoop(device, rows, captured);
        double[] trainers = new double[ROUNDS];
        double[] loops = new double[ROUNDS];
        for (int i = -WARM_UP; i < ROUNDS; i++) {
            double one = micros(trainer);
            double other = micros(loop);
            if (i >= 0) {
                trainers[i] = one;
                loops[i] = other;
            }
        }
        Arrays.sort(trainers);
        Arrays.sort(loops);
        double a = trainers[ROUNDS / 2];
        double b = loops[ROUNDS / 2];
        System.out.printf(
                Locale.ROOT,
                "%3d rows, %s: trainer %.1f µs, loop %.1f µs, ratio %.3f%n",
                rows,
                captured ? "captured" : "eager",
                a,
                b,
                a / b);
    }

    private static double micros(Runnable steps) {
        long started = System.nanoTime();
        steps.run();
        return (System.nanoTime() - started) * 1e-3 / STEPS;
    }

    private static Network network(Device device) {
        return Network.create(
                device,
                new Sequential(new Linear(INPUTS, 128), ActivationLayer.relu(), new Linear(128, 1)),
                1);
    }

    private static Batches batches(Device device, int rows) {
        Philox random = new Philox(1);
        float[] x = new float[rows * STEPS * INPUTS];
        float[] t = new float[rows * STEPS];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat();
            t[i / INPUTS] += x[i] / INPUTS;
        }
        int examples = rows * STEPS;
        return new InMemoryBatches(
                device,
                Examples.of(HostArray.of(x, examples, INPUTS), HostArray.of(t, examples, 1)),
                rows);
    }

    private static Runnable byTrainer(Device device, int rows, boolean captured) {
        Network network = network(device);
        Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 1e-3);
        Trainer trainer = new Trainer(network, Objective.mse(), adam);
        trainer.captureSteps(captured);
        Batches batches = batches(device, rows);
        int[] epoch = {0};
        return () -> trainer.train(batches, ++epoch[0], epoch[0], 1);
    }

    /** Nothing but the calls: no listener, no names for what goes wrong. */
    private static Runnable byLoop(Device device, int rows, boolean captured) {
        Network network = network(device);
        Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 1e-3);
        Batches batches = batches(device, rows);
        Tensor unfit = device.tensor(new int[1]);
        List<Tensor> loss = new ArrayList<>();
        int[] epoch = {0};
        return () -> {
            batches.begin(1, ++epoch[0]);
            try (Scope _ = device.scope()) {
                Capture[] capture = new Capture[1];
                for (Batches.Slot slot = batches.next(); slot != null; slot = batches.next()) {
                    Batches.Slot now = slot;
                    Runnable step =
                            () -> {
                                try (Scope scope = device.scope();
                                        Tape tape = new Tape(device)) {
                                    network.parameters().watch(tape);
                                    Batches.Batch batch = now.batch();
                                    Tensor value =
                                            Objective.mse()
                                                    .loss(
                                                            List.of(network.train(batch.input())),
                                                            batch.targets(),
                                                            null);
                                    tape.gradients(value);
                                    adam.countUnfit(value, unfit);
                                    adam.step(unfit);
                                    loss.clear();
                                    loss.add(scope.keep(value));
                                }
                            };
                    if (!captured) {
                        step.run();
                    } else if (capture[0] == null) {
                        capture[0] = device.capture(step);
                    } else {
                        capture[0].replay();
                    }
                    double value = loss.getFirst().item();
                    if (!(value < Double.POSITIVE_INFINITY) || unfit.item() != 0) {
                        throw new IllegalStateException("the loss is " + value);
                    }
                }
                if (capture[0] != null) {
                    Objects.requireNonNull(capture[0]).close();
                }
            }
        };
    }
}
