package dev.weft.train;

import dev.weft.io.FormatException;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a training run depends on besides its network, its optimizer and its data. With them in a
 * {@link Checkpoint} the run goes on exactly: {@code trainer.train(batches, state.epochs() + 1,
 * last, state.seed())} on the same data, in batches of {@code batch}.
 *
 * @param objective the label of what is minimised
 * @param examples how many a pass has
 * @param batch how many a step has
 * @param seed of the order of the examples
 * @param epochs how many passes are done
 */
public record TrainingState(String objective, long examples, int batch, long seed, int epochs) {
    private static final String OBJECTIVE = "weft.loss";
    private static final String EXAMPLES = "weft.examples";
    private static final String BATCH = "weft.batch";
    private static final String SEED = "weft.seed";
    private static final String EPOCHS = "weft.epochs";

    /** Checks that there are examples, that a batch has some, and that epochs are not negative. */
    public TrainingState {
        if (examples < 1 || batch < 1 || epochs < 0) {
            throw new IllegalArgumentException(
                    "training state: %d examples in batches of %d, %d epochs done: the first two"
                                    .formatted(examples, batch, epochs)
                            + " must be at least 1, the last at least 0");
        }
    }

    /** As strings, for a checkpoint's metadata. */
    public Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(OBJECTIVE, objective);
        metadata.put(EXAMPLES, Long.toString(examples));
        metadata.put(BATCH, Integer.toString(batch));
        metadata.put(SEED, Long.toString(seed));
        metadata.put(EPOCHS, Integer.toString(epochs));
        return metadata;
    }

    /**
     * The state that a checkpoint's metadata holds.
     *
     * @throws FormatException where a part is missing, or makes no sense
     */
    public static TrainingState of(Checkpoint checkpoint) throws FormatException {
        return new TrainingState(
                checkpoint.required(OBJECTIVE),
                checkpoint.requiredInteger(EXAMPLES, 1, Long.MAX_VALUE),
                (int) checkpoint.requiredInteger(BATCH, 1, Integer.MAX_VALUE),
                checkpoint.requiredInteger(SEED, Long.MIN_VALUE, Long.MAX_VALUE),
                (int) checkpoint.requiredInteger(EPOCHS, 0, Integer.MAX_VALUE));
    }
}
