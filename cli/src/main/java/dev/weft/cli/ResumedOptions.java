package dev.weft.cli;

import dev.weft.io.FormatException;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Checkpoint;
import dev.weft.train.TrainingState;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ParseResult;

import java.util.Set;

/**
 * The options of a resumed run: what the command line does not give is as it was in the saved one.
 * What it gives must be the same, or the run would not go on but be another.
 */
final class ResumedOptions {
    /** The key of how many batches an update was made of. */
    static final String ACCUMULATE = "weft.accumulate";

    /** The key of what the norm of gradients was clipped to. */
    static final String CLIP_NORM = "weft.clip_norm";

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
        options.model = same("--model", options.model, SavedModel.model(checkpoint));
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
        if (checkpoint.metadata().containsKey(CLIP_NORM)) {
            options.clipNorm =
                    same("--clip-norm", options.clipNorm, checkpoint.requiredNumber(CLIP_NORM));
        } else if (options.clipNorm != null) {
            throw new InputException(
                    "%s: was trained without --clip-norm, and goes on only without it"
                            .formatted(options.resume));
        }
        if (isMissing("--schedule")) {
            options.schedule = checkpoint.metadata().get("optimizer.schedule");
        }
        if (isMissing("--set")) {
            adoptSettings();
        }
        if (isMissing("--optimizer")) {
            options.optimizer = checkpoint.required("optimizer");
        }
        if (isMissing("--lr")) {
            options.lr = checkpoint.requiredNumber("optimizer.lr");
        }
        if (isMissing("--l1")) {
            options.l1 = checkpoint.requiredNumber("optimizer.l1");
        }
        if (isMissing("--l2")) {
            options.l2 = checkpoint.requiredNumber("optimizer.l2");
        }
        if (isMissing("--weight-decay")) {
            options.weightDecay = checkpoint.requiredNumber("optimizer.weight_decay");
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
                                options.settings.put(name, value);
                            }
                        });
    }

    private boolean isMissing(String option) {
        return !given.hasMatchedOption(option);
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
