package dev.weft.train;

import dev.weft.data.Normalization;
import dev.weft.io.Checkpoint;
import dev.weft.io.FormatException;
import dev.weft.nn.LossKind;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a training run depends on besides its network and its optimizer. With the three of them in a
 * {@link Checkpoint} the run goes on exactly: {@code trainer.train(batches, state.epochs() + 1,
 * last, state.seed())} on the same data, in batches of {@code batch}.
 *
 * @param loss what is minimised
 * @param normalization what the inputs went through
 * @param examples how many a pass has
 * @param batch how many a step has
 * @param seed of the order of the examples
 * @param epochs how many passes are done
 */
public record TrainingState(
        LossKind loss,
        Normalization normalization,
        int examples,
        int batch,
        long seed,
        int epochs) {
    private static final String LOSS = "weft.loss";
    private static final String MEAN = "weft.mean";
    private static final String DEVIATION = "weft.deviation";
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
        metadata.put(LOSS, label(loss));
        metadata.put(MEAN, Double.toString(normalization.mean()));
        metadata.put(DEVIATION, Double.toString(normalization.deviation()));
        metadata.put(EXAMPLES, Integer.toString(examples));
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
        String label = checkpoint.required(LOSS);
        for (LossKind loss : LossKind.values()) {
            if (label(loss).equals(label)) {
                return new TrainingState(
                        loss,
                        normalization(checkpoint),
                        (int) checkpoint.requiredInteger(EXAMPLES, 1, Integer.MAX_VALUE),
                        (int) checkpoint.requiredInteger(BATCH, 1, Integer.MAX_VALUE),
                        checkpoint.requiredInteger(SEED, Long.MIN_VALUE, Long.MAX_VALUE),
                        (int) checkpoint.requiredInteger(EPOCHS, 0, Integer.MAX_VALUE));
            }
        }
        throw checkpoint.wrong(LOSS, "is none that Weft knows");
    }

    /**
     * The normalization alone, which is all that a trained network needs.
     *
     * @throws FormatException where a part is missing, or makes no sense
     */
    public static Normalization normalization(Checkpoint checkpoint) throws FormatException {
        double mean = checkpoint.requiredNumber(MEAN);
        double deviation = checkpoint.requiredNumber(DEVIATION);
        try {
            return new Normalization(mean, deviation);
        } catch (IllegalArgumentException e) {
            throw checkpoint.wrong(DEVIATION, "does not fit: " + e.getMessage());
        }
    }

    private static String label(LossKind loss) {
        return loss.name().toLowerCase(Locale.ROOT);
    }
}
