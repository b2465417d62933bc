package dev.weft.train;

/** Follows a training run. Called on the thread that trains, between steps. */
public interface TrainingListener {
    /** A step was done. */
    default void onStep(StepEvent event) {}

    /** An epoch was done. */
    default void onEpoch(EpochEvent event) {}

    /**
     * One step's result.
     *
     * @param epoch from 1 on
     * @param step of the whole run, from 1 on
     * @param batch of the epoch, from 1 on
     * @param batches in each epoch
     * @param examples in this batch
     * @param loss the batch's mean loss, before the update
     * @param correct how many of its examples were classified correctly, before the update
     */
    record StepEvent(
            int epoch, long step, int batch, int batches, int examples, double loss, int correct) {}

    /**
     * One epoch's result.
     *
     * @param epoch from 1 on
     * @param loss the mean over its examples, each before its step's update
     * @param accuracy the share of them that were classified correctly then
     * @param examples how many there were
     * @param seconds how long it took
     */
    record EpochEvent(int epoch, double loss, double accuracy, long examples, double seconds) {}
}
