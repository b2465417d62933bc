package dev.weft.cli;

import dev.weft.cli.SplitOptions.Duplicated;
import dev.weft.io.FormatException;
import dev.weft.nn.Architecture;
import dev.weft.optim.MovingAverage;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Checkpoint;
import dev.weft.train.TrainingState;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ParseResult;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The options of a resumed run: what the command line does not give is as it was in the saved one.
 * What it gives must be the same, or the run would not go on but be another.
 */
final class ResumedOptions {
    private static final String ACCUMULATE = "weft.accumulate";
    private static final String CLIP_NORM = "weft.clip_norm";
    private static final String AUGMENT = "weft.augment";
    private static final String CLASS_WEIGHTS = "weft.class_weights";
    private static final String THRESHOLD = "weft.threshold";
    private static final String STREAM = "weft.stream";

    /** Settings with options of their own. */
    private static final Set<String> OWN = Set.of("lr", "l1", "l2", "weight_decay");

    private final Checkpoint checkpoint;
    private final TrainOptions options;
    private final ParseResult given;

    private ResumedOptions(Checkpoint checkpoint, TrainOptions options, ParseResult given) {
        this.checkpoint = checkpoint;
        this.options = options;
        this.given = given;
    }

    /** What a model's metadata has to keep of the options, beside what the run itself is. */
    static Map<String, String> metadata(TrainOptions options) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(ACCUMULATE, Integer.toString(options.accumulate));
        metadata.putAll(options.split.duplicates.metadata());
        metadata.putAll(Division.metadata(options));
        put(metadata, STREAM, options.stream);
        put(metadata, CLIP_NORM, options.optimizer.clipNorm);
        put(metadata, AUGMENT, options.augment);
        put(metadata, CLASS_WEIGHTS, options.loss.classWeights);
        put(metadata, THRESHOLD, options.threshold);
        return metadata;
    }

    private static void put(Map<String, String> metadata, String key, @Nullable Object value) {
        if (value != null) {
            metadata.put(key, value.toString());
        }
    }

    /**
     * Completes the options from a checkpoint. Those of the optimizer are compared later, by {@link
     * Checkpoint#restore(dev.weft.optim.Optimizer, dev.weft.nn.Network)}.
     *
     * @throws InputException naming an option that was given and differs
     * @throws FormatException where the checkpoint does not say what it was trained with
     */
    static void adopt(TrainOptions options, Checkpoint checkpoint, ParseResult given)
            throws FormatException {
        new ResumedOptions(checkpoint, options, given).adopt();
    }

    private void adopt() throws FormatException {
        TrainingState state = TrainingState.of(checkpoint);
        String model = same("--model", options.model, SavedModel.model(checkpoint));
        options.model = model;
        if (Architecture.takesText(model)) {
            options.context = same("--context", options.context, SavedModel.context(checkpoint));
        }
        options.dropout = same("--dropout", options.dropout, SavedModel.dropout(checkpoint));
        options.batch = same("--batch", options.batch, state.batch());
        options.seed = same("--seed", options.seed, state.seed());
        options.accumulate =
                same(
                        "--accumulate",
                        options.accumulate,
                        checkpoint.metadata().containsKey(ACCUMULATE)
                                ? (int) checkpoint.requiredInteger(ACCUMULATE, 1, Integer.MAX_VALUE)
                                : 1);
        options.optimizer.clipNorm =
                sameOrNone("--clip-norm", options.optimizer.clipNorm, number(CLIP_NORM));
        options.movingAverage =
                sameOrNone("--moving-average", options.movingAverage, number(MovingAverage.DECAY));
        options.augment = sameOrNone("--augment", options.augment, text(AUGMENT));
        Double smoothing = number(ClassLoss.SMOOTHING);
        options.loss.smoothing =
                same(
                        "--label-smoothing",
                        options.loss.smoothing,
                        smoothing == null ? Double.valueOf(0) : smoothing);
        options.loss.classWeights =
                sameOrNone("--class-weights", options.loss.classWeights, text(CLASS_WEIGHTS));
        options.split.duplicates =
                same("--duplicates", options.split.duplicates, Duplicated.of(checkpoint));
        options.stream = sameOrNone("--stream", options.stream, streamed());
        // Chosen after training, and so it may be chosen otherwise.
        if (isMissing("--threshold")) {
            options.threshold = text(THRESHOLD);
        }
        options.table.adopt(checkpoint);
        if (isMissing("--schedule")) {
            options.optimizer.schedule = checkpoint.metadata().get("optimizer.schedule");
        }
        if (isMissing("--set")) {
            adoptSettings();
        }
        if (isMissing("--optimizer")) {
            options.optimizer.name = checkpoint.required("optimizer");
        }
        if (isMissing("--lr")) {
            options.optimizer.lr = checkpoint.requiredNumber("optimizer.lr");
        }
        if (isMissing("--l1")) {
            options.optimizer.l1 = checkpoint.requiredNumber("optimizer.l1");
        }
        if (isMissing("--l2")) {
            options.optimizer.l2 = checkpoint.requiredNumber("optimizer.l2");
        }
        if (isMissing("--weight-decay")) {
            options.optimizer.weightDecay = checkpoint.requiredNumber("optimizer.weight_decay");
        }
    }

    /** What {@code --set} set then: all settings that have no option of their own. */
    private void adoptSettings() {
        String prefix = "optimizer.";
        Set<String> known;
        try {
            known =
                    OptimizerKind.named(checkpoint.metadata().getOrDefault("optimizer", ""))
                            .settings()
                            .toMap()
                            .keySet();
        } catch (IllegalArgumentException e) {
            return; // restoring it says what is wrong
        }
        checkpoint
                .metadata()
                .forEach(
                        (key, value) -> {
                            String name =
                                    key.startsWith(prefix) ? key.substring(prefix.length()) : "";
                            if (known.contains(name) && !OWN.contains(name)) {
                                options.optimizer.settings.put(name, value);
                            }
                        });
    }

    private boolean isMissing(String option) {
        return !given.hasMatchedOption(option);
    }

    private @Nullable String text(String key) {
        return checkpoint.metadata().get(key);
    }

    private @Nullable Boolean streamed() {
        String said = text(STREAM);
        return said == null ? null : Boolean.valueOf(said);
    }

    private @Nullable Double number(String key) throws FormatException {
        return text(key) == null ? null : checkpoint.requiredNumber(key);
    }

    private <T> @Nullable T sameOrNone(String option, @Nullable T asked, @Nullable T saved) {
        if (saved != null) {
            return same(option, asked, saved);
        }
        if (asked != null) {
            throw new InputException(
                    "%s: was trained without %s, and goes on only without it"
                            .formatted(options.resume, option));
        }
        return null;
    }

    private <T> T same(String option, @Nullable T asked, T saved) {
        if (!isMissing(option) && !saved.equals(asked)) {
            throw new InputException(
                    "%s: was trained with %s %s, and goes on only with the same, not with %s"
                            .formatted(options.resume, option, saved, asked));
        }
        return saved;
    }
}
