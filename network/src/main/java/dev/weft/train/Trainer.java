package dev.weft.train;

import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.nn.LossKind;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Trains a network: forward, backward, a look at whether everything is finite, update. The order of
 * the examples depends on the seed and the epoch alone, so that a resumed run goes on exactly.
 */
public final class Trainer {
    private final Network network;
    private final FiniteGuard guard;
    private final TrainingStep step;
    private final Readings readings = new Readings();
    private final List<TrainingListener> listeners = new ArrayList<>();
    private boolean captures;
    private volatile boolean stopping;

    /**
     * A trainer, whose few bytes on the device belong to the innermost open scope.
     *
     * @throws IllegalArgumentException where the network's last layer does not fit the loss
     */
    public Trainer(Network network, LossKind loss, Optimizer optimizer) {
        this.network = network;
        loss.requireFit(network.root());
        this.guard = new FiniteGuard(network, optimizer);
        this.step = new TrainingStep(network, loss, optimizer, guard);
    }

    /** Tells {@code listener} of steps and epochs from now on. */
    public void listen(TrainingListener listener) {
        listeners.add(listener);
    }

    /**
     * Whether {@link #train} captures its step, once for each size of batch, and replays it; it
     * does not until this is called. A replay saves most of what a step of a small network takes
     * besides its arithmetic, and results are the same, bit for bit. But the layers' Java code then
     * runs once for each size and call of {@code train}: not for a layer of one's own that decides
     * there, from step to step, what to do.
     */
    public void captureSteps(boolean asked) {
        captures = asked;
    }

    /**
     * Trains for the epochs {@code first} to {@code last}, counted from 1.
     *
     * @throws IllegalArgumentException where the network has not as many outputs as the data has
     *     classes
     * @throws NonFiniteException where a step's loss or gradients are not finite, or too large
     * @throws IllegalStateException where steps are to be captured and a layer reads values back
     */
    public void train(Batches batches, int first, int last, long seed) {
        if (first < 1) {
            throw new IllegalArgumentException("epochs count from 1, got " + first);
        }
        trainAfter(batches, (first - 1L) * batches.count(), last, seed);
    }

    /**
     * As {@link #train}, after {@code done} steps, which may have ended within an epoch: with the
     * parameters, the optimizer's state and the dropout as they were then, it goes on exactly. The
     * rest of that epoch is told to listeners as an epoch.
     */
    public void trainAfter(Batches batches, long done, int last, long seed) {
        int from = Math.toIntExact(done % batches.count());
        try (Scope _ = network.device().scope();
                CapturedSteps captured = new CapturedSteps(network.device(), step, batches)) {
            requireClasses(batches);
            for (int epoch = Math.toIntExact(done / batches.count()) + 1;
                    epoch <= last && !stopping;
                    epoch++) {
                batches.shuffle(seed, epoch);
                trainEpoch(batches, from, captured, epoch);
                from = 0;
            }
        } finally {
            stopping = false;
        }
    }

    private void requireClasses(Batches batches) {
        try (Scope _ = network.device().scope()) {
            Evaluation.requireClasses(network.forward(batches.get(0).images()), batches);
        }
    }

    /**
     * Asks, from any thread, that training ends after the present step. What runs then, or is
     * started next, returns as if it had come to its end; an epoch that was not finished is not
     * told to listeners.
     */
    public void stop() {
        stopping = true;
    }

    private void trainEpoch(Batches batches, int from, CapturedSteps captured, int epoch) {
        long started = System.nanoTime();
        long stepsBefore = (long) (epoch - 1) * batches.count();
        // All batches but the last are as large as the first.
        int at = Math.toIntExact(from * batches.examples(0).size());
        double lossSum = 0;
        long correctSum = 0;
        int seen = 0;
        for (int i = from; i < batches.count(); i++) {
            if (stopping) {
                return;
            }
            int which = i;
            int size = Math.toIntExact(batches.examples(i).size());
            long number = stepsBefore + i + 1;
            double loss =
                    captures
                            ? read(captured.run(i), () -> batches.get(which), epoch, number)
                            : eager(batches, i, epoch, number);
            int correct = 0;
            for (int row = 0; row < size; row++) {
                correct += readings.predicted(row) == batches.label(at + seen + row) ? 1 : 0;
            }
            lossSum += loss * size;
            correctSum += correct;
            seen += size;
            for (TrainingListener listener : listeners) {
                listener.onStep(
                        new TrainingListener.StepEvent(
                                epoch, number, i + 1, batches.count(), size, loss, correct));
            }
        }
        double seconds = (System.nanoTime() - started) * 1e-9;
        for (TrainingListener listener : listeners) {
            listener.onEpoch(
                    new TrainingListener.EpochEvent(
                            epoch, lossSum / seen, (double) correctSum / seen, seen, seconds));
        }
    }

    private double eager(Batches batches, int i, int epoch, long number) {
        try (Scope _ = network.device().scope()) {
            Batches.Batch batch = batches.get(i);
            return step(batch.images(), batch.target(), epoch, number);
        }
    }

    /**
     * One step on a batch of any origin: returns its mean loss, before the update.
     *
     * @param epoch for messages, from 1 on
     * @param number of the step, for messages, from 1 on
     * @throws IllegalArgumentException where the batch is empty
     * @throws NonFiniteException where the loss or a gradient is not finite, or too large; nothing
     *     was changed
     * @throws IndexOutOfBoundsException where a label is no class; nothing was changed
     */
    public double step(Tensor x, Tensor target, int epoch, long number) {
        if (x.size() == 0) {
            throw new IllegalArgumentException(
                    "step %d: the batch is %s: it must have an example".formatted(number, x));
        }
        try (Scope _ = network.device().scope()) {
            return read(
                    step.run(x, target),
                    () -> new Batches.Batch(x, target, 0, Math.toIntExact(x.dim(0))),
                    epoch,
                    number);
        }
    }

    /** Waits for a step: returns its loss, and keeps what it predicted. */
    private double read(
            TrainingStep.Outcome outcome, Supplier<Batches.Batch> of, int epoch, long number) {
        try {
            readings.read(outcome, guard.count());
        } catch (IndexOutOfBoundsException e) {
            // Of a label, on a GPU. The update was not done, and what was counted means nothing.
            guard.restart();
            throw e;
        }
        if (readings.isUnfit()) {
            Batches.Batch batch = of.get();
            throw guard.found(batch.images(), batch.target(), readings.loss(), epoch, number);
        }
        return readings.loss();
    }
}
