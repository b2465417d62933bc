package dev.weft.train;

import dev.weft.HostArray;
import dev.weft.nn.Network;
import dev.weft.nn.StateDict;

import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Ends training when a figure has not become smaller for some epochs, and keeps the parameters of
 * the best epoch on the host.
 *
 * <pre>{@code
 * trainer.validateOn(others);
 * EarlyStopping best = EarlyStopping.onValidationLoss(trainer, network, 10);
 * trainer.listen(best);
 * trainer.train(batches, 1, 200, seed);
 * best.restore();
 * }</pre>
 */
public final class EarlyStopping implements TrainingListener {
    private final Trainer trainer;
    private final Network network;
    private final int patience;
    private final ToDoubleFunction<EpochEvent> figure;
    private double best = Double.POSITIVE_INFINITY;
    private int bestEpoch;
    private int last;
    private Map<String, HostArray> state = Map.of();

    /**
     * Follows any figure.
     *
     * @param patience how many epochs without a smaller one end training
     * @param figure what is to be small, such as the negative of an accuracy
     */
    public EarlyStopping(
            Trainer trainer, Network network, int patience, ToDoubleFunction<EpochEvent> figure) {
        if (patience < 1) {
            throw new IllegalArgumentException(
                    "early stopping: patience must be at least 1, got " + patience);
        }
        this.trainer = trainer;
        this.network = network;
        this.patience = patience;
        this.figure = figure;
    }

    /**
     * Follows the loss of the validation.
     *
     * @see Trainer#validateOn(dev.weft.data.Batches)
     */
    public static EarlyStopping onValidationLoss(Trainer trainer, Network network, int patience) {
        return new EarlyStopping(trainer, network, patience, EarlyStopping::validationLoss);
    }

    private static double validationLoss(EpochEvent event) {
        Evaluation validation = event.validation();
        if (validation == null) {
            throw new IllegalStateException(
                    "early stopping: epochs are not validated: call validateOn of the trainer");
        }
        return validation.loss();
    }

    @Override
    public void onEpoch(EpochEvent event) {
        last = event.epoch();
        double now = figure.applyAsDouble(event);
        if (now < best) {
            best = now;
            bestEpoch = event.epoch();
            state = StateDict.of(network);
        } else if (event.epoch() - bestEpoch >= patience) {
            trainer.stop();
        }
    }

    /** The epoch whose figure was the smallest; 0 where none was finite. */
    public int bestEpoch() {
        return bestEpoch;
    }

    /** Whether it has waited in vain for so long that training ends. */
    public boolean hasStopped() {
        return last - bestEpoch >= patience;
    }

    /** Gives the network the parameters of the best epoch, where there was one. */
    public void restore() {
        if (bestEpoch > 0) {
            StateDict.load(network, state);
        }
    }
}
