package dev.weft.optim;

import dev.weft.Tensor;

import java.util.Map;

/**
 * What a training run keeps beside its network and its optimizer, and needs again to go on: a
 * {@link dev.weft.train.Checkpoint} saves it with them.
 */
public interface TrainingAid {
    /**
     * What it has on the device, by names for files: views in the innermost open scope, which may
     * be written to.
     */
    Map<String, Tensor> state();

    /** What else it has to remember, by keys that no other aid has. */
    Map<String, String> progress();

    /**
     * Goes to where {@link #progress} was read; its state is written by the caller.
     *
     * @throws IllegalArgumentException where something is missing, makes no sense, or is of an aid
     *     with other settings
     */
    void restore(Map<String, String> progress);
}
