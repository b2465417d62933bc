package dev.weft.train;

import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
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
    private final Readings readings;
    private final List<TrainingListener> listeners = new ArrayList<>();
    private boolean captures;
    private volatile boolean stopping;

    /**
     * A trainer, whose few bytes on the device belong to the innermost open scope.
     *
     * @throws IllegalArgumentException where the network's last layer does not fit the objective
     */
    public Trainer(Network network, Objective objective, Optimizer optimizer) {
        this.network = network;
        objective.requireFit(network.root());
        this.guard = new FiniteGuard(network, optimizer);
        this.step = new TrainingStep(network, objective, optimizer, guard);
        this.readings = new Readings(objective.task());
    }

    /** Tells {@code listener} of steps and epochs from now on. */
    public void listen(TrainingListener listener) {
        listeners.add(listener);
    }

    /**
     * Whether {@link #train} captures its step, once for each shape of batch, and replays it; it
     * does not until this is called. A replay saves most of what a step of a small network takes
     * besides its arithmetic, and results are the same, bit for bit. But the blocks' Java code then
     * runs once for each shape and call of {@code train}: not for a block of one's own that decides
     * there, from step to step, what to do.
     */
    public void captureSteps(boolean asked) {
        captures = asked;
    }

    /**
     * Trains for the epochs {@code first} to {@code last}, counted from 1.
     *
     * @throws NonFiniteException where a step's loss or gradients are not finite, or too large
     * @throws IllegalStateException where steps are to be captured and a block reads values back
     */
    public void train(Batches batches, int first, int last, long seed) {
        if (first < 1) {
            throw new IllegalArgumentException("epochs count from 1, got " + first);
        }
        train(batches, new Position(first, 0, 0), last, seed);
    }

    /**
     * As {@link #train}, after {@code done} steps, which may have ended within an epoch: with the
     * parameters, the optimizer's state and the dropout as they were then, it goes on exactly. The
     * rest of that epoch is told to listeners as an epoch.
     *
     * @throws IllegalArgumentException where it is not known how many batches a pass has
     */
    public void trainAfter(Batches batches, long done, int last, long seed) {
        long count =
                batches.count()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "to go on within an epoch, the number of its"
                                                        + " batches must be known"));
        int epoch = Math.toIntExact(done / count) + 1;
        train(batches, new Position(epoch, done % count, done), last, seed);
    }

    /**
     * Where a run begins.
     *
     * @param epoch from 1 on
     * @param batch how many of its batches are done
     * @param steps how many are done in all, where they are known; otherwise 0
     */
    private record Position(int epoch, long batch, long steps) {}

    private void train(Batches batches, Position from, int last, long seed) {
        try (Scope _ = network.device().scope();
                CapturedSteps captured = new CapturedSteps(network.device(), step)) {
            long skipped = from.batch;
            long steps = from.steps > 0 ? from.steps : (from.epoch - 1) * batches.count().orElse(0);
            for (int epoch = from.epoch; epoch <= last && !stopping; epoch++) {
                batches.begin(seed, epoch);
                batches.skip(skipped);
                Epoch one = new Epoch(epoch, batches, captured, skipped, steps);
                steps = one.train();
                skipped = 0;
            }
        } finally {
            stopping = false;
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

    /** One pass over the batches, and its sums. */
    private final class Epoch {
        private final int number;
        private final Batches batches;
        private final CapturedSteps captured;
        private final long started = System.nanoTime();
        private long batch;
        private long steps;
        private double lossSum;
        private long correctSum;
        private long seen;

        Epoch(int number, Batches batches, CapturedSteps captured, long batch, long steps) {
            this.number = number;
            this.batches = batches;
            this.captured = captured;
            this.batch = batch;
            this.steps = steps;
        }

        /** Returns how many steps are done in all. */
        long train() {
            for (Batches.Slot slot = batches.next(); slot != null; slot = batches.next()) {
                if (stopping) {
                    return steps;
                }
                step(slot);
            }
            double seconds = (System.nanoTime() - started) * 1e-9;
            double accuracy = readings.classifies() ? (double) correctSum / seen : Double.NaN;
            for (TrainingListener listener : listeners) {
                listener.onEpoch(
                        new TrainingListener.EpochEvent(
                                number, lossSum / seen, accuracy, seen, seconds));
            }
            return steps;
        }

        private void step(Batches.Slot slot) {
            steps++;
            batch++;
            double loss =
                    captures
                            ? read(captured.run(slot), slot, number, steps)
                            : eager(slot, number, steps);
            int correct = readings.classifies() ? readings.correct(slot.targets().getFirst()) : 0;
            lossSum += loss * slot.size();
            correctSum += correct;
            seen += slot.size();
            for (TrainingListener listener : listeners) {
                listener.onStep(
                        new TrainingListener.StepEvent(
                                number,
                                steps,
                                batch,
                                batches.count().orElse(0),
                                slot.size(),
                                loss,
                                correct));
            }
        }
    }

    private double eager(Batches.Slot slot, int epoch, long number) {
        try (Scope _ = network.device().scope()) {
            return read(step.run(slot.batch()), slot, epoch, number);
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
        return step(Batches.Batch.of(x, target), epoch, number);
    }

    /** As {@link #step(Tensor, Tensor, int, long)}, with any inputs, targets and weights. */
    public double step(Batches.Batch batch, int epoch, long number) {
        if (batch.input().size() == 0) {
            throw new IllegalArgumentException(
                    "step %d: the batch is %s: it must have an example"
                            .formatted(number, batch.input()));
        }
        try (Scope _ = network.device().scope()) {
            return read(step.run(batch), () -> batch, epoch, number);
        }
    }

    private double read(TrainingStep.Outcome outcome, Batches.Slot slot, int epoch, long number) {
        return read(outcome, slot::batch, epoch, number);
    }

    /** Waits for a step: returns its loss, and keeps what it predicted. */
    private double read(
            TrainingStep.Outcome outcome, Supplier<Batches.Batch> batch, int epoch, long number) {
        try {
            readings.read(outcome, guard.count());
        } catch (IndexOutOfBoundsException e) {
            // Of a label, on a GPU. The update was not done, and what was counted means nothing.
            guard.restart();
            throw e;
        }
        if (readings.isUnfit()) {
            throw guard.found(batch.get(), readings.loss(), epoch, number);
        }
        return readings.loss();
    }
}
