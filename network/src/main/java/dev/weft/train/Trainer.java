package dev.weft.train;

import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.optim.MovingAverage;
import dev.weft.optim.Optimizer;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Trains a network: forward, backward, a look at whether everything is finite, update. The order of
 * the examples depends on the seed and the epoch alone, so that a resumed run goes on exactly.
 */
public final class Trainer {
    private final Network network;
    private final Objective objective;
    private final Optimizer optimizer;
    private final FiniteGuard guard;
    private final TrainingStep step;
    private final Readings readings;
    private final List<TrainingListener> listeners = new ArrayList<>();
    private boolean captures;
    private int accumulated = 1;
    private @Nullable Batches validation;
    private Supplier<@Nullable Meter> meters = () -> null;
    private @Nullable MovingAverage average;
    private volatile boolean stopping;

    /**
     * A trainer, whose few bytes on the device belong to the innermost open scope.
     *
     * @throws IllegalArgumentException where the network's last layer does not fit the objective
     */
    public Trainer(Network network, Objective objective, Optimizer optimizer) {
        this.network = network;
        this.objective = objective;
        this.optimizer = optimizer;
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
     * Updates by the mean gradient of so many batches instead of each one's: as a batch that is so
     * much larger, where the device has no room for it. A pass whose batches do not come out even
     * ends with an update by fewer.
     */
    public void accumulate(int batches) {
        if (batches < 1) {
            throw new IllegalArgumentException(
                    "accumulate: batches must be at least 1, got " + batches);
        }
        accumulated = batches;
    }

    /**
     * Evaluates the network at the end of each epoch from now on, for {@link
     * TrainingListener.EpochEvent#validation}.
     *
     * @param batches examples that are not trained on
     */
    public void validateOn(Batches batches) {
        validateOn(batches, () -> null);
    }

    /** The same, with a new meter for each evaluation. */
    public void validateOn(Batches batches, Supplier<@Nullable Meter> eachTime) {
        validation = batches;
        meters = eachTime;
    }

    /**
     * Does this in each step from now on, between gradients and update: clipping, noise, a sum over
     * machines. It enqueues kernels that write the parameters' gradients, and waits for nothing,
     * since it is captured with the step.
     */
    public void beforeUpdate(Runnable work) {
        step.beforeUpdate(work);
    }

    /**
     * Does this in each step from now on, after the update, such as a moving average. It is given
     * I32 of one element: where that is not 0, the step was refused, and nothing may change.
     */
    public void afterUpdate(Consumer<Tensor> work) {
        step.afterUpdate(work);
    }

    /**
     * Updates an average after each step from now on, and evaluates it, in place of the parameters,
     * at the end of each epoch.
     */
    public void average(MovingAverage parameters) {
        average = parameters;
        afterUpdate(parameters::update);
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
     * As {@link #train}, after {@code done} updates, which may have ended within an epoch: with the
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
        long updates = Math.ceilDiv(count, accumulated);
        int epoch = Math.toIntExact(done / updates) + 1;
        long inEpoch = done % updates * accumulated;
        train(batches, new Position(epoch, inEpoch, (epoch - 1) * count + inEpoch), last, seed);
    }

    /**
     * Where a run begins.
     *
     * @param epoch from 1 on
     * @param batch how many of its batches are done
     * @param steps how many batches are done in all, where that is known; otherwise 0
     */
    private record Position(int epoch, long batch, long steps) {}

    private void train(Batches batches, Position from, int last, long seed) {
        try (Scope _ = network.device().scope()) {
            GradientSum sum = accumulated == 1 ? null : new GradientSum(network.parameters());
            try (CapturedSteps captured = new CapturedSteps(network.device(), step, sum)) {
                train(batches, new Work(captured, sum), from, last, seed);
            }
        } finally {
            stopping = false;
        }
    }

    /** What the steps of a run are done with. */
    private record Work(CapturedSteps captured, @Nullable GradientSum sum) {}

    private void train(Batches batches, Work work, Position from, int last, long seed) {
        long skipped = from.batch;
        long steps = from.steps > 0 ? from.steps : (from.epoch - 1) * batches.count().orElse(0);
        for (int epoch = from.epoch; epoch <= last && !stopping; epoch++) {
            batches.begin(seed, epoch);
            batches.skip(skipped);
            steps = new Epoch(epoch, batches, work, skipped, steps).train();
            skipped = 0;
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
        private final Work work;
        private final long started = System.nanoTime();
        private long batch;
        private long steps;
        private double lossSum;
        private long correctSum;
        private long seen;
        private int summed;

        Epoch(int number, Batches batches, Work work, long batch, long steps) {
            this.number = number;
            this.batches = batches;
            this.work = work;
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
            if (summed > 0) {
                updateBySum();
            }
            double seconds = (System.nanoTime() - started) * 1e-9;
            double accuracy = readings.classifies() ? (double) correctSum / seen : Double.NaN;
            Evaluation validated = validation == null ? null : validate(validation);
            for (TrainingListener listener : listeners) {
                listener.onEpoch(
                        new TrainingListener.EpochEvent(
                                number,
                                lossSum / seen,
                                accuracy,
                                seen,
                                seconds,
                                optimizer.currentLr(),
                                validated));
            }
            return steps;
        }

        private Evaluation validate(Batches others) {
            MovingAverage shown = average;
            if (shown != null) {
                shown.swap();
            }
            try {
                return new EvaluationPass(network, objective, meters.get()).over(others);
            } finally {
                if (shown != null) {
                    shown.swap();
                }
            }
        }

        private void step(Batches.Slot slot) {
            steps++;
            batch++;
            double loss =
                    captures
                            ? read(work.captured.run(slot), slot, number, steps)
                            : eager(slot, work.sum, number, steps);
            if (work.sum != null && ++summed == accumulated) {
                updateBySum();
            }
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

        private void updateBySum() {
            Objects.requireNonNull(work.sum).takeMean(summed);
            summed = 0;
            step.update(null);
            readings.readCount(guard.count());
            if (readings.isUnfit()) {
                throw guard.found(number, steps);
            }
        }
    }

    private double eager(Batches.Slot slot, @Nullable GradientSum sum, int epoch, long number) {
        try (Scope _ = network.device().scope()) {
            return read(step.run(slot.batch(), sum), slot, epoch, number);
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
            return read(step.run(batch, null), () -> batch, epoch, number);
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
