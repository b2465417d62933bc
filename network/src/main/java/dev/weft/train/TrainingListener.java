package dev.weft.train;

import org.jspecify.annotations.Nullable;

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
     * @param batches in each epoch, 0 where that is not known
     * @param examples in this batch
     * @param loss the batch's mean loss, before the update
     * @param correct how many of its examples were classified correctly, before the update; 0 where
     *     the task is none of classes
     */
    record StepEvent(
            int epoch,
            long step,
            long batch,
            long batches,
            int examples,
            double loss,
            int correct) {}

    /**
     * One epoch's result.
     *
     * @param epoch from 1 on
     * @param loss the mean over its examples, each before its step's update
     * @param accuracy the share of them that were classified correctly then; NaN where the task is
     *     none of classes
     * @param examples how many there were
     * @param seconds how long it took, without the validation
     * @param lr the learning rate at its end
     * @param validation how the network does on other examples at its end; null where there are
     *     none
     */
    record EpochEvent(
            int epoch,
            double loss,
            double accuracy,
            long examples,
            double seconds,
            double lr,
            @Nullable Evaluation validation) {}
}
