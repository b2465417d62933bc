package dev.weft.train;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.data.Batches;
import dev.weft.nn.LossKind;
import dev.weft.nn.Network;
import dev.weft.optim.Optimizer;

import java.util.ArrayList;
import java.util.List;

/**
 * Trains a network: forward, backward, a look at whether everything is finite, update. The order of
 * the examples depends on the seed and the epoch alone, so that a resumed run goes on exactly.
 */
public final class Trainer {
    private final Network network;
    private final LossKind loss;
    private final Optimizer optimizer;
    private final FiniteGuard guard;
    private final Predictions predictions = new Predictions();
    private final List<TrainingListener> listeners = new ArrayList<>();

    /** A trainer, whose few bytes on the device belong to the innermost open scope. */
    public Trainer(Network network, LossKind loss, Optimizer optimizer) {
        this.network = network;
        this.loss = loss;
        this.optimizer = optimizer;
        this.guard = new FiniteGuard(network);
    }

    /** Tells {@code listener} of steps and epochs from now on. */
    public void listen(TrainingListener listener) {
        listeners.add(listener);
    }

    /**
     * Trains for the epochs {@code first} to {@code last}, counted from 1.
     *
     * @throws NonFiniteException where a step's loss or gradients are not finite
     */
    public void train(Batches batches, int first, int last, long seed) {
        for (int epoch = first; epoch <= last; epoch++) {
            batches.shuffle(seed, epoch);
            trainEpoch(batches, epoch);
        }
    }

    private void trainEpoch(Batches batches, int epoch) {
        long started = System.nanoTime();
        long stepsBefore = (long) (epoch - 1) * batches.count();
        double lossSum = 0;
        long correctSum = 0;
        long seen = 0;
        for (int i = 0; i < batches.count(); i++) {
            try (Scope _ = network.device().scope()) {
                Batches.Batch batch = batches.get(i);
                long step = stepsBefore + i + 1;
                double batchLoss = step(batch.images(), batch.target(), epoch, step);
                int correct = correct(batches, batch);
                lossSum += batchLoss * batch.size();
                correctSum += correct;
                seen += batch.size();
                for (TrainingListener listener : listeners) {
                    listener.onStep(
                            new TrainingListener.StepEvent(
                                    epoch,
                                    step,
                                    i + 1,
                                    batches.count(),
                                    batch.size(),
                                    batchLoss,
                                    correct));
                }
            }
        }
        double seconds = (System.nanoTime() - started) * 1e-9;
        for (TrainingListener listener : listeners) {
            listener.onEpoch(
                    new TrainingListener.EpochEvent(
                            epoch, lossSum / seen, (double) correctSum / seen, seen, seconds));
        }
    }

    /**
     * One step on a batch of any origin: returns its mean loss, before the update.
     *
     * @param epoch for messages, from 1 on
     * @param step for messages, from 1 on
     * @throws NonFiniteException where the loss or a gradient is not finite; nothing was changed
     */
    public double step(Tensor x, Tensor target, int epoch, long step) {
        Device device = network.device();
        try (Scope _ = device.scope();
                Tape tape = device.tape()) {
            network.parameters().watch(tape);
            Tensor output = network.forward(x, true);
            Tensor value = loss.of(output, target);
            tape.gradients(value);
            double before = guard.check(x, value, epoch, step);
            optimizer.step();
            predictions.read(output);
            return before;
        }
    }

    private int correct(Batches batches, Batches.Batch batch) {
        int correct = 0;
        for (int row = 0; row < batch.size(); row++) {
            if (predictions.predicted(row) == batches.label(batch.from() + row)) {
                correct++;
            }
        }
        return correct;
    }
}
